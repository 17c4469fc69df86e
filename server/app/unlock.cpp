#include <fmt/format.h>
#include <unistd.h>

#include "server/app/commands.h"
#include "server/app/named_user.h"
#include "server/app/start.h"
#include "server/app/storage.h"
#include "server/audit/audit_log.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

Result<void> lift(Storage& storage, Micros now, const std::string& segment,
                  const std::string& username) {
  return storage.store->write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const User user, named_user(work, segment, username));
    GATE_TRY_VOID(work.lift(user.tenant_id, user.user_id));
    return storage.audit->append(
        work, audit_record({.at = now,
                            .type = "unlock",
                            .tenant_id = user.tenant_id,
                            .user_id = user.user_id,
                            .reasons = "an operator lifted the limits of wrong tries"}));
  });
}

}  // namespace

int unlock(const std::string& config_file, const std::string& tenant, const std::string& username) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  Logger log(STDERR_FILENO, log_level(*config), log_format(*config));
  OpensslRandom random;
  auto storage = open_storage(*config, random, log);
  const Result<void> lifted = storage ? lift(*storage, SystemClock().now(), tenant, username)
                                      : Result<void>(storage.error());
  if (!lifted) {
    fmt::print(stderr, "error: {}\n", lifted.error().message);
    return kExitFailure;
  }
  fmt::print("{} may try again\n", username);
  return kExitOk;
}

}  // namespace gate::server
