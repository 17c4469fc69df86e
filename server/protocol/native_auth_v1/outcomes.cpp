#include "server/protocol/native_auth_v1/outcomes.h"

#include <algorithm>
#include <boost/json.hpp>
#include <gate/export.hpp>

#include "server/account/attributes.h"
#include "server/domain/address.h"

namespace gate::server::native_auth_v1 {
namespace {

namespace json = boost::json;

WireError wire_error(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kWrongStep:
      return WireError::kBadContinuation;
    case RefusalReason::kExpired:
      return WireError::kExpiredContinuation;
    case RefusalReason::kTriesExhausted:
      return WireError::kTriesExhausted;
    case RefusalReason::kWrongPassword:
      return WireError::kWrongPassword;
    case RefusalReason::kWrongCode:
      return WireError::kWrongCode;
    case RefusalReason::kPolicyBlocks:
      return WireError::kBlocked;
    case RefusalReason::kMethodBlocked:
      return WireError::kChannelBlocked;
    case RefusalReason::kNoDefaultMethod:
      return WireError::kNoDefaultMethod;
    case RefusalReason::kUnknownMethod:
      return WireError::kBadRequest;
    case RefusalReason::kUnacceptableContact:
      return WireError::kBadContact;
    case RefusalReason::kUnsupportedChallenge:
      return WireError::kBadChallengeType;
    case RefusalReason::kUnknownUser:
      return WireError::kUserNotFound;
    case RefusalReason::kUserExists:
      return WireError::kUserExists;
    case RefusalReason::kNoPassword:
      return WireError::kNoPassword;
    case RefusalReason::kOtherUser:
      return WireError::kBadContinuation;
    case RefusalReason::kPasswordRecentlyUsed:
      return WireError::kPasswordUsed;
    case RefusalReason::kPasswordUnasked:
      return WireError::kPasswordUnasked;
    case RefusalReason::kTooMany:
      return WireError::kTooManyMessages;
    case RefusalReason::kLocked:
      return WireError::kLocked;
    case RefusalReason::kScopeTooWide:
      return WireError::kBadScope;
    case RefusalReason::kTwoResources:
      return WireError::kTwoResources;
    case RefusalReason::kUnknownContext:
      return WireError::kUnknownContext;
    case RefusalReason::kBadRefreshToken:
      return WireError::kBadRefreshToken;
    case RefusalReason::kInteractionRequired:
      return WireError::kInteractionRequired;
    case RefusalReason::kPolicyBlocksRenewal:
      return WireError::kRenewalBlocked;
    case RefusalReason::kUnavailable:
      return WireError::kServerError;
  }
  GATE_CHECK(false, "a refusal for no reason");
}

WireError wire_error(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::kTooShort:
      return WireError::kPasswordTooShort;
    case PasswordFault::kTooLong:
      return WireError::kPasswordTooLong;
    case PasswordFault::kTooWeak:
      return WireError::kPasswordTooWeak;
    case PasswordFault::kBanned:
      return WireError::kPasswordBanned;
    case PasswordFault::kInvalid:
      return WireError::kBadRequest;  // a form that holds such text was refused before
    case PasswordFault::kNone:
      break;
  }
  GATE_CHECK(false, "a password without a fault is rejected");
}

/// Of `missing_factors`, a member of gated's own.
std::string_view wire_name(MissingFactor factor) {
  switch (factor) {
    case MissingFactor::kFirstFactor:
      return "first_factor";
    case MissingFactor::kSecondFactor:
      return "second_factor";
    case MissingFactor::kNewMethod:
      return "registration";
  }
  GATE_CHECK(false, "a factor of no kind is missing");
}

/// The clients poll at once and then at this interval; iOS fails without one (native-auth-api 6.4).
constexpr int kPollSeconds = 1;

/// Serialises an outcome; the members are in the order in which Entra sends them.
struct Writer {
  std::string_view next_token;

  [[nodiscard]] json::object begin() const {
    return next_token.empty() ? json::object() : json::object{{"continuation_token", next_token}};
  }

  Answer operator()(const FlowBegun&) const { return Answer::ok(begin()); }
  Answer operator()(const Enrolled&) const { return Answer::ok(begin()); }

  Answer operator()(const SignedUp&) const { return Answer::ok(begin()); }

  Answer operator()(const NeedsNewPassword& needs) const {
    if (!needs.for_reset) {
      return Answer::error(WireError::kCredentialRequired).with_token(next_token);
    }
    json::object body = begin();
    body["expires_in"] = needs.token_life / kMicrosPerSecond;
    return Answer::ok(std::move(body));
  }

  Answer operator()(const NeedsAttributes& needs) const {
    json::array wanted;
    for (const AttributeDefinition& spec : needs.wanted) {
      json::object entry{
          {"name", spec.name}, {"type", name(spec.type)}, {"required", spec.required}};
      if (!spec.regex.empty()) {
        entry["options"] = {{"regex", spec.regex}};
      }
      wanted.push_back(std::move(entry));
    }
    Answer answer = Answer::error(WireError::kAttributesRequired).with_token(next_token);
    answer.body["required_attributes"] = std::move(wanted);
    return answer;
  }

