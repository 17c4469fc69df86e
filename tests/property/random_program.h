#pragma once

#include <cstddef>

#include "runtime/ir/program.h"
#include "tests/property/random.h"

namespace gate::property {

/// How many different names of each kind programs and sign-ins draw from.
struct Names {
  std::size_t users = 12;
  std::size_t groups = 16;
  std::size_t roles = 5;
  std::size_t tenants = 4;
  std::size_t services = 4;
  std::size_t apps = 12;
  std::size_t app_groups = 4;
  std::size_t actions = 3;
  std::size_t contexts = 4;
};

/// A program in which everything the Decision IR can say turns up: every kind of principal, target,
/// leaf, control and session control, empty includes, members both included and excluded, equal
/// policies. Passes ir::verify.
[[nodiscard]] ir::Program random_program(Dice& dice, std::size_t policies, const Names& names = {});

}  // namespace gate::property
