#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "bench/workload/model.h"

namespace gate::bench {

/// What kind of policy set; bench/README.md "Distributions" says what each stands for.
enum class Distribution : std::uint8_t { kSelective, kDense, kAdversarial };
[[nodiscard]] std::string_view name(Distribution value);
[[nodiscard]] std::optional<Distribution> parse_distribution(std::string_view text);

/// The numbers behind a distribution. "Permille" are shares of the policies unless said otherwise.
struct Shape {
  PoolSizes pools;
  unsigned all_users = 0;          ///< permille that include everybody
  unsigned all_apps = 0;           ///< permille that target every app
  std::size_t everywhere_max = 0;  ///< policies on everybody and every app at once
  /// Policies on roles; as many on app groups, on contexts, on actions. These names do not grow
  /// with the tenant, so neither do the policies about them.
  std::size_t broad_max = 0;
  /// Permille that target a context, a user action. The shapes here have none on actions: policies
  /// on all apps reach them too, by rules between policies that the baselines do not know.
  unsigned contexts = 0, actions = 0;
  unsigned excludes = 0;  ///< permille that exclude somebody
  unsigned platform = 0, client = 0, risk = 0, location = 0, device = 0, model = 0, transfer = 0;
  unsigned expression = 0;    ///< permille with an expression of several leaves
  unsigned blocks = 0;        ///< permille that block, always under a condition
  unsigned session_only = 0;  ///< permille without a grant
  unsigned report_only = 0, off = 0;
  std::size_t groups_per_user_min = 0, groups_per_user_max = 0;
  /// Every policy names the same group and the same app, which every sign-in has: what is left to
  /// tell policies apart is a test that no index on names answers.
  bool one_key = false;
};

/// The shape for a set of `policies`. Pools grow with the set, as a tenant's directory does.
[[nodiscard]] Shape shape_of(Distribution distribution, std::size_t policies);

}  // namespace gate::bench
