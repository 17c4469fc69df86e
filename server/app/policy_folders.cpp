#include "server/app/policy_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "server/config/config.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace fs = std::filesystem;

/// True if the id or domain of a tenant can be the name of its folder.
bool can_be_a_folder(std::string_view name) {
  return names_a_tenant(name) && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool is_folder(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

}  // namespace

bool names_a_tenant(std::string_view folder) {
  return !folder.empty() && folder.front() != '.' && folder.front() != '_';
}

PolicyPlace policy_place(const std::string& parent, const Tenant& tenant) {
  PolicyPlace place;
  for (const std::string* name : {&tenant.id, &tenant.domain}) {
    const std::string path = (fs::path(parent) / *name).string();
    if (!can_be_a_folder(*name) || !is_folder(path)) {
      continue;
    }
    if (!place.folder.empty()) {
      return {"", fmt::format("{} and {} are both there: keep one of them", place.folder, path)};
    }
    place.folder = path;
  }
  if (place.folder.empty()) {
    place.problem =
        fmt::format("there is no folder {}", (fs::path(parent) / tenant.domain).string());
  }
  return place;
}

PolicyFolders::PolicyFolders(const Config& config, Logger& log, TenantList tenants)
    : parent_(config.policies_tenants_folder),
      options_(compile_options(config)),
      log_(log),
      tenants_(std::move(tenants)) {
  if (parent_.empty()) {
    all_ = std::make_unique<PolicyKeeper>(config.policies_folder, options_, log_);
  }
}

void PolicyFolders::match(const Tenant& tenant) {
  PolicyPlace place = policy_place(parent_, tenant);
  const auto found = members_.find(tenant.id);
  const bool is_new = found == members_.end();
  const std::string told = is_new ? std::string() : found->second.problem;
  const bool needs_keeper = !place.folder.empty() && (is_new || !found->second.keeper);
  auto keeper = needs_keeper
                    ? std::make_unique<PolicyKeeper>(place.folder, options_, log_, tenant.domain)
                    : nullptr;
  if (!place.problem.empty() && place.problem != told) {
    log_.error(
        "policy_folder_missing",
        {{"tenant", tenant.domain},
         {"tenant_id", tenant.id},
         {"problem", place.problem},
         {"in_force", !is_new && found->second.keeper ? "the last set" : "none: all refused"}});
  }
  const std::unique_lock lock(members_mutex_);
  Member& member = members_[tenant.id];
  member.domain = tenant.domain;
  member.problem = std::move(place.problem);
  if (keeper) {
    member.keeper = std::move(keeper);
    member.folder = place.folder;
  } else if (!place.folder.empty() && place.folder != member.folder) {
    member.keeper->move_to(place.folder);  // renamed, from the id to the domain for example
    member.folder = place.folder;
  }
}

/// A folder of no tenant is often a name with a mistake. It may also be there before its tenant.
void PolicyFolders::warn_of_other_folders(const std::vector<Tenant>& tenants) {
  std::vector<std::string> others;
  std::error_code failed;
  for (fs::directory_iterator at(parent_, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    const bool known = std::any_of(tenants.begin(), tenants.end(), [&name](const Tenant& tenant) {
      return tenant.id == name || tenant.domain == name;
    });
    if (!known && names_a_tenant(name) && is_folder(at->path())) {
      others.push_back(name);
    }
  }
  for (const std::string& name : others) {
    if (std::find(other_folders_.begin(), other_folders_.end(), name) == other_folders_.end()) {
      log_.warning("policy_folder_of_no_tenant", {{"folder", (fs::path(parent_) / name).string()}});
    }
  }
  other_folders_ = std::move(others);
}

Result<void> PolicyFolders::match_members() {
  GATE_TRY(const std::vector<Tenant> tenants, tenants_());
  for (const Tenant& tenant : tenants) {
    match(tenant);
  }
  warn_of_other_folders(tenants);
  return {};
}

std::vector<PolicyKeeper*> PolicyFolders::keepers() const {
  std::vector<PolicyKeeper*> found;
  for (const auto& [id, member] : members_) {
    if (member.keeper) {
      found.push_back(member.keeper.get());
    }
  }
  return found;
}

Result<void> PolicyFolders::load() {
  if (all_) {
    return all_->load();
  }
  GATE_TRY_VOID(match_members());
  std::string problems;
  const auto refuse = [&problems](const std::string& tenant, const std::string& why) {
    problems += fmt::format("{}tenant {}: {}", problems.empty() ? "" : "; ", tenant, why);
  };
  for (const auto& [id, member] : members_) {
    if (!member.problem.empty()) {
      refuse(member.domain, member.problem);
    }
    if (member.keeper) {
      if (const auto loaded = member.keeper->load(); !loaded) {
        refuse(member.domain, loaded.error().message);
      }
    }
  }
  return problems.empty() ? Result<void>() : Error{ErrorCode::kInvalidArgument, problems};
}

void PolicyFolders::look() {
  if (all_) {
    all_->look();
    return;
  }
  if (const auto matched = match_members(); !matched) {
    log_.error("tenants_unreadable", {{"error", matched.error().message}});
  }
  const std::vector<PolicyKeeper*> each = keepers();
  for (PolicyKeeper* keeper : each) {
    keeper->look(static_cast<int>(each.size()));
  }
}

Evaluator::Snapshot PolicyFolders::in_force(std::string_view tenant_id) const {
  if (all_) {
    return all_->evaluator().snapshot();
  }
  const std::shared_lock lock(members_mutex_);
  const auto found = members_.find(tenant_id);
  return found == members_.end() || !found->second.keeper
             ? Evaluator::Snapshot()
             : found->second.keeper->evaluator().snapshot();
}

PolicyFolders::Status PolicyFolders::status() const {
  Status all;
  if (all_) {
    all.set = all_->status();
    all.ready = all.set.generation > 0;
    return all;
  }
  all.ready = true;
  all.set.wrong_code = native_code_counts().wrong;
  const std::shared_lock lock(members_mutex_);
  all.tenants = members_.size();
  for (const auto& [id, member] : members_) {
    const PolicyKeeper::Status one =
        member.keeper ? member.keeper->status() : PolicyKeeper::Status();
    all.set.failed_loads += one.failed_loads;
    if (!member.problem.empty() || one.newest_refused || one.generation == 0) {
      all.refused.push_back(member.domain);
    }
  }
  all.set.newest_refused = !all.refused.empty();
  return all;
}

}  // namespace gate::server
