#pragma once

#include <cstdint>
#include <vector>

#include "runtime/ir/program.h"

/// Rules about policies on all resources and user actions, asked by every executor and by verify().
namespace gate::ir {

/// The two user actions that the rules below ask for by name.
inline constexpr std::string_view kRegisterSecurityInfo = "register_security_info";
inline constexpr std::string_view kRegisterDevice = "register_device";

/// All apps, and with them the user actions: what Entra calls all resources.
[[nodiscard]] inline bool is_all_resources(const TargetSet& set) {
  return set.kind == TargetKind::kApp && set.all;
}

/// Policies on all resources that ask for a compliant device leave the registration of devices
/// alone: a device cannot comply before it is registered (conditional-access 2.10, 2.11).
[[nodiscard]] bool skips_device_registration(const Program& program, const Policy& policy);

/// A policy that names the registration of security information and asks for a strength: there it
/// takes the place of the strengths of policies on all resources (conditional-access 2.5). One on
/// every action, which the language cannot say, names none.
[[nodiscard]] bool displaces_strengths(const Program& program, const Policy& policy);

/// What is left of a clause without its strengths; no controls: nothing is asked for.
[[nodiscard]] Clause without_strengths(const Clause& clause);

/// What a program must hold because decisions may need it, whether or not a policy says it.
struct Needed {
  bool register_device = false;  ///< the symbol: some policy skips device registration
  std::vector<Clause> clauses;   ///< what displaced strengths leave of the clauses of policies
};
[[nodiscard]] Needed needed_for_actions(const Program& program);

}  // namespace gate::ir
