#pragma once

#include <cstddef>

#include "bench/workload/model.h"
#include "bench/workload/random.h"
#include "bench/workload/shape.h"

namespace gate::bench {

/// Draws one policy after the other out of a shape.
class PolicyGenerator {
 public:
  PolicyGenerator(const Shape& shape, Random& random) : shape_(shape), random_(random) {}
  [[nodiscard]] Policy next();

 private:
  void principals(Policy& policy);
  void targets(Policy& policy);
  void conditions(Conditions& conditions);
  void places(Conditions& conditions);
  void device(Conditions& conditions);
  void only_test(Policy& policy);
  void grant(Policy& policy);
  [[nodiscard]] Expression expression();
  [[nodiscard]] Leaf leaf();

  const Shape& shape_;
  Random& random_;
  std::size_t made_ = 0;
  std::size_t everywhere_ = 0, roles_ = 0, app_groups_ = 0, contexts_ = 0, actions_ = 0;
};

/// A model text that only the policy with this number tests for.
[[nodiscard]] std::string own_model(std::size_t policy);

}  // namespace gate::bench
