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

/// The keys that sign tokens (E7). The store holds private keys only sealed under the
/// key-encryption key. States: pending (published, not used) -> active -> retired (published, not
/// used) -> removed. Safe from any number of threads; signing takes a lock only to copy a pointer.
class SigningKeys {
 public:
  static constexpr Micros kPublishedBeforeUse = kMicrosPerDay;
  static constexpr Micros kRotateAfter = 90 * kMicrosPerDay;
  /// The longest lifetime of a token that a retired key may have signed.
  static constexpr Micros kKeptAfterUse = kMicrosPerHour;

  /// Loads the keys; generates the first one if there is none. `store` and `random` outlive this.
  [[nodiscard]] static Result<std::unique_ptr<SigningKeys>> open(Store& store, Random& random,
                                                                 Secret key_encryption_key,
                                                                 Micros now);

  /// True if this key sealed the private half of a stored signing key.
  [[nodiscard]] static bool opens(const Secret& key_encryption_key, const SigningKeyRecord& record);

  [[nodiscard]] std::shared_ptr<const Es256Key> active() const;
  /// The JWK set (RFC 7517) of every key that a valid token may carry, as JSON.
  [[nodiscard]] std::string jwks() const;

  /// Loads what other nodes changed, and performs the due steps of the life cycle. Call it about
  /// every minute.
  [[nodiscard]] Result<void> maintain(Micros now);
  /// Emergency: a new key signs from now on and the current one is removed. All tokens that it
  /// signed become invalid: on this node at once, on the others with their next `maintain`.
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
  /// Writes `changed` if the store still has the keys `seen`, and loads what the store has then.
  [[nodiscard]] Result<void> save(const std::vector<Entry>& seen,
                                  const std::vector<Entry>& changed);

  Store& store_;
  Random& random_;
  Secret kek_;
  std::mutex change_mutex_;           ///< one life-cycle step at a time
  mutable std::mutex entries_mutex_;  ///< guards entries_
  std::vector<Entry> entries_;
};

}  // namespace gate::server
