#pragma once

#include <cstddef>
#include <gate/request.hpp>

#include "runtime/ir/context.h"

namespace gate::ir {

/// Gives a sign-in the fact of which bit `value` of the fact's run in the context word speaks:
/// what reading a request into the word does, the other way round.
void set_context(ContextFact fact, std::size_t value, SignInFacts& facts);

}  // namespace gate::ir
