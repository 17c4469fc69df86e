#pragma once

#include <gate/result.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/crypto/es256.h"
#include "server/ports/clock.h"
#include "server/ports/random.h"
#include "server/store/store.h"

namespace gate::server {

/// The keys that tokens are signed with (E7). Private halves are in the store only sealed under the
/// key-encryption key. States: pending (published, not used) -> active -> retired (published, not
/// used) -> removed. Safe from any number of threads; signing takes no lock beyond a pointer copy.
class SigningKeys {
 public:
  static constexpr Micros kPublishedBeforeUse = kMicrosPerDay;
  static constexpr Micros kRotateAfter = 90 * kMicrosPerDay;
  /// The longest life of any token that a retired key may have signed.
  static constexpr Micros kKeptAfterUse = kMicrosPerHour;

  /// Loads the keys; makes the first one if there is none. `store` and `random` outlive this.
  [[nodiscard]] static Result<std::unique_ptr<SigningKeys>> open(Store& store, Random& random,
                                                                 Secret key_encryption_key,
                                                                 Micros now);

  /// Whether this key sealed the private half of a stored signing key.
  [[nodiscard]] static bool opens(const Secret& key_encryption_key, const SigningKeyRecord& record);

  [[nodiscard]] std::shared_ptr<const Es256Key> active() const;
  /// The JWK set (RFC 7517) of every key that a valid token may carry, as JSON.
  [[nodiscard]] std::string jwks() const;

  /// Takes the steps of the life cycle that are due; to be called every hour or so.
  [[nodiscard]] Result<void> maintain(Micros now);
  /// Emergency: a fresh key signs from now on and the present one is removed, which invalidates
  /// every token it signed.
  [[nodiscard]] Result<void> roll_now(Micros now);

 private:
  struct Entry {
    SigningKeyRecord record;
    std::shared_ptr<const Es256Key> key;
  };
  SigningKeys(Store& store, Random& random, Secret key_encryption_key)
      : store_(store), random_(random), kek_(std::move(key_encryption_key)) {}
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<Entry> make(KeyState state, Micros now);
  [[nodiscard]] Result<void> save(const std::vector<Entry>& changed);

  Store& store_;
  Random& random_;
  Secret kek_;
  std::mutex change_mutex_;           ///< one life-cycle step at a time
  mutable std::mutex entries_mutex_;  ///< guards entries_
  std::vector<Entry> entries_;
};

}  // namespace gate::server
