#pragma once

#include "tests/differential/set_text.h"
#include "tests/differential/world.h"

namespace gate::differential {

/// A set of `policies` policies over the whole language, which compiles.
[[nodiscard]] SetText random_set(World& world, Dice& dice, Features& features,
                                 std::size_t policies);

/// One more policy of the same world.
[[nodiscard]] PolicyText random_policy(const World& world, Dice& dice, Features& features,
                                       std::size_t number);

/// Sign-ins derived from one policy: everything met; everything but one thing, for each thing;
/// everything met and a fact taken away; all of it over facts of dice.
[[nodiscard]] std::vector<SignInFacts> sign_ins_for(const PolicyText& policy, const World& world,
                                                    Dice& dice);

}  // namespace gate::differential
