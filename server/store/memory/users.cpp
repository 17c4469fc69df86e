#include <algorithm>

#include "server/store/memory/unit_of_work.h"

namespace gate::server {

Error conflict(const char* what) {
  return {ErrorCode::kConflict, what};
}

bool MemoryUnitOfWork::holds(const SubjectGuard& guard) const {
  const User* user = state_.users.find(key_of(guard.tenant_id, guard.user_id));
  return user != nullptr && user->enabled && user->epoch == guard.epoch &&
         user->methods_gen == guard.methods_gen &&
         device_stands(guard.tenant_id, guard.user_id, guard.device_id, guard.device_epoch) &&
         (guard.family_id.empty() || user_of_family(guard.tenant_id, guard.family_id) == user);
}

Result<void> MemoryUnitOfWork::put_tenant(const Tenant& tenant) {
  bool taken = false;
  state_.tenants.each([&](const std::string& id, const Tenant& other) {
    taken = id != tenant.id &&
            (other.domain == tenant.domain || id == tenant.domain || other.domain == tenant.id);
    return !taken;
  });
  if (taken) {
    return conflict("the id or the domain belongs to another tenant");
  }
  state_.tenants.put(tenant.id, tenant);
  return {};
}

Result<void> MemoryUnitOfWork::put_client(const Client& client) {
  if (!state_.tenants.contains(client.tenant_id)) {
    return conflict("there is no such tenant");
  }
  state_.clients.put(key_of(client.tenant_id, client.client_id), client);
  return {};
}

Result<void> MemoryUnitOfWork::put_resource(const Resource& resource) {
  if (!state_.tenants.contains(resource.tenant_id)) {
    return conflict("there is no such tenant");
  }
  state_.resources.put(key_of(resource.tenant_id, resource.audience), resource);
  return {};
}

namespace {

/// True if policies see no difference.
bool decided_alike(const User& a, const User& b) {
  return a.groups == b.groups && a.roles == b.roles && a.kind == b.kind &&
         a.sign_in_risk == b.sign_in_risk && a.user_risk == b.user_risk && a.signals == b.signals;
}

}  // namespace

Result<void> MemoryUnitOfWork::put_user(const User& user) {
  if (!state_.tenants.contains(user.tenant_id)) {
    return conflict("there is no such tenant");
  }
  const Key name = key_of(user.tenant_id, user.username);
  const std::string* holder = state_.user_names.find(name);
  if (holder != nullptr && *holder != user.user_id) {
    return conflict("the user name belongs to another user");
  }
  const Key key = key_of(user.tenant_id, user.user_id);
  User next = user;
  next.epoch = 0;
  next.methods_gen = 0;
  next.raised_risk.clear();
  next.password_leaked = false;
  if (const User* old = state_.users.find(key); old != nullptr) {
    next.epoch = old->epoch + (old->enabled && !user.enabled ? 1 : 0);
    next.methods_gen = old->methods_gen + (decided_alike(*old, user) ? 0 : 1);
    next.raised_risk = old->raised_risk;
    next.password_leaked = old->password_leaked;
    state_.user_names.erase(key_of(old->tenant_id, old->username));
  }
  state_.users.put(key, std::move(next));
  state_.user_names.put(name, user.user_id);
  return {};
}

void MemoryUnitOfWork::methods_changed(std::string_view tenant_id, std::string_view user_id) {
  state_.users.update(key_of(tenant_id, user_id), [](User& user) { ++user.methods_gen; });
}

Result<void> MemoryUnitOfWork::put_password(std::string_view tenant_id, std::string_view user_id,
                                            std::string_view encoded, Micros) {
  const Key key = key_of(tenant_id, user_id);
  if (!state_.users.contains(key)) {
    return conflict("there is no such user");
  }
  const std::string* old = state_.passwords.find(key);
  if (old == nullptr || *old != encoded) {
    state_.passwords.put(key, std::string(encoded));
    state_.users.update(key, [](User& user) { user.password_leaked = false; });
    methods_changed(tenant_id, user_id);
    return mark_reset_channel(tenant_id, user_id, "");
  }
  return {};
}

Result<void> MemoryUnitOfWork::change_password(const SubjectGuard& guard, std::string_view encoded,
                                               std::string_view over_channel, Micros) {
  if (!holds(guard)) {
    return conflict("the user or the user's methods have changed");
  }
  const Key key = key_of(guard.tenant_id, guard.user_id);
  state_.passwords.put(key, std::string(encoded));
  state_.users.update(key, [](User& user) {
    ++user.methods_gen;
    ++user.epoch;
    user.password_leaked = false;
  });
  return mark_reset_channel(guard.tenant_id, guard.user_id, over_channel);
}

Result<void> MemoryUnitOfWork::mark_reset_channel(std::string_view tenant_id,
                                                  std::string_view user_id,
                                                  std::string_view channel_id) {
  GATE_TRY(const std::vector<Channel> channels, channels_of(tenant_id, user_id));
  for (const Channel& channel : channels) {
    state_.channels.update(key_of(tenant_id, user_id, channel.channel_id),
                           [&](Channel& row) { row.carried_reset = row.channel_id == channel_id; });
  }
  return {};
}

Result<void> MemoryUnitOfWork::evict(const SubjectGuard& holder) {
  if (!holds(holder)) {
    return conflict("the user or the user's methods have changed");
  }
  const Key key = key_of(holder.tenant_id, holder.user_id);
  state_.user_names.erase(key_of(holder.tenant_id, state_.users.find(key)->username));
  state_.users.update(key, [](User& user) {
    user.enabled = false;
    ++user.epoch;
  });
  return {};
}

Result<void> MemoryUnitOfWork::rehash_password(const SubjectGuard& guard, std::string_view encoded,
                                               Micros) {
  const Key key = key_of(guard.tenant_id, guard.user_id);
  if (!holds(guard) || !state_.passwords.contains(key)) {
    return conflict("the user or the password has changed");
  }
  state_.passwords.put(key, std::string(encoded));
  return {};
}

bool MemoryUnitOfWork::keep_channel(std::string_view tenant_id, std::string_view user_id,
                                    const Channel& channel, bool take_preferred) {
  const UserKey key = key_of(tenant_id, user_id, channel.channel_id);
  const Channel* old = state_.channels.find(key);
  Channel next = channel;
  if (old != nullptr) {
    next = *old;
    next.verified = channel.verified;
    next.preferred = take_preferred ? channel.preferred : old->preferred;
    if (next == *old) {
      return false;
    }
  }
  state_.channels.put(key, std::move(next));
  return true;
}

Result<void> MemoryUnitOfWork::put_channel(std::string_view tenant_id, std::string_view user_id,
                                           const Channel& channel, Micros) {
  if (!state_.users.contains(key_of(tenant_id, user_id))) {
    return conflict("there is no such user");
  }
  if (keep_channel(tenant_id, user_id, channel, true)) {
    methods_changed(tenant_id, user_id);
  }
  return {};
}

Result<void> MemoryUnitOfWork::enrol_channel(const SubjectGuard& guard, const Channel& channel,
                                             Micros) {
  if (!holds(guard)) {
    return conflict("the user or the user's methods have changed");
  }
  keep_channel(guard.tenant_id, guard.user_id, channel, false);
  // Always, so that of two concurrent ones one fails.
  methods_changed(guard.tenant_id, guard.user_id);
  return {};
}

Result<void> MemoryUnitOfWork::set_channel_blocked(std::string_view tenant_id,
                                                   std::string_view user_id,
                                                   std::string_view channel_id, bool blocked) {
  const UserKey key = key_of(tenant_id, user_id, channel_id);
  const Channel* channel = state_.channels.find(key);
  if (channel != nullptr && channel->blocked != blocked) {
    state_.channels.update(key, [&](Channel& row) { row.blocked = blocked; });
    methods_changed(tenant_id, user_id);
  }
  return {};
}

Result<void> MemoryUnitOfWork::set_raised_risk(std::string_view tenant_id, std::string_view user_id,
                                               std::string_view risk) {
  state_.users.update(key_of(tenant_id, user_id), [&](User& user) {
    user.methods_gen += user.raised_risk == risk ? 0 : 1;
    user.raised_risk = risk;
  });
  return {};
}

Result<void> MemoryUnitOfWork::mark_password_leaked(std::string_view tenant_id,
                                                    std::string_view user_id) {
  state_.users.update(key_of(tenant_id, user_id), [](User& user) {
    user.methods_gen += user.password_leaked ? 0 : 1;
    user.password_leaked = true;
  });
  return {};
}

Result<void> MemoryUnitOfWork::raise_epoch(std::string_view tenant_id, std::string_view user_id) {
  state_.users.update(key_of(tenant_id, user_id), [](User& user) { ++user.epoch; });
  return {};
}

}  // namespace gate::server
