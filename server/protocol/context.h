#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/decision/decider.h"
#include "server/decision/facts.h"
#include "server/factor/password.h"
#include "server/protocol/answer.h"
#include "server/protocol/form.h"
#include "server/protocol/service_settings.h"
#include "server/store/store.h"
#include "server/token/continuation_token.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// What the endpoints stand on. Everything referred to outlives them and is safe from many threads.
struct ProtocolParts {
  Store& store;
  const Clock& clock;
  Random& random;
  const SigningKeys& keys;
  const Decider& decider;
  const CountryLookup* countries;
  const ServiceSettings& settings;
  const PasswordHasher& passwords;
  const ContinuationTokens& continuations;
  ByteSpan code_pepper;
  ByteSpan account_key;
  const std::function<void(const Error&)>& on_failure;
  const std::function<void(const SendCap&)>& on_cap;
};

/// One request of a known client of a known tenant, with its body read.
struct RequestContext {
  const ProtocolParts& parts;
  const HttpRequest& request;
  const Tenant& tenant;
  const Client& client;
  const Form& form;
  Micros now = 0;
};

/// What clients announce in `capabilities`.
inline constexpr std::uint32_t kCapabilityMfa = 1;
inline constexpr std::uint32_t kCapabilityRegistration = 2;

/// Runs `body` as one durable transaction and gives its answer once it is on disk (T2). A lost
/// compare-and-set is answered as a used token (T3), any other failure as server_error, reported
/// through `on_failure`.
[[nodiscard]] Answer in_transaction(const RequestContext& context,
                                    const std::function<Result<Answer>(Transaction&)>& body);

/// The answer to a failure outside of any transaction.
[[nodiscard]] Answer failed(const RequestContext& context, const Error& error);

/// The method that a code over such a channel proves.
[[nodiscard]] Method method_of(ChannelKind kind);
/// `email` or `sms`, as the wire says.
[[nodiscard]] std::string_view wire_name(ChannelKind kind);

}  // namespace gate::server
