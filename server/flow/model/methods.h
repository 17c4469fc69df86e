#pragma once

#include <string>
#include <vector>

#include "server/domain/channel.h"
#include "server/domain/flow_record.h"

/// Which of a user's channels may serve for what.
namespace gate::server {

/// The mailbox for a code as first factor: the user name's own, else the preferred one; null: none.
[[nodiscard]] const Channel* first_factor_channel(const std::vector<Channel>& channels,
                                                  const std::string& username);

/// The channels that may serve as second factor: verified, not blocked, of a method in `methods`,
/// and not the mailbox or number that the first factor went to (C4).
[[nodiscard]] std::vector<Channel> eligible_channels(const std::vector<Channel>& channels,
                                                     MethodSet methods, const FlowRecord& flow);

/// Methods that the user may enrol now: asked for by policy, offered by this server, and not
/// standing behind a channel that was blocked (a thief must not enrol a way around it).
[[nodiscard]] MethodSet enrollable(const std::vector<Channel>& channels, MethodSet wanted);

/// Whether the user has a method beside the first factor of this flow. A blocked one counts: a user
/// who lost a telephone is not one who never had any (S16).
[[nodiscard]] bool has_another_method(const std::vector<Channel>& channels, const FlowRecord& flow);

}  // namespace gate::server
