#include "bench/workload/generate.h"

#include <algorithm>

#include "bench/workload/policies.h"
#include "bench/workload/random.h"
#include "bench/workload/sign_ins.h"

namespace gate::bench {
namespace {

constexpr std::string_view kCountries[] = {"AT", "BR", "CH", "CN", "DE", "EG", "ES", "FR",
                                           "GB", "IN", "IT", "JP", "KP", "NG", "RU", "US"};

/// Addresses out of 100.64.0.0/10, a block that is not routed.
Location make_location(Random& random, bool by_country) {
  Location location;
  if (by_country) {
    for (std::size_t i = random.between(1, 3); i > 0; --i) {
      location.countries.emplace_back(kCountries[random.below(std::size(kCountries))]);
    }
    std::sort(location.countries.begin(), location.countries.end());
    location.countries.erase(std::unique(location.countries.begin(), location.countries.end()),
                             location.countries.end());
    return location;
  }
  location.trusted = random.chance(400);
  for (std::size_t i = random.between(1, 4); i > 0; --i) {
    const auto prefix = static_cast<std::uint8_t>(random.between(16, 28));
    const std::uint32_t host_mask = (1U << (32U - prefix)) - 1;
    const auto inside = static_cast<std::uint32_t>(random.below(std::size_t{1} << 22U));
    location.ranges.push_back({((100U << 24U) | (64U << 16U) | inside) & ~host_mask, prefix});
  }
  return location;
}

}  // namespace

Workload generate(const WorkloadOptions& options) {
  const Shape shape = shape_of(options.distribution, options.policies);
  Workload workload;
  workload.seed = options.seed;
  workload.pools = shape.pools;
  // Streams of their own, so that more policies do not change the places, nor more sign-ins the
  // policies.
  Random places(options.seed * 3 + 1);
  for (std::size_t i = 0; i < shape.pools.locations; ++i) {
    workload.locations.push_back(make_location(places, i % 3 == 2));
  }
  Random policies(options.seed * 3 + 2);
  PolicyGenerator generator(shape, policies);
  workload.policies.reserve(options.policies);
  for (std::size_t i = 0; i < options.policies; ++i) {
    workload.policies.push_back(generator.next());
  }
  Random sign_ins(options.seed * 3 + 3);
  make_sign_ins(workload, shape, options, sign_ins);
  return workload;
}

}  // namespace gate::bench
