#pragma once

#include <gate/result.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/domain/client_hints.h"
#include "server/domain/flow_record.h"
#include "server/domain/user.h"
#include "server/flow/model/services.h"

/// What the first command of every flow needs.
namespace gate::server {

/// The account behind a user name.
struct NameFound {
  std::optional<User> user;  ///< enabled
  bool has_password = false;
  std::vector<Channel> channels;
};

/// Looks for the account in one snapshot. Behind an unknown name the same rows are asked for, so
/// that the work is the same (C6).
[[nodiscard]] Result<NameFound> find_name(const FlowServices& services, const Caller& caller,
                                          const std::string& username);

/// A new flow with id, deadlines and name, not yet written and without a phase.
[[nodiscard]] Result<FlowRecord> begin_flow(const FlowServices& services, const Caller& caller,
                                            FlowKind kind, const std::string& username);

/// Sets the subject of the flow, and the account under which limits are counted. An unknown name
/// has an account key of its own (C6).
void set_account(const FlowServices& services, const Caller& caller, const NameFound& found,
                 FlowRecord& flow);

}  // namespace gate::server
