#pragma once

#include "server/flow/model/run.h"
#include "server/flow/sign_in/table.h"

namespace gate::server {

/// All operations of clients, for every wire. Safe from any number of threads. Each call blocks for
/// the disk and for argon2, so it belongs on worker threads. Throws nothing.
class Flows {
 public:
  /// `services` and `machine` outlive this. Only tests pass another machine than the default.
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
