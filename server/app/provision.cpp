#include "server/account/provision.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "server/app/commands.h"
#include "server/app/message_templates.h"
#include "server/app/password_settings.h"
#include "server/app/provision_file.h"
#include "server/app/start.h"
#include "server/app/storage.h"
#include "server/crypto/openssl_random.h"
#include "server/factor/password.h"

namespace gate::server {
namespace {

int fail(const std::string& place, const std::string& message) {
  fmt::print(stderr, "{}: error: {}\n", place, message);
  return kExitFailure;
}

/// What the store and the file hold about a user with a password.
struct StoredUser {
  std::optional<std::string> password;
  std::string tenant_name;
};

Result<StoredUser> look_up(StoreReads& reads, const Provisioning& file,
                           const Provisioning::User& user) {
  StoredUser found;
  GATE_TRY(found.password, reads.find_password(user.tenant_id, user.id));
  GATE_TRY(const std::optional<Tenant> tenant, reads.find_tenant(user.tenant_id));
  found.tenant_name = tenant ? tenant->name : "";
  for (const Provisioning::Tenant& wanted : file.tenants) {
    found.tenant_name = wanted.id == user.tenant_id ? wanted.name : found.tenant_name;
  }
  return found;
}

/// kInvalidArgument with the rule that a new password breaks (D1, D2).
Result<void> must_obey(const PasswordRules& rules, const Provisioning::User& user,
                       const std::string& tenant_name, std::string_view password) {
  PasswordContext context{user.username, {}, user.display_name, tenant_name};
  for (const Provisioning::Channel& channel : user.channels) {
    if (channel.kind == ChannelKind::kEmail) {
      context.addresses.push_back(channel.address);
    }
  }
  GATE_TRY(const PasswordFault fault, check_password(rules, password, context));
  if (fault != PasswordFault::kNone) {
    return Error{
        ErrorCode::kInvalidArgument,
        describe(fault, rules) + "; `password_imported` takes over one of another system as it is"};
  }
  return {};
}

/// A tenant's language needs its templates. Those of other tenants are not looked at.
Result<void> check_languages(const Config& config, const Provisioning& wanted) {
  const LoadedTemplates loaded = load_templates(config, {});
  for (std::size_t i = 0; i < wanted.tenants.size(); ++i) {
    const Provisioning::Tenant& each = wanted.tenants[i];
    if (each.rules.language.empty()) {
      continue;
    }
    Tenant tenant{each.id, each.name, each.domain};
    tenant.rules = each.rules;
    const auto whole = loaded.templates.check_tenant(tenant);
    if (!whole || !loaded.problems.empty()) {
      return Error{
          ErrorCode::kInvalidArgument,
          fmt::format("tenants[{}].language: {}", i,
                      loaded.problems.empty() ? whole.error().message : loaded.problems.front())};
    }
  }
  return {};
}

}  // namespace

int provision(const std::string& config_file, const std::string& provision_file,
              bool unchecked_key) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  std::ifstream file(provision_file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return fail(provision_file, "cannot be read");
  }
  Logger log(STDERR_FILENO, log_level(*config), log_format(*config));
  OpensslRandom random;
  auto storage = open_storage(*config, random, log,
                              unchecked_key ? UncheckedKey::kTake : UncheckedKey::kRefuse);
  if (!storage) {
    return fail(config_file, storage.error().message);
  }
  const auto rules = load_password_rules(*config);
  if (!rules) {
    return fail(config_file, rules.error().message);
  }
  const PasswordHasher hasher(storage->secrets.password_pepper.clone(), random);
  const PasswordEncoder encode = [&](const Provisioning& all, const Provisioning::User& user,
                                     std::string_view password) -> Result<std::string> {
    StoredUser stored;
    GATE_TRY_VOID(storage->store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(stored, look_up(reads, all, user));
      return {};
    }));
    // A password that is stored already keeps its encoding: the same file twice changes nothing. An
    // outdated one is hashed anew at the next sign-in.
    if (stored.password && hasher.verify(*stored.password, password)) {
      return *stored.password;
    }
    if (!user.password_imported) {
      GATE_TRY_VOID(must_obey(*rules, user, stored.tenant_name, password));
    }
    return hasher.hash(password);
  };
  auto wanted = parse_provision_file(text, encode);
  wipe(text);
  if (!wanted) {
    return fail(provision_file, wanted.error().message);
  }
  if (const auto readable = check_languages(*config, *wanted); !readable) {
    return fail(provision_file, readable.error().message);
  }
  const auto applied = storage->store->write([&wanted](UnitOfWork& work) {
    return apply_provisioning(work, *wanted, SystemClock().now());
  });
  if (!applied) {
    return fail(provision_file, applied.error().message);
  }
  fmt::print("provisioned {} tenants, {} resources, {} clients, {} users\n", wanted->tenants.size(),
             wanted->resources.size(), wanted->clients.size(), wanted->users.size());
  return kExitOk;
}

}  // namespace gate::server