  Answer operator()(const PasswordChanged&) const {
    json::object body = begin();
    body["poll_interval"] = kPollSeconds;
    return Answer::ok(std::move(body));
  }

  Answer operator()(const ResetSucceeded&) const {
    json::object body = begin();
    body["status"] = "succeeded";
    return Answer::ok(std::move(body));
  }

  Answer operator()(const PasswordRejected& rejected) const {
    const bool is_short = rejected.fault == PasswordFault::kTooShort;
    return Answer::error(
        wire_error(rejected.fault),
        is_short ? "It needs at least " + std::to_string(rejected.min_length) + " characters."
                 : std::string());
  }

  Answer operator()(const AttributesRejected& rejected) const {
    if (rejected.names.empty()) {
      return Answer::error(WireError::kBadRequest,
                           "The attributes parameter is not a JSON object of texts.");
    }
    // The mobile clients fail on an empty list.
    Answer answer = Answer::error(WireError::kBadAttributes);
    json::array names;
    for (const std::string& name : rejected.names) {
      names.push_back(json::object{{"name", name}});
    }
    answer.body["invalid_attributes"] = std::move(names);
    return answer;
  }

  Answer operator()(const NeedsPassword&) const {
    json::object body = begin();
    body["challenge_type"] = "password";
    return Answer::ok(std::move(body));
  }

  Answer operator()(const CodeSent& sent) const {
    json::object body = begin();
    body["challenge_type"] = "oob";
    body["binding_method"] = "prompt";
    body["challenge_channel"] = name(sent.kind);
    body["code_length"] = sent.digits;
    body["interval"] = std::max<Micros>(sent.resend_after / kMicrosPerSecond, 1);
    if (sent.masked) {
      body["challenge_target_label"] = mask_address(sent.kind, sent.address);
    } else {
      body["challenge_target"] = sent.address;
    }
    return Answer::ok(std::move(body));
  }

  Answer operator()(const MethodsListed& listed) const {
    json::array methods;
    for (const MethodOption& method : listed.methods) {
      methods.push_back({{"id", method.id},
                         {"challenge_type", "oob"},
                         {"challenge_channel", name(method.kind)},
                         {"login_hint", method.hint}});
    }
    json::object body = begin();
    body["methods"] = std::move(methods);
    return Answer::ok(std::move(body));
  }

  Answer operator()(const NeedsStepUp& needs) const {
    json::array missing;
    for (const MissingFactor factor : needs.missing) {
      missing.emplace_back(wire_name(factor));
    }
    Answer answer = Answer::error(WireError::kInteractionRequired).with_token(next_token);
    answer.body["missing_factors"] = std::move(missing);
    return answer;
  }

  Answer operator()(const NeedsSecondFactor&) const {
    return Answer::error(WireError::kMfaRequired).with_token(next_token);
  }
  Answer operator()(const NeedsEnrolment&) const {
    return Answer::error(WireError::kRegistrationRequired).with_token(next_token);
  }

  Answer operator()(const Authenticated& done) const {
    const Micros expires_in = done.access_token_life / kMicrosPerSecond;
    json::object body{{"token_type", "Bearer"},
                      {"scope", done.scope},
                      {"expires_in", expires_in},
                      {"ext_expires_in", expires_in},
                      {"access_token", done.access_token}};
    if (!done.refresh_token.empty()) {
      body["refresh_token"] = done.refresh_token;
      body["refresh_token_expires_in"] = done.refresh_token_life / kMicrosPerSecond;
    }
    body["id_token"] = done.id_token;
    body["client_info"] = done.client_info;
    return Answer::ok(std::move(body));
  }

  Answer operator()(const AnsweredBefore& before) const { return Answer::from_text(before.answer); }

  Answer operator()(const GoToWeb& web) const { return Answer::redirect(web.reason); }

  Answer operator()(const Refused& refused) const {
    if (refused.reason == RefusalReason::kTooMany || refused.reason == RefusalReason::kLocked) {
      return Answer::limited(wire_error(refused.reason), refused.retry_after);
    }
    if (refused.reason == RefusalReason::kUnknownMethod) {
      return Answer::error(WireError::kBadRequest, "The id names no method.");
    }
    Answer answer = Answer::error(wire_error(refused.reason));
    if (refused.policy_error != 0) {
      answer.body["error_codes"] = json::array{refused.policy_error};
      answer.body["error_description"] =
          "AADSTS" + std::to_string(refused.policy_error) +
          ": Access has been blocked by Conditional Access policies.";
    }
    return answer;
  }
};

}  // namespace

Answer answer_of(const FlowOutcome& outcome, std::string_view next_token) {
  return std::visit(Writer{next_token}, outcome);
}

}  // namespace gate::server::native_auth_v1
