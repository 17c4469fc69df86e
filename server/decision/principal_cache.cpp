#include "server/decision/principal_cache.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace gate::server {
namespace {

std::vector<std::string> copy_of(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}
std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = texts.capacity() * sizeof(std::string);
  for (const std::string& text : texts) {
    bytes += text.capacity();
  }
  return bytes;
}

}  // namespace

/// A principal, and the facts that it was bound from.
struct PrincipalCache::Kept {
  Kept(const PolicySet& set, const SignInRequest& request)
      : kind(request.user_kind),
        tenant(request.external_tenant),
        groups(copy_of(request.groups)),
        roles(copy_of(request.roles)),
        principal(set, request),
        bytes(sizeof(Kept) + request.user.size() + tenant.capacity() + bytes_of(groups) +
              bytes_of(roles) + principal.bytes()) {}

  [[nodiscard]] bool is(const SignInRequest& r) const {
    return r.user_kind == kind && r.external_tenant == tenant &&
           std::equal(groups.begin(), groups.end(), r.groups.begin(), r.groups.end()) &&
           std::equal(roles.begin(), roles.end(), r.roles.begin(), r.roles.end());
  }

  UserKind kind;
  std::string tenant;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  PreparedPrincipal principal;
  std::size_t bytes;
};

void PrincipalCache::Shard::wipe() {
  users.clear();
  bytes = 0;
}

void PrincipalCache::Shard::keep(std::string_view user, std::shared_ptr<const Kept> kept) {
  if (const auto old = users.find(std::string(user)); old != users.end()) {
    bytes -= old->second->bytes;
    users.erase(old);
  }
  if (users.size() >= kUsersMax || bytes + kept->bytes > kBytesMax) {
    wipe();
  }
  if (kept->bytes <= kBytesMax) {
    bytes += kept->bytes;
    users.emplace(user, std::move(kept));
  }
}

std::shared_ptr<const PreparedPrincipal> PrincipalCache::of(const PolicySet& set,
                                                            const SignInRequest& request) {
  if (request.groups.size() + request.roles.size() < kMembershipsMin || set.numbers() == 0) {
    return nullptr;
  }
  Shard& shard = shards_[std::hash<std::string_view>()(request.user) % kShards];
  const auto principal_of = [](std::shared_ptr<const Kept> kept) {
    const PreparedPrincipal* principal = &kept->principal;
    return std::shared_ptr<const PreparedPrincipal>(std::move(kept), principal);
  };
  std::shared_ptr<const Kept> kept;
  {
    const std::scoped_lock lock(shard.mutex);
    if (shard.numbers != set.numbers()) {
      shard.wipe();
      shard.numbers = set.numbers();
    }
    if (const auto at = shard.users.find(std::string(request.user)); at != shard.users.end()) {
      kept = at->second;
    }
  }
  if (kept != nullptr && kept->is(request)) {
    found_.fetch_add(1, std::memory_order_relaxed);
    return principal_of(std::move(kept));
  }
  kept = std::make_shared<const Kept>(set, request);
  if (kept->principal.fault() != RequestFault::kNone) {
    return nullptr;
  }
  const std::scoped_lock lock(shard.mutex);
  ++shard.bound;
  if (shard.numbers == set.numbers()) {
    shard.keep(request.user, kept);
  }
  return principal_of(std::move(kept));
}

PrincipalCache::Counts PrincipalCache::counts() const {
  Counts out;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    out.users += shard.users.size();
    out.bytes += shard.bytes;
    out.bound += shard.bound;
  }
  out.found = found_.load(std::memory_order_relaxed);
  return out;
}

}  // namespace gate::server
