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

}  // namespace

std::string verified_email(const std::vector<Channel>& channels, const std::string& username) {
  const Channel* mailbox = first_factor_channel(channels, username);
  return mailbox == nullptr ? std::string() : mailbox->address;
}

const Channel* first_factor_channel(const std::vector<Channel>& channels,
                                    const std::string& username) {
  const Channel* found = nullptr;
  for (const Channel& channel : channels) {
    if (channel.kind != ChannelKind::kEmail || !channel.verified || channel.blocked) {
      continue;
    }
    if (channel.address == username) {
      return &channel;
    }
    found = found == nullptr ? &channel : found;
  }
  return found;
}

std::vector<Channel> eligible_channels(const std::vector<Channel>& channels, MethodSet methods,
                                       const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  std::vector<Channel> eligible;
  std::copy_if(channels.begin(), channels.end(), std::back_inserter(eligible),
               [&](const Channel& channel) {
                 return channel.verified && !channel.blocked &&
                        (first != nullptr || !channel.carried_reset) &&
                        methods.contains(method_of(channel.kind)) && !is_same_place(channel, first);
               });
  return eligible;
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
  holder.owns_name = !user.enabled || !unproven;
  return holder;
}

MethodSet enrollable(const std::vector<Channel>& channels, MethodSet wanted) {
  MethodSet methods;
  for (const ChannelKind kind : kChannelKinds) {
    const bool blocked_one = std::any_of(
        channels.begin(), channels.end(),
        [kind](const Channel& channel) { return channel.kind == kind && channel.blocked; });
    if (wanted.contains(method_of(kind)) && !blocked_one) {
      methods.add(method_of(kind));
    }
  }
  return methods;
}

bool has_another_method(const std::vector<Channel>& channels, const FlowRecord& flow) {
  const Channel* first = first_channel(channels, flow);
  return std::any_of(channels.begin(), channels.end(), [first](const Channel& channel) {
    return (channel.verified || channel.blocked) && !is_same_place(channel, first);
  });
}

}  // namespace gate::server
