#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <gate/compile.hpp>
#include <set>
#include <thread>

#include "server/app/commands.h"
#include "server/app/key_files.h"
#include "server/app/message_templates.h"
#include "server/app/password_settings.h"
#include "server/app/policy_folders.h"
#include "server/app/start.h"
#include "server/app/storage.h"
#include "server/audit/audit_log.h"
#include "server/config/rules.h"
#include "server/crypto/openssl_random.h"
#include "server/places/mmdb_file.h"
#include "server/places/place_files.h"

namespace gate::server {
namespace {

constexpr std::size_t kAuditPage = 500;
constexpr std::chrono::milliseconds kFollowInterval{200};

int fail(const std::string& message) {
  fmt::print(stderr, "error: {}\n", message);
  return kExitFailure;
}

/// The facts of an audit row as JSON. A text that is not JSON is shown as a string.
boost::json::value facts_of(const AuditRecord& record) {
  boost::system::error_code error;
  boost::json::value facts = boost::json::parse(record.facts_json, error);
  return error ? boost::json::value(record.facts_json) : facts;
}

std::string audit_line(const AuditRecord& record) {
  boost::json::object row;
  row["node"] = record.node;
  row["seq"] = record.seq;
  row["at_micros"] = record.at;
  row["type"] = record.type;
  row["tenant"] = record.tenant_id;
  row["user"] = record.user_id;
  row["client"] = record.client_id;
  row["flow"] = record.flow_id;
  row["policy_digest"] = record.policy_digest;
  row["outcome"] = record.outcome;
  row["required"] = record.required_text;
  row["reasons"] = record.reasons;
  row["facts_hash"] = record.facts_hash;
  row["facts"] = facts_of(record);
  row["heads"] = record.heads;
  row["prev_hash"] = record.prev_hash;
  row["hash"] = record.hash;
  return boost::json::serialize(row);
}

/// Opens the store that a configuration names and calls `use`, which returns the exit code.
template <typename Use>
int with_store(const std::string& config_file, Use use) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  Logger log(STDERR_FILENO, log_level(*config), log_format(*config));
  OpensslRandom random;
  auto storage = open_storage(*config, random, log);
  return storage ? use(*storage) : fail(storage.error().message);
}

/// Prints the facts that policies may read under this configuration.
void print_facts(const Config& config, const CompileOptions& options) {
  fmt::print("facts that gated supplies, and session controls that it enforces:\n");
  for (const SuppliedFact& each : supplied_facts(fact_sources(config))) {
    fmt::print("  {:<26}{}\n", each.path, each.from);
  }
  for (const std::string& signal : config.policies_signals) {
    fmt::print("  {:<26}{}\n", "signal." + signal, "the user's entry, or a trusted client");
  }
  if (!options.facts->accepted.empty()) {
    fmt::print("what stays unknown or without effect, by policies.accept_unsupplied:\n  {}\n",
               fmt::join(options.facts->accepted, ", "));
  }
}

/// Reports every MaxMind file that cannot be used.
bool check_places(const Config& config) {
  bool fine = true;
  const auto check = [&fine](const auto& opened, const char* key) {
    if (!opened) {
      fmt::print(stderr, "error: `{}`: {}\n", key, opened.error().message);
      fine = false;
    }
  };
  if (!config.signals_country_file.empty()) {
    check(open_country_file(config.signals_country_file), "signals.country_file");
  }
  if (!config.signals_network_file.empty()) {
    check(open_network_file(config.signals_network_file), "signals.network_file");
  }
  return fine;
}

/// Compiles a folder and prints its diagnostics. True: its set can be in force.
bool check_folder(const std::string& folder, const CompileOptions& options) {
  const CompileOutput output = compile_folder(folder, options);
  fmt::print(stderr, "{}", render_text(output, isatty(STDERR_FILENO) == 1));
  return !output.has_errors();
}

/// Reports every tenant that has no folder.
bool check_folders_of(const Config& config, const std::vector<Tenant>& tenants) {
  bool fine = true;
  for (const Tenant& tenant : tenants) {
    const PolicyPlace place = policy_place(config.policies_tenants_folder, tenant);
    if (!place.problem.empty()) {
      fmt::print(stderr, "error: tenant {} ({}): {}\n", tenant.domain, tenant.id, place.problem);
      fine = false;
    }
  }
  return fine;
}

/// Compiles the set, or that of every tenant.
bool check_policies(const Config& config, const std::vector<Tenant>& tenants,
                    const CompileOptions& options) {
  if (config.policies_tenants_folder.empty()) {
    return check_folder(config.policies_folder, options);
  }
  std::vector<std::filesystem::path> folders;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(config.policies_tenants_folder, failed), end;
       !failed && at != end; at.increment(failed)) {
    if (std::error_code ignored; names_a_tenant(at->path().filename().string()) &&
                                 std::filesystem::is_directory(at->path(), ignored)) {
      folders.push_back(at->path());
    }
  }
  if (failed) {
    fmt::print(stderr, "error: `policies.tenants_folder`: {}: {}\n", config.policies_tenants_folder,
               failed.message());
    return false;
  }
  std::sort(folders.begin(), folders.end());
  bool fine = true;
  for (const std::filesystem::path& folder : folders) {
    const bool good = check_folder(folder.string(), options);
    fmt::print("policies of {}: {}\n", folder.filename().string(), good ? "fine" : "refused");
    fine = fine && good;
  }
  return check_folders_of(config, tenants) && fine;
}

