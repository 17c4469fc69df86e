#include "server/account/provision.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "server/app/commands.h"
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
  // A password that is stored already keeps its encoding: the same file twice changes nothing. An
  // outdated one is hashed anew at the next sign-in.
  const PasswordEncoder encode = [&](const Provisioning::User& user,
                                     std::string_view password) -> Result<std::string> {
    std::optional<std::string> stored;
    GATE_TRY_VOID(storage->store->read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(stored, reads.find_password(user.tenant_id, user.id));
      return {};
    }));
    if (stored && hasher.verify(*stored, password)) {
      return *stored;
    }
    return hasher.hash(password);
  };
  auto wanted = parse_provision_file(text, encode);
  wipe(text);
  if (!wanted) {
    return fail(provision_file, wanted.error().message);
  }
  const auto applied = storage->store->write([&wanted](UnitOfWork& work) {
    return apply_provisioning(work, *wanted, SystemClock().now());
  });
  if (!applied) {
    return fail(provision_file, applied.error().message);
  }
  fmt::print("provisioned {} tenants, {} clients, {} users\n", wanted->tenants.size(),
             wanted->clients.size(), wanted->users.size());
  return kExitOk;
}

}  // namespace gate::server
