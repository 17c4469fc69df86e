#pragma once

#include <functional>
#include <gate/result.hpp>

#include "server/account/password_rules.h"
#include "server/audit/audit_log.h"
#include "server/decision/decider.h"
#include "server/decision/facts.h"
#include "server/domain/client_hints.h"
#include "server/domain/place_lookup.h"
#include "server/domain/settings.h"
#include "server/factor/password.h"
#include "server/flow/model/outcome.h"
#include "server/limits/known_device.h"
#include "server/limits/send_limits.h"
#include "server/message/templates.h"
#include "server/ports/clock.h"
#include "server/ports/random.h"
#include "server/risk/risk_engine.h"
#include "server/store/store.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// The dependencies of flows. All of them outlive the flows and are safe from many threads.
struct FlowServices {
  Store& store;
  Random& random;
  const SigningKeys& keys;
  const Decider& decider;
  const AuditLog& audit;
  const PlaceLookup* places = nullptr;      ///< null: nothing is known about places
  const RiskEngine* risk_engine = nullptr;  ///< null: there is none
  const ServiceSettings& settings;
  const PasswordHasher& passwords;
  const PasswordRules& password_rules;
  const MessageTexts* texts = nullptr;  ///< null: the built-in ones
  ByteSpan code_pepper;
  ByteSpan account_key;
  /// Writes a reply as the wire sends it, to be stored for a repeated request (T4). Empty: no
  /// answer is stored. Set by the wire whose flows these are.
  std::function<std::string(const Caller&, const Reply&)> write_answer{};
  /// Called for each failure behind a kUnavailable refusal. The text holds no secrets.
  std::function<void(const Error&)> on_failure;
  /// Called for each message that a cap refused (B5).
  std::function<void(const SendCap&)> on_cap;
  /// Called after the commit of a request that queued a message, so that it does not wait for the
  /// next poll of the outbox. It does not block.
  std::function<void()> on_message{};

  [[nodiscard]] MessageText write_message(const MessageOrder& order) const {
    return texts == nullptr ? built_in_templates().write(order) : texts->write(order);
  }
  [[nodiscard]] DeviceRules device_rules() const { return {settings, account_key}; }
  [[nodiscard]] SendRules send_rules() const { return {settings, account_key}; }
};

}  // namespace gate::server
