#include "server/flow/model/methods.h"

#include <algorithm>

#include "server/domain/address.h"

namespace gate::server {
namespace {

/// The channel of the first factor; null for a password.
const Channel* first_channel(const std::vector<Channel>& channels, const FlowRecord& flow) {
  if (flow.completed.empty()) {
    return nullptr;
  }
  const auto found = std::find_if(channels.begin(), channels.end(), [&flow](const Channel& c) {
    return c.channel_id == flow.completed.front().channel_id;
  });
  return found == channels.end() ? nullptr : &*found;
}

bool is_same_place(const Channel& channel, const Channel* first) {
  return first != nullptr && channel.kind == first->kind &&
         same_place(channel.kind, channel.address, first->address);
}

/// The mailbox that is the user name, else the first one, which is the preferred one if there is
/// any. Only those that are verified, not blocked and `usable`.
template <typename Usable>
const Channel* mailbox_of(const std::vector<Channel>& channels, const std::string& username,
                          const Usable& usable) {
  const Channel* found = nullptr;
  for (const Channel& channel : channels) {
    if (channel.kind != ChannelKind::kEmail || !channel.verified || channel.blocked ||
        !usable(channel)) {
      continue;
    }
    if (channel.address == username) {
      return &channel;
    }
    found = found == nullptr ? &channel : found;
  }
  return found;
}

}  // namespace

bool can_deliver(const ServiceSettings& settings, ChannelKind kind, std::string_view address) {
  return settings.sends(kind) && (kind != ChannelKind::kEmail || is_mail_address(address));
}

const Channel* first_factor_channel(const ServiceSettings& settings,
                                    const std::vector<Channel>& channels,
                                    const std::string& username) {
  return mailbox_of(channels, username, [&settings](const Channel& channel) {
    return can_deliver(settings, channel.kind, channel.address);
  });
}

std::string verified_email(const std::vector<Channel>& channels, const std::string& username) {
  const Channel* mailbox = mailbox_of(channels, username, [](const Channel&) { return true; });
  return mailbox == nullptr ? std::string() : mailbox->address;
}

bool allows_second_factor(const Tenant& tenant, ChannelKind kind) {
  return tenant.rules.second_factors.contains(method_of(kind));
}

std::vector<Channel> eligible_channels(const ServiceSettings& settings, const Tenant& tenant,
                                       const std::vector<Channel>& channels, MethodSet methods,
                                       const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  const auto is_proven = [&](const Channel& channel) {
    return std::any_of(channels.begin(), channels.end(), [&](const Channel& other) {
      return is_same_place(channel, &other) &&
             std::any_of(flow.completed.begin(), flow.completed.end(),
                         [&](const auto& factor) { return factor.channel_id == other.channel_id; });
    });
  };
  std::vector<Channel> eligible;
  std::copy_if(channels.begin(), channels.end(), std::back_inserter(eligible),
               [&](const Channel& channel) {
                 return channel.verified && !channel.blocked &&
                        (first != nullptr || !channel.carried_reset) &&
                        can_deliver(settings, channel.kind, channel.address) &&
                        methods.contains(method_of(channel.kind)) &&
                        allows_second_factor(tenant, channel.kind) && !is_proven(channel);
               });
  return eligible;
}

bool stands(const CompletedFactor& factor, const std::vector<Channel>& channels) {
  return factor.channel_id.empty() ||
         std::any_of(channels.begin(), channels.end(), [&factor](const Channel& channel) {
           return channel.channel_id == factor.channel_id && channel.verified && !channel.blocked;
         });
}

MethodSet first_factors_of(const ServiceSettings& settings, const Tenant& tenant, const User& user,
                           bool has_password, const std::vector<Channel>& channels) {
  const auto may_use = [&](Method method) {
    return tenant.rules.first_factors.contains(method) &&
           user.first_factors.value_or(kFirstFactors).contains(method);
  };
  MethodSet usable;
  if (has_password && may_use(Method::kPassword)) {
    usable.add(Method::kPassword);
    if (!user.first_factors) {
      return usable;
    }
  }
  if (may_use(Method::kEmailOtp) &&
      first_factor_channel(settings, channels, user.username) != nullptr) {
    usable.add(Method::kEmailOtp);
  }
  return usable;
}

std::optional<Method> choose_first_factor(MethodSet possible, MethodSet listed) {
  for (const Method method : {Method::kPassword, Method::kEmailOtp}) {
    if (possible.contains(method) && listed.contains(method)) {
      return method;
    }
  }
  return std::nullopt;
}

NameHolder holder_of(const User& user, const std::vector<Channel>& channels) {
  NameHolder holder;
  holder.guard.tenant_id = user.tenant_id;
  holder.guard.user_id = user.user_id;
  holder.guard.epoch = user.epoch;
  holder.guard.methods_gen = user.methods_gen;
  const bool unproven =
      std::any_of(channels.begin(), channels.end(), [&user](const Channel& channel) {
        return channel.kind == ChannelKind::kEmail && !channel.verified && !channel.blocked &&
               channel.address == user.username;
      });
  // A list of first factors is the operator's word, so its account is no squatter's.
  holder.owns_name = !user.enabled || user.first_factors.has_value() || !unproven;
  return holder;
}

MethodSet enrollable(const ServiceSettings& settings, const Tenant& tenant,
                     const std::vector<Channel>& channels, MethodSet wanted) {
  MethodSet methods;
  for (const ChannelKind kind : kChannelKinds) {
    const bool blocked_one = std::any_of(
        channels.begin(), channels.end(),
        [kind](const Channel& channel) { return channel.kind == kind && channel.blocked; });
    if (wanted.contains(method_of(kind)) && allows_second_factor(tenant, kind) &&
        settings.sends(kind) && !blocked_one) {
      methods.add(method_of(kind));
    }
  }
  return methods;
}

bool has_another_method(const User& user, const std::vector<Channel>& channels,
                        const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  if (flow.kind == FlowKind::kPasswordReset && first != nullptr) {
    return true;  // the mailbox itself is a method beside the password that it resets (D4)
  }
  const bool signs_in = flow.kind == FlowKind::kSignIn || flow.kind == FlowKind::kStepUp;
  const bool counts_once = signs_in && first != nullptr;
  if (counts_once && user.first_factors && user.first_factors->contains(Method::kPassword)) {
    return true;
  }
  return std::any_of(channels.begin(), channels.end(), [&](const Channel& channel) {
    return (channel.verified || channel.blocked) && !is_same_place(channel, first) &&
           !(counts_once && channel.kind == first->kind);
  });
}

}  // namespace gate::server
