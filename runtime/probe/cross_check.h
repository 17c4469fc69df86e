#pragma once

#include <cstddef>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <optional>

#include "runtime/abi/kernel.h"

/// A set held against the interpreter before it is in force: what the tests do with thousands of
/// programs, with this one.
namespace gate::probe {

/// Policies that one check interprets at most in each plan, some 0.1 s: sets of more than a few
/// thousand policies get fewer sign-ins than asked for, and four at least.
inline constexpr std::size_t kInterpretedMax = 2'000'000;

struct Difference {
  SignInFacts facts;
  Decision meant;  ///< by the interpreter
  Decision said;   ///< by the tables or the code
};

/// Makes sign-ins from the policies of `set`, the same ones for the same digest, and asks the set
/// and the interpreter for whole decisions, enforced and report-only. The first difference; empty:
/// they agree. Allocates.
[[nodiscard]] std::optional<Difference> find_difference(const PolicySet& set, std::size_t sign_ins);

/// The same for code that is not attached yet, so that no decision is made by it if it is wrong.
/// Builds the set's tables once more for it.
[[nodiscard]] std::optional<Difference> find_difference(const PolicySet& set,
                                                        const abi::Entries& code,
                                                        std::size_t sign_ins);

}  // namespace gate::probe
