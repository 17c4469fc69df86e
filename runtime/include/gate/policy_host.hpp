#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace gate {

/// The policy sets of many tenants in one process. A tenant that is not requested costs its
/// `.gateset` file and a table entry (it is cold); at the first use its set is built by a thread of
/// the host and kept (warm) until others need the room. Every member may be called from any thread.
/// A tenant's set in force is never replaced by one that cannot be built.
class PolicyHost {
 public:
  struct Limits {
    std::size_t warm_bytes_max = std::size_t{256} * 1024 * 1024;  ///< of all sets together
    std::size_t set_bytes_max = std::size_t{64} * 1024 * 1024;    ///< of one tenant's set
    std::size_t file_bytes_max = std::size_t{16} * 1024 * 1024;   ///< of one tenant's file
    std::size_t tenants_max = 1'000'000;
    std::size_t queue_max = 4096;     ///< tenants that may wait to be built
    std::size_t waiting_max = 64;     ///< callers that may wait for one tenant
    std::size_t builder_threads = 1;  ///< 1..64
  };
  /// Makes a set out of a tenant's file; load_policy_set() unless told otherwise. Called on the
  /// host's threads, several at once; must not call the host.
  using Build = std::function<Result<std::shared_ptr<const PolicySet>>(std::string_view file)>;

  explicit PolicyHost(const Limits& limits, Build build = {});
  /// Waits for the builds under way. No thread may be inside another member.
  ~PolicyHost();
  PolicyHost(const PolicyHost&) = delete;
  PolicyHost& operator=(const PolicyHost&) = delete;

  /// The tenant's policies from now on. A cold tenant is built when it is asked for; of a warm one
  /// the new set is built in the background, and the old one stays in force until it is there, and
  /// if it cannot be built. kLimitExceeded: the file is too large, or there are too many tenants.
  Result<void> put(std::string_view tenant, std::string file);
  /// Forgets a tenant; false if there was none. A set that is held stays alive.
  bool remove(std::string_view tenant);

  /// The tenant's set. Warm: at once (a lock and a look-up, some 100 ns). Cold: waits at most
  /// `wait` for it to be built, in turn with other tenants, of whom each has one place in the queue
  /// whatever it does. kNotFound: no such tenant. kUnavailable: not in time, or too many wait
  /// already. The error of the build: it failed, and there is no older set.
  /// No set is no permission: refuse then.
  [[nodiscard]] Result<std::shared_ptr<const PolicySet>> get(std::string_view tenant,
                                                             std::chrono::milliseconds wait);

  struct Counts {
    std::size_t tenants = 0;
    std::size_t warm = 0;
    std::size_t warm_bytes = 0;  ///< counted, not measured: tables, program and code objects
    std::size_t cold_bytes = 0;  ///< of the files
    std::size_t queued = 0;
    std::uint64_t hits = 0;      ///< get() found a warm set
    std::uint64_t builds = 0;    ///< that succeeded
    std::uint64_t failures = 0;  ///< that did not
    std::uint64_t evictions = 0;
    std::uint64_t refused = 0;  ///< get() answered kUnavailable
  };
  [[nodiscard]] Counts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate
