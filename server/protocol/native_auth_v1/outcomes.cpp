#include "server/protocol/native_auth_v1/outcomes.h"

#include <algorithm>
#include <boost/json.hpp>
#include <gate/export.hpp>

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
    case RefusalReason::kTooMany:
      return WireError::kTooManyRequests;
    case RefusalReason::kScopeTooWide:
      return WireError::kBadScope;
    case RefusalReason::kBadRefreshToken:
      return WireError::kBadRefreshToken;
    case RefusalReason::kInteractionRequired:
      return WireError::kInteractionRequired;
    case RefusalReason::kUnavailable:
      return WireError::kServerError;
  }
  GATE_CHECK(false, "a refusal for no reason");
}

/// Serialises an outcome; the members are in the order in which Entra sends them.
struct Writer {
  std::string_view next_token;

  [[nodiscard]] json::object begin() const {
    return next_token.empty() ? json::object() : json::object{{"continuation_token", next_token}};
  }

  Answer operator()(const FlowBegun&) const { return Answer::ok(begin()); }
  Answer operator()(const Enrolled&) const { return Answer::ok(begin()); }

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

  Answer operator()(const GoToWeb& web) const { return Answer::redirect(web.reason); }

  Answer operator()(const Refused& refused) const {
    if (refused.reason == RefusalReason::kTooMany) {
      return Answer::too_many(refused.retry_after);
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
