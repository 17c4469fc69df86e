#pragma once

#include <gate/request.hpp>

#include "runtime/probe/aim.h"
#include "tests/property/random.h"
#include "tests/property/random_program.h"

namespace gate::property {

using probe::aim_at;

/// A sign-in of dice only. Facts may be absent, doubled, of the wrong type or malformed.
[[nodiscard]] SignInFacts random_sign_in(Dice& dice, const Names& names = {});

}  // namespace gate::property
