#pragma once

#include <gate/request.hpp>

#include "runtime/ir/program.h"
#include "runtime/probe/dice.h"

/// Sign-ins made from policies, with which executors are held against each other.
namespace gate::probe {

/// Changes `facts` towards meeting everything that the policy asks for, then breaks one thing in
/// three of four cases: requests near the edge are where executors differ.
void aim_at(Dice& dice, const ir::Program& program, const ir::Policy& policy, SignInFacts& facts);

}  // namespace gate::probe
