#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tests/differential/check.h"
#include "tests/differential/world.h"

namespace gate::differential {

/// What must not change, or only one way, when the text of a set is changed:
///   "layout"     spacing, comments, order of sections, number of files, order of declarations
///   "order"      the order of the policies as well
///   "names"      other names for sets, conditions, contexts and policies
///   "templates"  policies written as a template and its application, or not
///   "idle"       more policies: off, for no user, for no app, under a condition that is false
///   "twice"      every policy a second time, under another name
///   "more"       one more policy that is on: takes no demand away
///   "format"     what `gatec fmt` makes of it
///   "cache"      compiled with what is kept of another set
///   "graph"      exported to Microsoft Graph and imported again, as far as Graph can say it
[[nodiscard]] const std::vector<std::string_view>& relations();

/// Holds one of them against the requests. The same seed makes the same change.
[[nodiscard]] Difference relate(std::string_view relation, const SetText& set, const World& world,
                                const std::vector<SignInFacts>& requests, std::uint64_t seed,
                                Statistics* statistics);

}  // namespace gate::differential
