#pragma once

#include <string>

namespace gate::server {

/// Exit codes of gated, as `gated --help` lists them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

/// Serves until SIGTERM or SIGINT. SIGHUP loads the policies, the certificate and the databases of
/// places again. The bound port is written to `port_file` (empty: no file) once the server answers
/// requests.
int run_server(const std::string& config_file, const std::string& port_file);

/// Applies a provisioning file, all or nothing. The same file twice changes nothing.
/// `unchecked_key`: also on a store of which nothing shows that the key is the right one (S24).
int provision(const std::string& config_file, const std::string& provision_file,
              bool unchecked_key = false);

/// Resets the limits on wrong passwords and codes of a user (B3) and writes an audit row. `tenant`
/// is an id or a domain.
int unlock(const std::string& config_file, const std::string& tenant, const std::string& username);

/// Sets what administration says of a user's risk (`none`, `low`, `medium`, `high`) and writes an
/// audit row. `tenant` is an id or a domain.
int set_risk_of_user(const std::string& config_file, const std::string& tenant,
                     const std::string& username, const std::string& risk);

/// Reports every problem of the configuration and of the policy set that it names.
int check_config(const std::string& config_file);

/// Prints the effective configuration.
int show_config(const std::string& config_file);

/// Generates the master key file that the configuration names.
int generate_key(const std::string& config_file);

/// Prints audit rows as JSON lines, oldest first. With `follow` it goes on with new rows until it
/// is interrupted.
int print_audit(const std::string& config_file, bool follow);

/// Verifies the chains of the audit log. Fails at the first broken row and names it.
int verify_audit_log(const std::string& config_file);

}  // namespace gate::server
