#pragma once

#include <functional>
#include <gate/compile.hpp>
#include <gate/result.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "server/app/policies.h"
#include "server/decision/evaluator_decider.h"
#include "server/domain/tenant.h"

namespace gate::server {

/// All tenants of the store.
using TenantList = std::function<Result<std::vector<Tenant>>()>;

/// A folder of `policies.tenants_folder` belongs to the tenant that it names, by id or domain. One
/// whose name begins with `.` or `_` belongs to none: the folders of tenants may import it.
[[nodiscard]] bool names_a_tenant(std::string_view folder);

/// The folder with the policies of a tenant, or why there is none.
struct PolicyPlace {
  std::string folder;   ///< empty: none
  std::string problem;  ///< empty: none
};
/// Looks for `<parent>/<id>` and `<parent>/<domain>`. Exactly one of them must exist: of two, one
/// would be edited in vain.
[[nodiscard]] PolicyPlace policy_place(const std::string& parent, const Tenant& tenant);

/// The policy sets in force: one folder for all tenants (`policies.folder`), or one for each
/// (`policies.tenants_folder`). Then each tenant has its own keeper: an error in the files of one
/// leaves all others alone, and one without a folder is refused everything.
///
/// `PolicyHost` is not used. It holds finished `.gateset` files and builds a set in the background
/// or when it is asked for; a folder is compiled here, so its set is there already, compared with
/// the interpreter, and in force when load() returns.
///
/// in_force() and status() may be called from any thread; load() and look() from one at a time.
class PolicyFolders final : public PolicySets {
 public:
  /// `log` must outlive this. `tenants` is called for `policies.tenants_folder` only.
  PolicyFolders(const Config& config, Logger& log, TenantList tenants);

  /// Loads every set. An error names each tenant whose files were refused, or who has no folder;
  /// what is in force stays.
  Result<void> load();
  /// Finds tenants and folders that came or went, and loads the sets of which a file changed.
  void look();

  [[nodiscard]] Evaluator::Snapshot in_force(std::string_view tenant_id) const override;

  struct Status {
    bool ready = false;        ///< there is a set; with a folder for each tenant always true
    PolicyKeeper::Status set;  ///< of all sets together; generation and digest of the one
    std::size_t tenants = 0;   ///< with a folder for each: the tenants
    std::vector<std::string> refused;  ///< the domains of those whose newest files are not in force
  };
  [[nodiscard]] Status status() const;

 private:
  struct Member {
    std::string domain;
    std::string folder;                    ///< of the keeper
    std::unique_ptr<PolicyKeeper> keeper;  ///< null: there has never been a folder
    std::string problem;                   ///< with the folder; empty: none
  };
  /// Brings the members in line with the tenants of the store and their folders.
  Result<void> match_members();
  void match(const Tenant& tenant);
  void warn_of_other_folders(const std::vector<Tenant>& tenants);
  [[nodiscard]] std::vector<PolicyKeeper*> keepers() const;

  const std::string parent_;  ///< `policies.tenants_folder`; empty: one set for all
  const CompileOptions options_;
  Logger& log_;
  const TenantList tenants_;
  std::unique_ptr<PolicyKeeper> all_;  ///< the one set; null: a set for each tenant
  mutable std::shared_mutex members_mutex_;
  std::map<std::string, Member, std::less<>> members_;  ///< by tenant id; changed by one thread
  std::vector<std::string> other_folders_;              ///< folders of no tenant, which were told
};

}  // namespace gate::server
