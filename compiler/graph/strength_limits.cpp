#include "compiler/graph/strength_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "compiler/graph/fold.h"
#include "compiler/graph/words.h"

namespace gate::graph {
namespace {

using Modes = std::set<std::string, std::less<>>;

Modes modes_of(std::string_view combination) {
  const auto methods = methods_of(combination);
  return {methods.begin(), methods.end()};
}

bool concerns(const CombinationLimit& limit, const Modes& combination) {
  return std::ranges::any_of(limit.applies_to, [&](const std::string& each) {
    return std::ranges::includes(combination, modes_of(each));
  });
}

bool listed(const Strings& values, const std::string& value) {
  return std::ranges::any_of(values, [&](const auto& each) { return equal_fold(each, value); });
}

/// What both lists hold; a list that is empty limits nothing. False when nothing is left.
bool narrow(Strings& into, const Strings& by) {
  if (by.empty()) {
    return true;
  }
  if (into.empty()) {
    into = by;
    return true;
  }
  std::erase_if(into, [&](const std::string& each) { return !listed(by, each); });
  return !into.empty();
}

bool holds_all(const Strings& list, const Strings& values) {
  return std::ranges::all_of(values, [&](const auto& each) { return listed(list, each); });
}

/// A certificate bears several policies: it may meet two lists by two of them, unless one of the
/// lists holds the other.
bool narrow_policies(Strings& into, const Strings& by) {
  return (holds_all(into, by) || holds_all(by, into) || into.empty()) && narrow(into, by);
}

/// All limits of one kind on a combination in one.
CombinationLimit limit_on(const std::string& combination, const std::vector<CombinationLimit>& all,
                          bool keys, const std::string& path, Findings& findings) {
  CombinationLimit out;
  out.applies_to = {combination};
  const auto modes = modes_of(combination);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& limit = all[i];
    if (limit.aaguids.empty() == keys || !concerns(limit, modes)) {
      continue;
    }
    if (!narrow(out.aaguids, limit.aaguids) || !narrow(out.issuer_skis, limit.issuer_skis)) {
      findings.error(
          fmt::format("{}[{}]", path, i),
          fmt::format("nothing meets this and the limits before it on \"{}\"", combination));
      return out;
    }
    if (!narrow_policies(out.policy_oids, limit.policy_oids)) {
      findings.error(fmt::format("{}[{}].allowedPolicyOIDs", path, i),
                     fmt::format("another limit on \"{}\" lists other policies, and one list "
                                 "cannot say both",
                                 combination));
      return out;
    }
  }
  return out;
}

}  // namespace

void settle_limits(Strength& strength, const std::string& path, Findings& findings) {
  if (strength.combinations.empty()) {
    return;  // only its id is known here
  }
  std::vector<CombinationLimit> settled;
  for (const auto& combination : strength.combinations) {
    for (const bool keys : {true, false}) {
      auto limit = limit_on(combination, strength.limits, keys, path, findings);
      if (!limit.aaguids.empty() || !limit.issuer_skis.empty() || !limit.policy_oids.empty()) {
        settled.push_back(std::move(limit));
      }
    }
  }
  strength.limits = std::move(settled);
}

}  // namespace gate::graph
