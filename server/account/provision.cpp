#include "server/account/provision.h"

#include <algorithm>
#include <map>
#include <set>

#include "server/account/attributes.h"
#include "server/domain/address.h"
#include "server/domain/language.h"

namespace gate::server {
namespace {

Error refused(const std::string& where, const std::string& what) {
  return {ErrorCode::kInvalidArgument, where + ": " + what};
}

bool is_risk(const std::string& text) {
  return text.empty() || parse_risk(text).has_value();
}

/// A part of one word of a scope (RFC 6749 3.3).
bool is_scope_token(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
}

/// c1 to c99 (conditional-access 1.1).
bool is_context(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() >= 2 && text.size() <= 3 && text[0] == 'c' && text[1] != '0' &&
         std::all_of(text.begin() + 1, text.end(), is_digit);
}

bool has_repeats(const std::vector<std::string>& words) {
  return std::set<std::string>(words.begin(), words.end()).size() != words.size();
}

/// One entry of each kind may be listed once.
class Seen {
 public:
  [[nodiscard]] Result<void> take(const std::string& what, const std::string& key) {
    if (!keys_.insert(what + " " + key).second) {
      return refused(what, "is listed twice");
    }
    return {};
  }

 private:
  std::set<std::string> keys_;
};

Result<void> must_be_a_tenant(UnitOfWork& work, const std::string& where,
                              const std::string& tenant_id) {
  GATE_TRY(const std::optional<Tenant> tenant, work.find_tenant(tenant_id));
  if (!tenant || tenant->id != tenant_id) {
    return refused(where, "there is no tenant " + tenant_id);
  }
  return {};
}

Result<void> apply_tenant(UnitOfWork& work, const Provisioning::Tenant& tenant) {
  if (tenant.id.empty() || tenant.domain.empty()) {
    return refused("tenant " + tenant.id, "needs an id and a domain");
  }
  GATE_TRY(const std::optional<Tenant> holder, work.find_tenant(tenant.domain));
  if (holder && holder->id != tenant.id) {
    return refused("tenant " + tenant.id, "its domain belongs to tenant " + holder->id);
  }
  if (const auto usable = check_schema(tenant.attributes); !usable) {
    return refused("tenant " + tenant.id, usable.error().message);
  }
  if (const auto usable = check(tenant.rules, tenant.sign_up); !usable) {
    return refused("tenant " + tenant.id, usable.error().message);
  }
  return work.put_tenant(
      {tenant.id, tenant.name, tenant.domain, tenant.attributes, tenant.sign_up, tenant.rules});
}

Result<void> apply_resource(UnitOfWork& work, const Provisioning::Resource& resource) {
  const std::string where = "resource " + resource.audience;
  GATE_TRY_VOID(must_be_a_tenant(work, where, resource.tenant_id));
  if (resource.name.empty() || !is_scope_token(resource.audience)) {
    return refused(where, "needs a name, and an audience that can begin a scope (RFC 6749 3.3)");
  }
  if (resource.audience == kDirectoryResource || resource.name == kDirectoryResource) {
    return refused(where, "is the name of the directory, which is this server");
  }
  for (const std::string& scope : resource.scopes) {
    if (!is_scope_token(scope) || scope.find('/') != std::string::npos) {
      return refused(where,
                     "`" + scope + "` cannot be a scope: no blank, quote, backslash or slash");
    }
  }
  for (const std::string& context : resource.contexts) {
    if (!is_context(context)) {
      return refused(where, "`" + context + "` is not an authentication context (c1 to c99)");
    }
  }
  if (has_repeats(resource.scopes) || has_repeats(resource.contexts)) {
    return refused(where, "lists a scope or a context twice");
  }
  return work.put_resource(
      {resource.tenant_id, resource.audience, resource.name, resource.scopes, resource.contexts});
}

/// A client may ask only for what a resource of its tenant offers.
Result<void> must_be_offered(UnitOfWork& work, const std::string& where,
                             const std::string& tenant_id, const std::string& scope) {
  const std::size_t slash = scope.rfind('/');
  if (slash == std::string::npos) {
    return refused(where, "`" + scope + "` has to be written <audience>/<scope>");
  }
  GATE_TRY(const std::optional<Resource> resource,
           work.find_resource(tenant_id, std::string_view(scope).substr(0, slash)));
  if (!resource || !resource->offers(std::string_view(scope).substr(slash + 1))) {
    return refused(where, "no resource of the tenant offers the scope `" + scope + "`");
  }
  return {};
}

Result<void> apply_client(UnitOfWork& work, const Provisioning::Client& client) {
  const std::string where = "client " + client.client_id;
  GATE_TRY_VOID(must_be_a_tenant(work, where, client.tenant_id));
  if (client.client_id.empty() || client.name.empty()) {
    return refused(where, "needs a client id and a name");
  }
  for (const std::string& scope : client.scopes) {
    GATE_TRY_VOID(must_be_offered(work, where, client.tenant_id, scope));
  }
  return work.put_client({client.tenant_id, client.client_id, client.name, client.origins,
                          client.trusted_signals, client.scopes});
}

Result<void> apply_channel(UnitOfWork& work, const Provisioning::User& user,
                           const Provisioning::Channel& wanted, Micros now) {
  const auto address = normalize_address(wanted.kind, wanted.address);
  if (!address) {
    return refused("user " + user.id, wanted.kind == ChannelKind::kEmail
                                          ? "a channel is not an e-mail address"
                                          : "a channel is not a phone number such as +15550100");
  }
  if (wanted.kind == ChannelKind::kEmail && !is_mail_address(*address)) {
    return refused("user " + user.id,
                   "no mail can be sent to the address of a channel: it has characters beyond "
                   "ASCII, begins with `-`, or has more than 64 bytes before the `@`");
  }
  Channel channel;
  channel.channel_id = channel_id_of(user.tenant_id, user.id, wanted.kind, *address);
  channel.kind = wanted.kind;
  channel.address = *address;
  channel.verified = wanted.verified;
  channel.preferred = wanted.preferred;
  GATE_TRY_VOID(work.put_channel(user.tenant_id, user.id, channel, now));
  return wanted.blocked ? work.set_channel_blocked(user.tenant_id, user.id, channel.channel_id,
                                                   *wanted.blocked)
                        : Result<void>();
}

/// The attributes that the user has, with those of the entry added or replaced.
Result<AttributeValues> attributes_of(UnitOfWork& work, const Provisioning::User& wanted) {
  GATE_TRY(const std::optional<Tenant> tenant, work.find_tenant(wanted.tenant_id));
  GATE_TRY(const std::optional<User> stored, work.find_user(wanted.tenant_id, wanted.id));
  auto values = must_fit(tenant ? tenant->attributes : AttributeSchema(), wanted.attributes);
  if (!values) {
    return refused("user " + wanted.id, values.error().message);
  }
  for (const auto& pair : *values) {
    if (pair.first == kDisplayName) {
      return refused("user " + wanted.id, "displayName is written as display_name");
    }
  }
  return merged(stored ? stored->attributes : AttributeValues(), *values);
}

/// The user to store, or what is wrong with the entry.
Result<User> checked(UnitOfWork& work, const Provisioning::User& wanted) {
  const std::string where = "user " + wanted.id;
  GATE_TRY_VOID(must_be_a_tenant(work, where, wanted.tenant_id));
  const auto username = normalize_email(wanted.username);
  if (wanted.id.empty() || !username) {
    return refused(where, "needs an id and an e-mail address as user name");
  }
  if (!is_risk(wanted.sign_in_risk) || !is_risk(wanted.user_risk)) {
    return refused(where, "a risk is one of none, low, medium, high");
  }
  const std::string kind = wanted.kind.empty() ? "member" : wanted.kind;
  if (!parse_user_kind(kind)) {
    return refused(where, "`" + kind + "` is not a kind of user");
  }
  GATE_TRY(const std::optional<User> holder, work.find_user_by_name(wanted.tenant_id, *username));
  if (holder && holder->user_id != wanted.id) {
    return refused(where, "its user name belongs to user " + holder->user_id);
  }
  if (!wanted.language.empty() && !is_language_tag(wanted.language)) {
    return refused(where, "language: write a language tag in lower case, such as `de` or `pt-br`");
  }
  User user;
  user.tenant_id = wanted.tenant_id;
  user.user_id = wanted.id;
  user.username = *username;
  user.display_name = wanted.display_name;
  user.groups = wanted.groups;
  user.roles = wanted.roles;
  user.language = wanted.language;
  user.first_factors = wanted.first_factors;
  user.kind = kind;
  user.sign_in_risk = wanted.sign_in_risk;
  user.user_risk = wanted.user_risk;
  user.signals = wanted.signals;
  GATE_TRY(user.attributes, attributes_of(work, wanted));
  user.enabled = wanted.enabled;
  return user;
}

/// Another password ends what was begun and what was issued on the old one (D4).
Result<void> apply_password(UnitOfWork& work, const User& user, const std::string& encoded,
                            Micros now) {
  GATE_TRY(const std::optional<std::string> old, work.find_password(user.tenant_id, user.user_id));
  GATE_TRY_VOID(work.put_password(user.tenant_id, user.user_id, encoded, now));
  return old && *old != encoded ? work.raise_epoch(user.tenant_id, user.user_id) : Result<void>();
}

/// Who may sign in by a method has to have it. Looked at when password and channels are in place.
Result<void> must_have_first_factors(UnitOfWork& work, const User& user) {
  const MethodSet listed = user.first_factors.value_or(MethodSet());
  const std::string where = "user " + user.user_id;
  GATE_TRY(const auto password, work.find_password(user.tenant_id, user.user_id));
  if (listed.contains(Method::kPassword) && !password) {
    return refused(
        where,
        "first_factors: lists `password`, but the user has none: add `password`, or take "
        "it out of the list");
  }
  GATE_TRY(const std::vector<Channel> channels, work.channels_of(user.tenant_id, user.user_id));
  const bool has_mailbox =
      std::any_of(channels.begin(), channels.end(), [](const Channel& channel) {
        return channel.kind == ChannelKind::kEmail && channel.verified && !channel.blocked &&
               is_mail_address(channel.address);
      });
  if (listed.contains(Method::kEmailOtp) && !has_mailbox) {
    return refused(where,
                   "first_factors: lists `email_otp`, but the user has no mailbox that is verified "
                   "and not blocked: add a channel of kind `email`, or take it out of the list");
  }
  return {};
}

/// Other first factors end what was begun and what was issued on the old ones (T6).
Result<void> put_with_first_factors(UnitOfWork& work, const User& user) {
  GATE_TRY(const std::optional<User> stored, work.find_user(user.tenant_id, user.user_id));
  GATE_TRY_VOID(work.put_user(user));
  return stored && stored->first_factors != user.first_factors
             ? work.raise_epoch(user.tenant_id, user.user_id)
             : Result<void>();
}

Result<void> apply_user(UnitOfWork& work, const Provisioning::User& wanted, Micros now) {
  GATE_TRY(const User user, checked(work, wanted));
  GATE_TRY_VOID(put_with_first_factors(work, user));
  if (!wanted.password_hash.empty()) {
    GATE_TRY_VOID(apply_password(work, user, wanted.password_hash, now));
  }
  for (const Provisioning::Channel& channel : wanted.channels) {
    GATE_TRY_VOID(apply_channel(work, wanted, channel, now));
  }
  return must_have_first_factors(work, user);
}

/// The error of an entry, with its place in the file before it.
Result<void> at(const char* list, std::size_t index, Result<void> applied) {
  if (applied || applied.error().code != ErrorCode::kInvalidArgument) {
    return applied;
  }
  return Error{ErrorCode::kInvalidArgument,
               std::string(list) + "[" + std::to_string(index) + "]: " + applied.error().message};
}

/// Of two users with one name, both places are named: the store knows the first by its id alone.
Result<void> must_be_unique(const std::vector<Provisioning::User>& users) {
  std::map<std::pair<std::string, std::string>, std::size_t> first;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const std::string name = normalize_email(users[i].username).value_or(users[i].username);
    const auto [found, is_new] = first.try_emplace({users[i].tenant_id, name}, i);
    if (!is_new && users[found->second].id != users[i].id) {
      return refused(
          "users[" + std::to_string(i) + "].username",
          "`" + name + "` is the name of users[" + std::to_string(found->second) + "] as well");
    }
  }
  return {};
}

}  // namespace

