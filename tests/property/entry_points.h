#pragma once

#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gate::property {

/// What a public way to a decision says of a sign-in.
struct Answer {
  std::optional<Decision> whole;  ///< empty: this way gives no more than a verdict
  std::optional<Verdict> verdict;
};

/// A public way to a decision beside PolicySet::evaluate. Empty: it cannot even take the request,
/// which then is one that every set rejects.
struct EntryPoint {
  std::string_view name;
  std::optional<Answer> (*ask)(const std::shared_ptr<const PolicySet>& set,
                               const SignInRequest& request);
};

/// All of them, of a set with tables. An entry point whose own answers contradict each other gives
/// an answer that no other gives.
[[nodiscard]] const std::vector<EntryPoint>& entry_points();

}  // namespace gate::property
