#include "compiler/cli/decision_text.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "runtime/ir/names.h"

namespace gate::cli {
namespace {

std::string frequency_text(std::uint32_t seconds, std::string_view suffix) {
  return fmt::format("sign_in_frequency {}{}",
                     seconds == SessionControls::kEveryTime ? "every_time" : duration_text(seconds),
                     suffix);
}

struct FlagName {
  SessionControls::Flag flag;
  std::string_view name;
};
constexpr std::array<FlagName, 7> kFlags{{
    {SessionControls::kAppEnforcedRestrictions, "app_enforced_restrictions"},
    {SessionControls::kDisableResilience, "disable_resilience_defaults"},
    {SessionControls::kSecureSignInSession, "secure_sign_in_session"},
    {SessionControls::kRevokeAll, "revoke_all"},
    {SessionControls::kForbidChannelsOnDevice, "forbid_channels_on_device"},
    {SessionControls::kFilteringProfile, "filtering_profile"},
    {SessionControls::kNetworkAccessSecurity, "network_access_security"},
}};

std::string quoted_policy(const PolicySet& policies, std::uint32_t index) {
  return index < policies.policy_count() ? fmt::format("policy \"{}\"", policies.policy(index).name)
                                         : std::string("the set");
}

}  // namespace

std::string duration_text(std::uint32_t seconds) {
  struct Unit {
    std::uint32_t length;
    char letter;
  };
  for (const Unit unit : {Unit{86'400, 'd'}, Unit{3'600, 'h'}, Unit{60, 'm'}}) {
    if (seconds != 0 && seconds % unit.length == 0) {
      return fmt::format("{}{}", seconds / unit.length, unit.letter);
    }
  }
  return fmt::format("{}s", seconds);
}

std::vector<std::string> session_texts(const SessionControls& session) {
  std::vector<std::string> out;
  if (session.sign_in_frequency_s != SessionControls::kNoFrequency) {
    out.push_back(frequency_text(session.sign_in_frequency_s, ""));
  }
  if (session.secondary_frequency_s != SessionControls::kNoFrequency) {
    out.push_back(frequency_text(session.secondary_frequency_s, " second_factor"));
  }
  if (session.persistent_browser != PersistentBrowser::kUnset) {
    out.push_back(fmt::format("persistent_browser {}", name(session.persistent_browser)));
  }
  if (session.cloud_app_security != CloudAppSecurity::kUnset) {
    out.push_back(fmt::format("cloud_app_security {}", name(session.cloud_app_security)));
  }
  if (session.access_evaluation != AccessEvaluation::kUnset) {
    out.push_back(fmt::format("continuous_access_evaluation {}", name(session.access_evaluation)));
  }
  for (const FlagName& flag : kFlags) {
    if ((session.flags & flag.flag) != 0) {
      out.emplace_back(flag.name);
    }
  }
  return out;
}

std::vector<std::string> clause_texts(const PolicySet& policies, const ClauseSet& clauses) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < policies.clause_count(); ++i) {
    if (clauses.contains(i)) {
      out.emplace_back(policies.clause(i));
    }
  }
  return out;
}

std::vector<std::string> method_texts(MethodSet methods) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    if (const auto method = static_cast<Method>(i); methods.contains(method)) {
      out.emplace_back(name(method));
    }
  }
  return out;
}

std::string reason_text(const PolicySet& policies, const Reason& reason) {
  const std::string policy = quoted_policy(policies, reason.policy);
  const auto clause = [&] {
    return reason.detail < policies.clause_count() ? policies.clause(reason.detail)
                                                   : std::string_view("a control");
  };
  switch (reason.code) {
    case ReasonCode::kNone:
      return "no reason is known";
    case ReasonCode::kNoPolicySet:
      return "no policy set is loaded";
    case ReasonCode::kRequestRejected:
      return fmt::format("the request was refused: {}",
                         name(static_cast<RequestFault>(reason.detail)));
    case ReasonCode::kPolicyBlocks:
      return policy + " blocks";
    case ReasonCode::kDefaultDeny:
      return "no policy applies, and the set says `default deny`";
    case ReasonCode::kControlUnmet:
      return fmt::format("{} asks for {}, which is not met", policy, clause());
    case ReasonCode::kReauthenticate:
      return policy + " asks for a fresher sign-in";
    case ReasonCode::kUnknownSignal:
      return fmt::format("{} applies because `{}` is unknown", policy,
                         policies.fact(reason.detail));
    case ReasonCode::kControlMet:
      return fmt::format("{} asks for {}, which is met", policy, clause());
    case ReasonCode::kNoPolicyApplies:
      return "no policy applies";
    case ReasonCode::kFactRefused:
      return fmt::format("{} needs `{}`, and without it access is refused", policy,
                         policies.fact(reason.detail));
    case ReasonCode::kCannotRegister:
      return fmt::format("{} asks for {}, and the user has no method for it", policy, clause());
  }
  return "no reason is known";
}

}  // namespace gate::cli
