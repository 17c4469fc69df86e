#include "compiler/cli/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace gate::cli {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

enum class Kind : char { kSame = ' ', kRemoved = '-', kAdded = '+' };
struct Edit {
  Kind kind;
  std::string_view line;
};

std::vector<Edit> all_replaced(const Lines& a, const Lines& b) {
  std::vector<Edit> out;
  for (const auto line : a) {
    out.push_back({Kind::kRemoved, line});
  }
  for (const auto line : b) {
    out.push_back({Kind::kAdded, line});
  }
  return out;
}

/// Walks back through the furthest points that each round of Myers' search reached.
std::vector<Edit> trace_back(const Lines& a, const Lines& b,
                             const std::vector<std::vector<long>>& rounds, long offset) {
  std::vector<Edit> out;
  long x = static_cast<long>(a.size());
  long y = static_cast<long>(b.size());
  for (long d = static_cast<long>(rounds.size()) - 1; d >= 0; --d) {
    const auto& v = rounds[static_cast<std::size_t>(d)];
    const auto at = [&](long k) { return v[static_cast<std::size_t>(k + offset)]; };
    const long k = x - y;
    const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const long previous_x = d == 0 ? 0 : (down ? at(k + 1) : at(k - 1));
    const long previous_y = d == 0 ? 0 : previous_x - (down ? k + 1 : k - 1);
    while (x > previous_x && y > previous_y) {
      out.push_back({Kind::kSame, a[static_cast<std::size_t>(--x)]});
      --y;
    }
    if (d > 0) {
      if (down) {
        out.push_back({Kind::kAdded, b[static_cast<std::size_t>(--y)]});
      } else {
        out.push_back({Kind::kRemoved, a[static_cast<std::size_t>(--x)]});
      }
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// The shortest list of edits, by Myers' greedy search.
std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  const long n = static_cast<long>(a.size());
  const long m = static_cast<long>(b.size());
  const long bound = std::min(n + m, static_cast<long>(kDiffEditsMax));
  const long offset = bound + 1;
  std::vector<long> v(static_cast<std::size_t>(2 * bound + 3), 0);
  const auto at = [&](long k) -> long& { return v[static_cast<std::size_t>(k + offset)]; };
  std::vector<std::vector<long>> rounds;
  for (long d = 0; d <= bound; ++d) {
    rounds.push_back(v);
    for (long k = -d; k <= d; k += 2) {
      long x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) {
        ++x;
      }
      at(k) = x;
      if (x >= n && x - k >= m) {
        return trace_back(a, b, rounds, offset);
      }
    }
  }
  return all_replaced(a, b);
}

constexpr std::size_t kAround = 3;

/// The end of the hunk that begins at the change `at`: changes with at most twice kAround equal
/// lines between them stand in one hunk.
std::size_t last_change(const std::vector<Edit>& edits, std::size_t at) {
  std::size_t last = at;
  for (std::size_t i = at; i < edits.size() && i - last <= 2 * kAround; ++i) {
    last = edits[i].kind == Kind::kSame ? last : i;
  }
  return last;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view before_name, std::string_view after_name) {
  if (before == after) {
    return {};
  }
  const auto edits = edits_between(lines_of(before), lines_of(after));
  std::string out = fmt::format("--- {}\n+++ {}\n", before_name, after_name);
  std::size_t old_line = 1;
  std::size_t new_line = 1;
  std::size_t written = 0;  // edits before this one are counted and, where they belong, shown
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (i < written || edits[i].kind == Kind::kSame) {
      continue;
    }
    const std::size_t begin = std::max(written, i - std::min(i, kAround));
    const std::size_t end = std::min(edits.size(), last_change(edits, i) + kAround + 1);
    old_line += begin - written;  // what was skipped is equal on both sides
    new_line += begin - written;
    std::string body;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t e = begin; e < end; ++e) {
      body += static_cast<char>(edits[e].kind);
      body += edits[e].line;
      body += edits[e].line.ends_with('\n') ? "" : "\n\\ No newline at end of file\n";
      old_count += edits[e].kind == Kind::kAdded ? 0 : 1;
      new_count += edits[e].kind == Kind::kRemoved ? 0 : 1;
    }
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", old_count == 0 ? old_line - 1 : old_line,
                       old_count, new_count == 0 ? new_line - 1 : new_line, new_count, body);
    old_line += old_count;
    new_line += new_count;
    written = end;
  }
  return out;
}

}  // namespace gate::cli
