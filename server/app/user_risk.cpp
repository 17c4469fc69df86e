#include "server/account/user_risk.h"

#include <fmt/format.h>
#include <unistd.h>

#include "server/app/commands.h"
#include "server/app/named_user.h"
#include "server/app/start.h"
#include "server/app/storage.h"
#include "server/crypto/openssl_random.h"
#include "server/decision/facts.h"

namespace gate::server {
namespace {

Result<Risk> set_risk(Storage& storage, Micros now, const std::string& segment,
                      const std::string& username, Risk risk) {
  Risk in_force = risk;
  const auto raise = [&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const User user, named_user(work, segment, username));
    GATE_TRY_VOID(set_user_risk(work, *storage.audit, user, risk, now));
    GATE_TRY(const std::optional<User> changed, work.find_user(user.tenant_id, user.user_id));
    in_force = changed ? risk_of(*changed) : risk;
    return {};
  };
  GATE_TRY_VOID(storage.store->write(raise));
  return in_force;
}

}  // namespace

int set_risk_of_user(const std::string& config_file, const std::string& tenant,
                     const std::string& username, const std::string& risk) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  const std::optional<Risk> level = parse_risk(risk);
  if (!level) {
    fmt::print(stderr, "error: `{}` is not one of none, low, medium, high\n", risk);
    return kExitUsage;
  }
  Logger log(STDERR_FILENO, log_level(*config), log_format(*config));
  OpensslRandom random;
  auto storage = open_storage(*config, random, log);
  const Result<Risk> in_force =
      storage ? set_risk(*storage, SystemClock().now(), tenant, username, *level)
              : Result<Risk>(storage.error());
  if (!in_force) {
    fmt::print(stderr, "error: {}\n", in_force.error().message);
    return kExitFailure;
  }
  fmt::print("the risk of {} is {}, and of all sources {}\n", username, risk, name(*in_force));
  return kExitOk;
}

}  // namespace gate::server
