#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/audit/audit_log.h"
#include "server/crypto/argon2id.h"
#include "server/crypto/service_secrets.h"
#include "server/decision/decider.h"
#include "server/domain/place_lookup.h"
#include "server/domain/settings.h"
#include "server/flow/flows.h"
#include "server/flow/sign_in/table.h"
#include "server/http/message.h"
#include "server/limits/send_caps.h"
#include "server/message/templates.h"
#include "server/ports/clock.h"
#include "server/ports/random.h"
#include "server/risk/risk_engine.h"
#include "server/store/store.h"
#include "server/token/signing_keys.h"

namespace gate::server {

/// The server without sockets: the flows, the wires over them, and the routing of a request to an
/// endpoint. `handle` may be called from any number of threads. It blocks for the disk and for
/// argon2, so it belongs on worker threads. It throws nothing.
class Front {
 public:
  /// The dependencies. All of them must outlive the front.
  struct Parts {
    Store& store;
    const Clock& clock;
    Random& random;
    const ServiceSecrets& secrets;
    const SigningKeys& keys;
    const Decider& decider;
    const AuditLog& audit;
    const PasswordRules& password_rules;
    ServiceSettings settings;                 ///< has passed `check`
    const PlaceLookup* places = nullptr;      ///< null: nothing is known about places
    const RiskEngine* risk_engine = nullptr;  ///< null: there is none
    const MessageTexts* texts = nullptr;      ///< null: the built-in ones
    /// Called for each failure behind a server_error answer (store, randomness). The text holds no
    /// secrets.
    std::function<void(const Error&)> on_failure{};
    /// Called for each message that a cap refused (B5), from many threads.
    std::function<void(const SendCap&)> on_cap{};
    /// Called after a request has queued a message, from many threads. It does not block.
    std::function<void()> on_message{};
    PasswordCost password_cost{};  ///< of new passwords; lower in tests only (D3)
  };
  /// `machines`: modified ones in tests.
  explicit Front(Parts parts, const FlowMachines& machines = flow_machines());
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  [[nodiscard]] HttpResponse handle(const HttpRequest& request) const noexcept;
  /// What the server answers, as `POST /{tenant}/oauth2/v2.0/token`. docs/api/ is compared with it.
  [[nodiscard]] std::vector<std::string> endpoints() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate::server
