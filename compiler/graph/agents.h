#pragma once

#include <string_view>

/// Agents (conditional-access 1.1; undocumented where we read, so the reading is ours): an agent's
/// user account is a user and an agent's identity a service principal, told from the others by
/// signals that the caller sends. So policies on all users reach agent users too, and nothing about
/// agents is decided from an absent fact.
namespace gate::graph {

inline constexpr std::string_view kAgentUser = "agent_user";          ///< boolean
inline constexpr std::string_view kAgentIdentity = "agent_identity";  ///< boolean
inline constexpr std::string_view kAgentRisk = "agent_risk";          ///< none, low, medium, high
inline constexpr std::string_view kAgentContext = "agent_context";    ///< text

/// A traffic profile of Global Secure Access is a target of its own: an app of this prefix.
inline constexpr std::string_view kTrafficPrefix = "traffic:";

}  // namespace gate::graph
