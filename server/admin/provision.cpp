#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "server/admin/commands.h"
#include "server/admin/provision_file.h"
#include "server/admin/start.h"
#include "server/admin/storage.h"
#include "server/crypto/openssl_random.h"
#include "server/factor/password.h"
#include "server/store/address.h"

namespace gate::server {
namespace {

int fail(const std::string& place, const std::string& message) {
  fmt::print(stderr, "{}: error: {}\n", place, message);
  return kExitFailure;
}

}  // namespace

int provision(const std::string& config_file, const std::string& provision_file) {
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
  auto storage = open_storage(*config, random, log);
  if (!storage) {
    return fail(config_file, storage.error().message);
  }
  const PasswordHasher hasher(storage->secrets.password_pepper.clone(), random);
  // A password that is stored already keeps its encoding: the same file twice changes nothing.
  const PasswordEncoder encode = [&](const Provisioning::User& user,
                                     std::string_view password) -> Result<std::string> {
    GATE_TRY(const auto stored, storage->store->find_password(user.tenant_id, user.id));
    if (stored && hasher.verify(*stored, password) && !hasher.is_outdated(*stored)) {
      return *stored;
    }
    return hasher.hash(password);
  };
  auto wanted = parse_provision_file(text, encode);
  wipe(text);
  if (!wanted) {
    return fail(provision_file, wanted.error().message);
  }
  if (const auto applied = storage->store->provision(*wanted); !applied) {
    return fail(provision_file, applied.error().message);
  }
  fmt::print("provisioned {} tenants, {} clients, {} users\n", wanted->tenants.size(),
             wanted->clients.size(), wanted->users.size());
  return kExitOk;
}

}  // namespace gate::server
