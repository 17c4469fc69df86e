#pragma once

#include <functional>
#include <memory>

#include "server/crypto/service_secrets.h"
#include "server/decision/decider.h"
#include "server/decision/facts.h"
#include "server/http/message.h"
#include "server/ports/clock.h"
#include "server/ports/random.h"
#include "server/protocol/send_caps.h"
#include "server/protocol/service_settings.h"
#include "server/store/store.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// Native Authentication (v1): sign-in, second factors, registration at first use, tokens, keys and
/// discovery, each under `/{tenant}`, where the tenant is named by id or domain.
///
///   POST /{tenant}/oauth2/v2.0/{initiate,challenge,token,introspect}
///   POST /{tenant}/register/v1.0/{introspect,challenge,continue}
///   GET  /{tenant}/discovery/v2.0/keys
///   GET  /{tenant}/v2.0/.well-known/openid-configuration
///
/// Every answer is a JSON object. `handle` may be called from any number of threads; it blocks for
/// the disk and for argon2, so it belongs on worker threads. It throws nothing.
class NativeAuthEndpoints {
 public:
  /// What the endpoints stand on; all of it outlives them.
  struct Services {
    Store& store;
    const Clock& clock;
    Random& random;
    const ServiceSecrets& secrets;
    const SigningKeys& keys;
    const Decider& decider;
    ServiceSettings settings;                  ///< has passed `check`
    const CountryLookup* countries = nullptr;  ///< null: every country is unknown
    /// Told of failures behind a server_error answer (store, randomness). Holds no secrets.
    std::function<void(const Error&)> on_failure;
    /// Told of every message that a cap kept from being sent (B5). Called from many threads.
    std::function<void(const SendCap&)> on_cap{};
  };

  explicit NativeAuthEndpoints(Services services);
  ~NativeAuthEndpoints();
  NativeAuthEndpoints(const NativeAuthEndpoints&) = delete;
  NativeAuthEndpoints& operator=(const NativeAuthEndpoints&) = delete;

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate::server
