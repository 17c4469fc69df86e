#include <algorithm>
#include <map>

#include "compiler/lint/checks.h"

namespace gate::compiler::lint {
namespace {

bool contains(const ir::Cidr& outer, const ir::Cidr& inner) {
  if (outer.prefix > inner.prefix) {
    return false;
  }
  for (unsigned bit = 0; bit < outer.prefix; ++bit) {
    const unsigned shift = 7 - bit % 8;
    if (((outer.address[bit / 8] ^ inner.address[bit / 8]) >> shift & 1) != 0) {
      return false;
    }
  }
  return true;
}

struct Range {
  ir::Cidr cidr;
  const ir::Location* location;
};

class OverlapReport {
 public:
  OverlapReport(const CheckedSet& set, DiagnosticCollector& diagnostics)
      : set_(set), diagnostics_(diagnostics) {}

  void report(const ir::Location& a, const ir::Location& b, std::string_view what) {
    const auto key = std::minmax(a.name, b.name);
    if (a.name == b.name || !seen_.emplace(key, true).second) {
      return;
    }
    // Ranges that stand in a condition are locations without a name.
    const sema::Declared* first = set_.symbols.find(a.name);
    const sema::Declared* second = set_.symbols.find(b.name);
    if (first == nullptr || second == nullptr) {
      return;
    }
    auto builder =
        diagnostics_.report<Code::kOverlappingLocations>(second->span, b.name, a.name, what);
    builder.related(first->span, "the other one");
    if (a.trusted != b.trusted) {
      builder.note("one of them is trusted and the other is not");
    }
  }

 private:
  const CheckedSet& set_;
  DiagnosticCollector& diagnostics_;
  std::map<std::pair<std::string, std::string>, bool> seen_;
};

}  // namespace

void check_overlapping_locations(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  OverlapReport report(set, diagnostics);
  std::vector<Range> ranges;
  std::map<std::array<char, 2>, const ir::Location*> countries;
  for (const ir::Location& location : set.program.locations) {
    for (const ir::Cidr& cidr : location.ranges) {
      ranges.push_back({cidr, &location});
    }
    for (const std::array<char, 2>& country : location.countries) {
      const auto [place, fresh] = countries.emplace(country, &location);
      if (!fresh) {
        report.report(*place->second, location, "a country");
      }
    }
  }
  // Two ranges are disjoint or one holds the other, so after sorting a stack of open ones will do.
  std::ranges::stable_sort(ranges, {}, &Range::cidr);
  std::vector<const Range*> open;
  for (const Range& range : ranges) {
    while (!open.empty() && !contains(open.back()->cidr, range.cidr)) {
      open.pop_back();
    }
    for (const Range* outer : open) {
      report.report(*outer->location, *range.location, "addresses");
    }
    open.push_back(&range);
  }
}

}  // namespace gate::compiler::lint