/// Reports everything that is wrong with the templates of messages.
bool check_templates(const Config& config, const std::vector<Tenant>& tenants) {
  const LoadedTemplates loaded = load_templates(config, tenants);
  for (const std::string& problem : loaded.problems) {
    fmt::print(stderr, "error: `delivery.templates_folder`: {}\n", problem);
  }
  return loaded.problems.empty();
}

/// What depends on the tenants of the store, if there is one.
bool check_tenants(const Config& config, const CompileOptions& options) {
  OpensslRandom random;
  const auto stored = stored_tenants(config, random);
  const bool needed =
      !config.policies_tenants_folder.empty() || !config.delivery_templates_folder.empty();
  if (!stored) {
    fmt::print(stderr, "{}: the tenants cannot be read: {}\n", needed ? "error" : "note",
               stored.error().message);
  } else if (needed && !*stored) {
    fmt::print("no store of this version yet: files are not compared with tenants\n");
  }
  const std::vector<Tenant> tenants = stored && *stored ? **stored : std::vector<Tenant>();
  const bool good_policies = check_policies(config, tenants, options);
  return check_templates(config, tenants) && good_policies && (stored || !needed);
}

}  // namespace

int check_config(const std::string& config_file) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  check_warnings(*config, [&](std::string_view key, const std::string& message) {
    fmt::print(stderr, "{}: warning: `{}`: {}\n", config_file, key, message);
  });
  CompileOptions options = compile_options(*config);
  options.backend = Backend::kInterpreter;  // reports every error; machine code is not needed
  const bool good_tenants = check_tenants(*config, options);
  print_facts(*config, options);
  const auto passwords = load_password_rules(*config);
  if (!passwords) {
    fmt::print(stderr, "{}: error: {}\n", config_file, passwords.error().message);
  }
  if (!check_places(*config) || !good_tenants || !passwords) {
    return kExitFailure;
  }
  fmt::print("{}: fine\n", config_file);
  return kExitOk;
}

int show_config(const std::string& config_file) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  fmt::print("{}", print_config(*config));
  return kExitOk;
}

int generate_key(const std::string& config_file) {
  const auto config = load_or_complain(config_file);
  if (!config) {
    return kExitFailure;
  }
  if (std::error_code there; !std::filesystem::exists(config->keys_master_key_file, there)) {
    if (const auto may = may_make_master_key(*config); !may) {
      return fail(may.error().message);
    }
  }
  std::error_code ignored;
  std::filesystem::create_directories(
      std::filesystem::path(config->keys_master_key_file).parent_path(), ignored);
  OpensslRandom random;
  if (const auto made = create_master_key(config->keys_master_key_file, random); !made) {
    return fail(made.error().message);
  }
  fmt::print("{}\n", config->keys_master_key_file);
  return kExitOk;
}

namespace {

/// Prints rows of the audit log, each once. Where several nodes write, a row may become visible
/// after others with greater numbers, so the newest are read again each time.
class AuditPrinter {
 public:
  /// Prints what is there and was not printed yet, from one snapshot.
  Result<void> print_new(Store& store) {
    return store.read([this](StoreReads& reads) -> Result<void> {
      std::int64_t after = std::max<std::int64_t>(newest_ - kReadAgain, 0);
      while (true) {
        GATE_TRY(const std::vector<AuditRecord> rows, reads.read_audit(after, kAuditPage));
        for (const AuditRecord& row : rows) {
          after = row.row;
          if (printed_.insert(row.row).second) {
            fmt::print("{}\n", audit_line(row));
          }
        }
        newest_ = std::max(newest_, after);
        printed_.erase(printed_.begin(), printed_.lower_bound(newest_ - kReadAgain));
        if (rows.size() < kAuditPage) {
          return {};
        }
      }
    });
  }

 private:
  /// More than are written while one unit of work runs.
  static constexpr std::int64_t kReadAgain = 1000;
  std::int64_t newest_ = 0;
  std::set<std::int64_t> printed_;
};

}  // namespace

int print_audit(const std::string& config_file, bool follow) {
  return with_store(config_file, [follow](Storage& storage) {
    AuditPrinter printer;
    while (true) {
      if (const auto printed = printer.print_new(*storage.store); !printed) {
        return fail(printed.error().message);
      }
      if (std::fflush(stdout) != 0) {
        return kExitFailure;
      }
      if (!follow) {
        return kExitOk;
      }
      std::this_thread::sleep_for(kFollowInterval);
    }
  });
}

int verify_audit_log(const std::string& config_file) {
  return with_store(config_file, [](Storage& storage) {
    const auto check = storage.audit->verify(*storage.store);
    if (!check) {
      return fail(check.error().message);
    }
    if (check->fault) {
      const AuditLog::Fault& fault = *check->fault;
      return fail(fmt::format("the audit chain is broken at row {} of node `{}`, tenant `{}`: {}",
                              fault.seq, fault.chain.node, fault.chain.tenant_id, fault.what));
    }
    fmt::print("rows: {}, chains: {}, all intact\n", check->rows, check->heads.size());
    for (const AuditHead& head : check->heads) {
      fmt::print("head {} of node `{}`, tenant `{}`: {}\n", head.seq, head.chain.node,
                 head.chain.tenant_id, head.hash);
    }
    return kExitOk;
  });
}

}  // namespace gate::server
