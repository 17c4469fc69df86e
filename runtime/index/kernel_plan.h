#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/index/index.h"

namespace gate::index {

/// All that generated code depends on. Names, constants, addresses and policies are data that the
/// code is given, so sets with equal plans share one piece of code.
struct KernelPlan {
  std::uint64_t words = 0;            ///< of a row; 0: no row kernel, the set has postings
  std::vector<std::uint64_t> fields;  ///< of the context word that the row kernel looks at
  std::vector<Shape> shapes;
  std::size_t generated_shapes = 0;  ///< the first ones; the others are left to C++

  /// Equal for equal plans only.
  [[nodiscard]] std::string signature() const;
};

/// Shapes beyond these are left to the static executor, so that the time for code is bounded.
inline constexpr std::size_t kShapesMax = 128;
inline constexpr std::size_t kStepsMax = 16'384;

/// Empty when there is nothing to generate: postings without residuals.
[[nodiscard]] std::optional<KernelPlan> plan_for(const Index& index);

}  // namespace gate::index
