#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <gate/policy_set.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gate::server {

/// The principals of those who sign in, bound to the policy set in force: a sign-in is decided
/// after the first factor, again at issue, and again at every refresh. What was kept is used only
/// for the very same person: kind, home tenant, groups and roles are compared at every decision, so
/// a change of the directory counts at once, whoever made it and whether or not anybody told. A set
/// of another digest wipes it. Any number of threads.
class PrincipalCache {
 public:
  /// Fewer groups and roles are bound in less time than it takes to look anybody up.
  static constexpr std::size_t kMembershipsMin = 16;
  static constexpr std::size_t kShards = 16;
  /// Of each shard. One that is full is emptied: whoever is active is back at the next decision.
  static constexpr std::size_t kUsersMax = 256;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20U;

  PrincipalCache() = default;
  PrincipalCache(const PrincipalCache&) = delete;
  PrincipalCache& operator=(const PrincipalCache&) = delete;
  ~PrincipalCache() = default;

  /// Who signs in, for this set. Null: it does not pay, or the principal is malformed; then decide
  /// without one.
  [[nodiscard]] std::shared_ptr<const PreparedPrincipal> of(const PolicySet& set,
                                                            const SignInRequest& request);

  struct Counts {
    std::size_t users = 0;
    std::size_t bytes = 0;
    std::uint64_t bound = 0;  ///< since the start
    std::uint64_t found = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Kept;
  struct Shard {
    mutable std::mutex mutex;
    std::uint64_t numbers = 0;  ///< PolicySet::numbers() that all of it is for
    std::unordered_map<std::string, std::shared_ptr<const Kept>> users;
    std::size_t bytes = 0;
    std::uint64_t bound = 0;

    void wipe();
    void keep(std::string_view user, std::shared_ptr<const Kept> kept);
  };
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> found_{0};
};

}  // namespace gate::server
