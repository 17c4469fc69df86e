#pragma once

#include <gate/request.hpp>

#include "runtime/ir/program.h"
#include "tests/property/random.h"
#include "tests/property/random_program.h"

namespace gate::property {

/// A sign-in of dice only. Facts may be absent, doubled, of the wrong type or malformed.
[[nodiscard]] SignInFacts random_sign_in(Dice& dice, const Names& names = {});

/// Changes `facts` towards meeting everything that the policy asks for, then breaks one thing in
/// three of four cases: requests near the edge are where executors differ.
void aim_at(Dice& dice, const ir::Program& program, const ir::Policy& policy, SignInFacts& facts);

}  // namespace gate::property
