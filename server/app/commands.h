#pragma once

#include <string>

namespace gate::server {

/// Exit codes of gated, as `gated --help` lists them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

/// Serves until SIGTERM or SIGINT. SIGHUP loads policies and certificate again. `port_file` (empty:
/// none) gets the bound port once requests are answered.
int run_server(const std::string& config_file, const std::string& port_file);

/// Applies a provisioning file, all or nothing. The same file twice changes nothing.
int provision(const std::string& config_file, const std::string& provision_file);

/// Lifts the limits that wrong tries put on a user's password and codes (B3), with an audit row.
/// `tenant` is an id or a domain.
int unlock(const std::string& config_file, const std::string& tenant, const std::string& username);

/// Reports every problem of the configuration and of the policy set that it names.
int check_config(const std::string& config_file);

/// Prints the effective configuration.
int show_config(const std::string& config_file);

/// Makes the master key that the configuration names.
int generate_key(const std::string& config_file);

/// Prints audit rows as JSON lines, oldest first, and with `follow` those that are added until
/// interrupted.
int print_audit(const std::string& config_file, bool follow);

/// Walks the chain of the audit log; fails and names the row where it is broken.
int verify_audit_log(const std::string& config_file);

}  // namespace gate::server