Result<void> apply_provisioning(UnitOfWork& work, const Provisioning& wanted, Micros now) {
  Seen seen;
  for (std::size_t i = 0; i < wanted.tenants.size(); ++i) {
    const Provisioning::Tenant& tenant = wanted.tenants[i];
    GATE_TRY_VOID(at("tenants", i, seen.take("tenant " + tenant.id, "")));
    GATE_TRY_VOID(at("tenants", i, apply_tenant(work, tenant)));
  }
  for (std::size_t i = 0; i < wanted.resources.size(); ++i) {
    const Provisioning::Resource& resource = wanted.resources[i];
    GATE_TRY_VOID(
        at("resources", i, seen.take("resource " + resource.audience, resource.tenant_id)));
    GATE_TRY_VOID(at("resources", i, apply_resource(work, resource)));
  }
  for (std::size_t i = 0; i < wanted.clients.size(); ++i) {
    const Provisioning::Client& client = wanted.clients[i];
    GATE_TRY_VOID(at("clients", i, seen.take("client " + client.client_id, client.tenant_id)));
    GATE_TRY_VOID(at("clients", i, apply_client(work, client)));
  }
  GATE_TRY_VOID(must_be_unique(wanted.users));
  for (std::size_t i = 0; i < wanted.users.size(); ++i) {
    const Provisioning::User& user = wanted.users[i];
    GATE_TRY_VOID(at("users", i, seen.take("user " + user.id, user.tenant_id)));
    GATE_TRY_VOID(at("users", i, apply_user(work, user, now)));
  }
  return {};
}

}  // namespace gate::server
