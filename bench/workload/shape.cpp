#include "bench/workload/shape.h"

#include <algorithm>

namespace gate::bench {
namespace {

PoolSizes pools_for(std::size_t policies) {
  return {.users = std::clamp<std::size_t>(policies * 10, 1'000, 200'000),
          .groups = std::clamp<std::size_t>(policies / 4, 24, 20'000),
          .roles = names::kRolesMax,
          .apps = std::clamp<std::size_t>(policies / 8, 16, 5'000),
          .locations = std::clamp<std::size_t>(policies / 20, 8, 400)};
}

/// A tenant as security teams keep it: most policies are for some groups and some apps, a bounded
/// number is for everybody everywhere.
Shape selective(std::size_t policies) {
  return {.pools = pools_for(policies),
          .all_users = 250,
          .all_apps = 250,
          .everywhere_max = 24,
          .broad_max = 60,
          .contexts = 60,
          .actions = 0,
          .excludes = 450,
          .platform = 220,
          .client = 150,
          .risk = 200,
          .location = 250,
          .device = 120,
          .model = 40,
          .transfer = 30,
          .expression = 120,
          .blocks = 100,
          .session_only = 60,
          .report_only = 30,
          .off = 30,
          .groups_per_user_min = 4,
          .groups_per_user_max = 12};
}

/// Everything concerns nearly everybody: few groups and apps, many of both in each sign-in.
Shape dense(std::size_t policies) {
  Shape shape = selective(policies);
  shape.pools.groups = 40;
  shape.pools.apps = 12;
  shape.all_users = 600;
  shape.all_apps = 600;
  shape.everywhere_max = policies;
  shape.broad_max = policies;
  shape.excludes = 150;
  shape.platform = 120;
  shape.client = 80;
  shape.risk = 80;
  shape.location = 120;
  shape.device = 60;
  shape.model = 20;
  shape.transfer = 10;
  shape.expression = 60;
  shape.blocks = 30;
  shape.groups_per_user_min = 10;
  shape.groups_per_user_max = 24;
  return shape;
}

Shape adversarial(std::size_t policies) {
  Shape shape = selective(policies);
  shape.pools.groups = std::max<std::size_t>(shape.pools.groups, 600);
  shape.all_users = 0;
  shape.all_apps = 0;
  shape.everywhere_max = 0;
  shape.contexts = 0;
  shape.actions = 0;
  shape.excludes = 0;
  shape.platform = 0;
  shape.client = 0;
  shape.risk = 0;
  shape.location = 0;
  shape.device = 0;
  shape.model = 0;
  shape.transfer = 0;
  shape.expression = 0;
  shape.blocks = 20;
  shape.groups_per_user_min = 250;
  shape.groups_per_user_max = 350;
  shape.one_key = true;
  return shape;
}

}  // namespace

std::string_view name(Distribution value) {
  switch (value) {
    case Distribution::kSelective:
      return "selective";
    case Distribution::kDense:
      return "dense";
    case Distribution::kAdversarial:
      return "adversarial";
  }
  return "?";
}

std::optional<Distribution> parse_distribution(std::string_view text) {
  for (const auto d :
       {Distribution::kSelective, Distribution::kDense, Distribution::kAdversarial}) {
    if (name(d) == text) {
      return d;
    }
  }
  return std::nullopt;
}

Shape shape_of(Distribution distribution, std::size_t policies) {
  switch (distribution) {
    case Distribution::kSelective:
      return selective(policies);
    case Distribution::kDense:
      return dense(policies);
    case Distribution::kAdversarial:
      return adversarial(policies);
  }
  return selective(policies);
}

}  // namespace gate::bench
