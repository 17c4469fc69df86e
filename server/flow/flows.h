#pragma once

#include "server/flow/model/run.h"
#include "server/flow/sign_in/table.h"

namespace gate::server {

/// Everything that a client may ask of the server, over whatever wire. Any number of threads; each
/// call blocks for the disk and for argon2, so it belongs on worker threads. Throws nothing.
class Flows {
 public:
  /// `services` and `machine` outlive this. Another machine than the sign-in's own is for tests.
  explicit Flows(FlowServices services, const FlowMachine& machine = sign_in_machine())
      : services_(std::move(services)), machine_(machine) {}

  [[nodiscard]] Reply start(const Caller& caller, const StartSignIn& command) const;
  [[nodiscard]] Reply run(const Caller& caller, const FlowPlace& place,
                          const FlowCommand& command) const;
  [[nodiscard]] Reply refresh(const Caller& caller, const RefreshTokens& command) const;

  [[nodiscard]] const FlowServices& services() const { return services_; }

 private:
  FlowServices services_;
  const FlowMachine& machine_;
};

}  // namespace gate::server
