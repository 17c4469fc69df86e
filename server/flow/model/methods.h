#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/domain/channel.h"
#include "server/domain/flow_record.h"
#include "server/domain/settings.h"
#include "server/flow/model/run.h"

/// Which of a user's channels may be used for which purpose.
namespace gate::server {

/// True if a code can leave this server for the address: messages of the kind are sent at all, and
/// mail can be sent to the address (S20).
[[nodiscard]] bool can_deliver(const ServiceSettings& settings, ChannelKind kind,
                               std::string_view address);

/// True if a second factor of this kind may be enrolled and used in the tenant.
[[nodiscard]] bool allows_second_factor(const Tenant& tenant, ChannelKind kind);

/// The mailbox for a code as first factor: the one that is the user name, else the preferred one;
/// null if there is none to which a code can be delivered.
[[nodiscard]] const Channel* first_factor_channel(const ServiceSettings& settings,
                                                  const std::vector<Channel>& channels,
                                                  const std::string& username);

/// The address of `email` in tokens: the user name if it is a mailbox of the user, else the
/// preferred mailbox. Only a verified one that is not blocked; empty: none.
[[nodiscard]] std::string verified_email(const std::vector<Channel>& channels,
                                         const std::string& username);

/// The channels that may be used as second factor: verified, not blocked, deliverable, of a method
/// in `methods` that the tenant allows, and not the mailbox or number of a completed factor (C4).
/// Beside a password that was reset over a channel, that channel does not count either (D4).
[[nodiscard]] std::vector<Channel> eligible_channels(const ServiceSettings& settings,
                                                     const Tenant& tenant,
                                                     const std::vector<Channel>& channels,
                                                     MethodSet methods, const FlowRecord& flow);

/// A factor that was proven over a channel counts as long as the channel may be used (T6).
[[nodiscard]] bool stands(const CompletedFactor& factor, const std::vector<Channel>& channels);

/// The first factors that the account can sign in with at present, of those that the tenant allows
/// and the user's own list has: the password, a code to `first_factor_channel`. Without a list the
/// password if there is one, else the code.
[[nodiscard]] MethodSet first_factors_of(const ServiceSettings& settings, const Tenant& tenant,
                                         const User& user, bool has_password,
                                         const std::vector<Channel>& channels);

/// The one of `possible` that a client is asked for that lists `listed`: the password, else the
/// code (native-auth-api 4.2); nothing if it lists none of them.
[[nodiscard]] std::optional<Method> choose_first_factor(MethodSet possible, MethodSet listed);

/// What a sign-up has to know about the account that has its user name.
[[nodiscard]] NameHolder holder_of(const User& user, const std::vector<Channel>& channels);

/// The methods that the user may enrol now: required by policy, allowed in the tenant, sent by this
/// server, and without a blocked channel of the same method (an attacker must not replace a blocked
/// channel).
[[nodiscard]] MethodSet enrollable(const ServiceSettings& settings, const Tenant& tenant,
                                   const std::vector<Channel>& channels, MethodSet wanted);

/// True if the user has a method beside the first factor of this flow that a policy could use. Then
/// none may be enrolled without a proof of it (S16). It leads elsewhere than the first factor, and
/// is not of the first factor's method: a method counts once, so where an account signs in by a
/// code to a mailbox no policy can use a second one, and it must not keep its owner from enrolling
/// (S17). In a password reset it does: the account signs in by password.
///
/// A blocked method counts: a user who lost a phone is not a user who never had one. So does one
/// that the policy at hand does not accept, because others may, one that the tenant does not allow,
/// and one to which this server sends no messages at present. So does the password of a user whose
/// list has both first factors, after a code: with the mailbox alone no method may be enrolled that
/// spares the password.
[[nodiscard]] bool has_another_method(const User& user, const std::vector<Channel>& channels,
                                      const FlowRecord& flow);

}  // namespace gate::server
