#include "compiler/sema/zones.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <system_error>

#include "compiler/sema/posix_tz.h"

namespace gate::compiler::sema {
namespace {

constexpr std::size_t kZoneFileBytesMax = 1U << 20U;
constexpr std::int64_t kBeginning = std::numeric_limits<std::int64_t>::min();

std::filesystem::path zone_folder() {
  // TZDIR is where the C library looks too; NOLINTNEXTLINE(concurrency-mt-unsafe): only read.
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/// Big-endian numbers, bounds checked: after the end everything is zero and `good` is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const auto out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t out = 0;
    for (const char c : take(bytes)) {
      out = out << 8U | static_cast<unsigned char>(c);
    }
    return out;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct Header {
  char version = '\0';
  std::size_t ut = 0;
  std::size_t standard = 0;
  std::size_t leaps = 0;
  std::size_t times = 0;
  std::size_t types = 0;
  std::size_t chars = 0;
};

std::optional<Header> read_header(ByteReader& in) {
  if (in.take(4) != "TZif") {
    return std::nullopt;
  }
  Header out;
  out.version = static_cast<char>(in.number(1));
  (void)in.take(15);
  out.ut = in.number(4);
  out.standard = in.number(4);
  out.leaps = in.number(4);
  out.times = in.number(4);
  out.types = in.number(4);
  out.chars = in.number(4);
  if (!in.good() || out.types == 0 || out.types > 256 || out.times > kZoneFileBytesMax) {
    return std::nullopt;
  }
  return out;
}

using Transitions = std::vector<std::pair<std::int64_t, std::int32_t>>;

/// The 64-bit block: transitions with offsets.
std::optional<Transitions> read_block(ByteReader& in, const Header& header) {
  std::vector<std::int64_t> times(header.times);
  for (auto& time : times) {
    time = static_cast<std::int64_t>(in.number(8));
  }
  const std::string_view indices = in.take(header.times);
  std::vector<std::int32_t> offsets(header.types);
  for (auto& offset : offsets) {
    offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(in.number(4)));
    (void)in.take(2);
  }
  (void)in.take(header.chars + header.leaps * 12 + header.standard + header.ut);
  if (!in.good()) {
    return std::nullopt;
  }
  Transitions out = {{kBeginning, offsets.front()}};
  for (std::size_t i = 0; i < header.times; ++i) {
    const auto type = static_cast<unsigned char>(indices[i]);
    if (type >= header.types || (i > 0 && times[i] <= times[i - 1])) {
      return std::nullopt;
    }
    if (times[i] == kBeginning) {
      out.front().second = offsets[type];
    } else {
      out.emplace_back(times[i], offsets[type]);
    }
  }
  return out;
}

int year_of(std::int64_t time) {
  // Good enough to know from which year on the rule has to be asked: one year early does no harm.
  return static_cast<int>(1969 + time / 31'556'952);
}

void extend_by_rule(const PosixRule& rule, Transitions& transitions) {
  const std::int64_t last = transitions.back().first;
  const int from = last == kBeginning ? 1970 : std::max(1900, year_of(last));
  if (!rule.has_daylight) {
    if (transitions.size() == 1) {
      transitions.front().second = rule.standard_s;
    }
    return;
  }
  for (int year = from; year <= kZoneYearMax; ++year) {
    for (const auto& change : changes_in(rule, year)) {
      if (change.first > last) {
        transitions.push_back(change);
      }
    }
  }
}

/// Drops entries that change nothing, so that equal zones are equal data.
void keep_changes(Transitions& transitions) {
  const auto same = [](const auto& a, const auto& b) { return a.second == b.second; };
  transitions.erase(std::unique(transitions.begin(), transitions.end(), same), transitions.end());
}

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != name.npos) {
    return false;
  }
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

}  // namespace

std::optional<ir::Zone> parse_tzif(std::string_view name, std::string_view bytes) {
  ByteReader in(bytes);
  const auto first = read_header(in);
  if (!first || first->version < '2') {
    return std::nullopt;
  }
  // The 32-bit block of old readers: skipped.
  (void)in.take(first->times * 5 + first->types * 6 + first->chars + first->leaps * 8 +
                first->standard + first->ut);
  const auto second = read_header(in);
  if (!second) {
    return std::nullopt;
  }
  auto transitions = read_block(in, *second);
  if (!transitions) {
    return std::nullopt;
  }
  std::string_view footer = in.rest();
  if (footer.starts_with('\n')) {
    footer.remove_prefix(1);
    footer = footer.substr(0, footer.find('\n'));
    if (!footer.empty()) {
      const auto rule = parse_posix_rule(footer);
      if (!rule) {
        return std::nullopt;
      }
      extend_by_rule(*rule, *transitions);
    }
  }
  keep_changes(*transitions);
  return ir::Zone{std::string(name), std::move(*transitions)};
}

std::optional<ir::Zone> read_zone(std::string_view name) {
  if (name == "UTC") {
    return ir::Zone{"UTC", {{kBeginning, 0}}};
  }
  if (!is_zone_name(name)) {
    return std::nullopt;
  }
  const auto path = zone_folder() / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > kZoneFileBytesMax || error) {
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return file.bad() ? std::nullopt : parse_tzif(name, bytes);
}

std::int64_t day_begins(const ir::Zone& zone, std::int64_t day) {
  constexpr std::int64_t kDayS = 86'400;
  const auto& changes = zone.transitions;
  for (std::size_t i = 0; i + 1 < changes.size(); ++i) {
    const std::int64_t midnight = day * kDayS - changes[i].second;
    if (midnight < changes[i + 1].first) {
      return std::max(midnight, changes[i].first);
    }
  }
  return std::max(day * kDayS - changes.back().second, changes.back().first);
}

bool is_assigned_country(std::array<char, 2> code) {
  static const std::set<std::array<char, 2>> kAssigned = [] {
    std::set<std::array<char, 2>> out;
    std::ifstream file(zone_folder() / "iso3166.tab");
    for (std::string line; std::getline(file, line);) {  // "AT\tAustria"; comments begin with #
      if (line.size() > 3 && line[2] == '\t') {
        out.insert({line[0], line[1]});
      }
    }
    return out;
  }();
  return kAssigned.empty() || code == std::array{'X', 'K'} || kAssigned.contains(code);
}

std::vector<std::string> zone_names() {
  std::vector<std::string> out = {"UTC"};
  const auto folder = zone_folder();
  std::error_code error;
  std::filesystem::recursive_directory_iterator it(folder, error);
  for (; !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    auto name = it->path().lexically_relative(folder).generic_string();
    const bool copy = name.starts_with("posix") || name.starts_with("right");
    if (copy && it->is_directory(error)) {
      it.disable_recursion_pending();
    } else if (!copy && it->is_regular_file(error) && name.front() >= 'A' && name.front() <= 'Z') {
      out.push_back(std::move(name));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace gate::compiler::sema
