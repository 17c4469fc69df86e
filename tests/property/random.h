#pragma once

#include <string>

#include "runtime/probe/dice.h"

namespace gate::property {

using probe::Dice;

/// One of `n` user actions, of which the first two are those that rules ask for by name.
inline std::string user_action(Dice& dice, std::size_t n) {
  const std::size_t i = dice.below(n);
  return i == 0 ? "register_security_info" : i == 1 ? "register_device" : "act" + std::to_string(i);
}

}  // namespace gate::property
