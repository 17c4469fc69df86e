#pragma once

#include "server/flow/model/run.h"

namespace gate::server {

/// The machines of all kinds of flow.
[[nodiscard]] const FlowMachines& flow_machines() noexcept;

/// All operations of clients, for every wire. Safe from any number of threads. Each call blocks for
/// the disk and for argon2, so it belongs on worker threads. Throws nothing.
class Flows {
 public:
  /// `services` and `machines` outlive this. Only tests pass other machines than the default.
  explicit Flows(FlowServices services, const FlowMachines& machines = flow_machines())
      : services_(std::move(services)), machines_(machines) {}

  [[nodiscard]] Reply start(const Caller& caller, const StartSignIn& command) const;
  [[nodiscard]] Reply start(const Caller& caller, const StartSignUp& command) const;
  [[nodiscard]] Reply start(const Caller& caller, const StartReset& command) const;
  [[nodiscard]] Reply run(const Caller& caller, const FlowPlace& place,
                          const FlowCommand& command) const;
  [[nodiscard]] Reply refresh(const Caller& caller, const RefreshTokens& command) const;

  [[nodiscard]] const FlowServices& services() const { return services_; }

 private:
  FlowServices services_;
  FlowMachines machines_;
};

}  // namespace gate::server
