#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>

#include "server/app/commands.h"
#include "server/app/service.h"
#include "server/app/start.h"
#include "server/config/rules.h"

namespace gate::server {
namespace {

constexpr long kNanosPerMilli = 1'000'000;

/// The signals that a running server handles. They are blocked before any thread exists, so that
/// only `sigtimedwait` receives them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&set, number);
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)signal(SIGPIPE, SIG_IGN);
  return set;
}

/// This process handles keys, passwords and codes. It writes no core file, and in production no
/// other process of the same user may read its memory (A8). In development a debugger may.
bool forbid_memory_dumps(const Config& config) {
  const rlimit none{0, 0};
  return setrlimit(RLIMIT_CORE, &none) == 0 &&
         (config.development() || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

/// Writes the port to a temporary file beside `path` and renames it, so that a reader never sees
/// half of it.
bool write_port_file(const std::string& path, std::uint16_t port) {
  const std::string draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::trunc);
    file << port << '\n';
    if (!file.flush()) {
      return false;
    }
  }
  return std::rename(draft.c_str(), path.c_str()) == 0;
}

}  // namespace

int run_server(const std::string& config_file, const std::string& port_file) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  const sigset_t signals = block_signals();
  Logger log(STDERR_FILENO, log_level(*config), log_format(*config));
  if (!forbid_memory_dumps(*config)) {
    log.warning("memory_dumps_stay_possible");
  }
  check_warnings(*config, [&log](std::string_view key, const std::string& message) {
    log.warning("configuration", {{"key", key}, {"message", message}});
  });
  auto service = Service::start(*config, log);
  if (!service) {
    log.error("start_failed", {{"code", error_code_name(service.error().code)},
                               {"error", service.error().message}});
    return kExitFailure;
  }
  if (!port_file.empty() && !write_port_file(port_file, (*service)->port())) {
    log.error("start_failed", {{"error", "the port file cannot be written"}, {"file", port_file}});
    return kExitFailure;
  }
  log.info("listening", {{"address", config->http_listen},
                         {"port", (*service)->port()},
                         {"tls", !config->http_tls_certificate.empty()},
                         {"environment", config->root_environment}});
  const timespec interval{.tv_sec = config->policies_poll_milliseconds / 1000,
                          .tv_nsec = config->policies_poll_milliseconds % 1000 * kNanosPerMilli};
  while (true) {
    const int number = sigtimedwait(&signals, nullptr, &interval);
    if (number == SIGTERM || number == SIGINT) {
      log.info("stopping", {{"signal", number}});
      break;
    }
    if (number == SIGHUP) {
      log.info("reloading");
      (*service)->reload();
    }
    (*service)->tick();
  }
  (*service)->stop();
  log.info("stopped");
  return kExitOk;
}

}  // namespace gate::server
