#include "server/token/signing_keys.h"

#include <algorithm>
#include <boost/json.hpp>

#include "server/crypto/aead.h"

namespace gate::server {
namespace {

std::string seal_context(const std::string& kid) {
  return "signing key/" + kid;
}

}  // namespace

Result<std::unique_ptr<SigningKeys>> SigningKeys::open(Store& store, Random& random,
                                                       Secret key_encryption_key, Micros now) {
  std::unique_ptr<SigningKeys> keys(new SigningKeys(store, random, std::move(key_encryption_key)));
  GATE_TRY_VOID(keys->load());
  if (!keys->active()) {
    // The first key is used at once: no party has cached an older key set.
    GATE_TRY(Entry first, keys->make(KeyState::kActive, now));
    GATE_TRY_VOID(keys->save(keys->entries_, {std::move(first)}));
  }
  GATE_TRY_VOID(keys->maintain(now));
  return keys;
}

bool SigningKeys::opens(const Secret& key_encryption_key, const SigningKeyRecord& record) {
  return open_sealed(key_encryption_key.bytes(), seal_context(record.kid), record.private_sealed)
      .has_value();
}

Result<void> SigningKeys::load() {
  std::vector<SigningKeyRecord> records;
  GATE_TRY_VOID(store_.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(records, reads.signing_keys());
    return {};
  }));
  std::vector<Entry> entries;
  for (SigningKeyRecord& record : records) {
    if (record.state == KeyState::kRemoved) {
      continue;
    }
    GATE_TRY(const Secret der,
             open_sealed(kek_.bytes(), seal_context(record.kid), record.private_sealed));
    GATE_TRY(Es256Key key, Es256Key::from_private_der(der.bytes()));
    if (key.jwk().kid != record.kid) {
      return Error{ErrorCode::kCorrupt, "a stored signing key has another key's id"};
    }
    entries.push_back({std::move(record), std::make_shared<const Es256Key>(std::move(key))});
  }
  const std::lock_guard lock(entries_mutex_);
  entries_ = std::move(entries);
  return {};
}

Result<SigningKeys::Entry> SigningKeys::make(KeyState state, Micros now) {
  GATE_TRY(Es256Key key, Es256Key::generate());
  GATE_TRY(const Secret der, key.private_der());
  Entry entry;
  entry.record.kid = key.jwk().kid;
  entry.record.state = state;
  entry.record.created_at = now;
  GATE_TRY(entry.record.private_sealed,
           seal(random_, kek_.bytes(), seal_context(entry.record.kid), der.bytes()));
  entry.key = std::make_shared<const Es256Key>(std::move(key));
  return entry;
}

Result<void> SigningKeys::save(const std::vector<Entry>& seen, const std::vector<Entry>& changed) {
  // The step is right for the keys that were seen. If another node changed them first, this one
  // takes over what that made: nodes that start together, or rotate together, end with one key.
  const Store::Work put = [&seen, &changed](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const std::vector<SigningKeyRecord> records, work.signing_keys());
    const auto was_seen = [&seen](const SigningKeyRecord& record) {
      return record.state == KeyState::kRemoved ||
             std::any_of(seen.begin(), seen.end(), [&record](const Entry& entry) {
               return entry.record.kid == record.kid && entry.record.state == record.state;
             });
    };
    const auto kept = std::count_if(
        records.begin(), records.end(),
        [](const SigningKeyRecord& record) { return record.state != KeyState::kRemoved; });
    if (static_cast<std::size_t>(kept) != seen.size() ||
        !std::all_of(records.begin(), records.end(), was_seen)) {
      return Error{ErrorCode::kConflict, "another node changed the signing keys"};
    }
    for (const Entry& entry : changed) {
      GATE_TRY_VOID(work.put_signing_key(entry.record));
    }
    return {};
  };
  const Result<void> written = store_.write(put);
  if (!written && written.error().code != ErrorCode::kConflict) {
    return written;
  }
  GATE_TRY_VOID(load());
  return active() ? Result<void>() : written;
}

std::shared_ptr<const Es256Key> SigningKeys::active() const {
  const std::lock_guard lock(entries_mutex_);
  for (const Entry& entry : entries_) {
    if (entry.record.state == KeyState::kActive) {
      return entry.key;
    }
  }
  return nullptr;
}

std::string SigningKeys::jwks() const {
  boost::json::array keys;
  const std::lock_guard lock(entries_mutex_);
  for (const Entry& entry : entries_) {
    const PublicJwk& jwk = entry.key->jwk();
    keys.push_back({{"kty", "EC"},
                    {"crv", "P-256"},
                    {"x", jwk.x},
                    {"y", jwk.y},
                    {"kid", jwk.kid},
                    {"use", "sig"},
                    {"alg", "ES256"}});
  }
  return boost::json::serialize(boost::json::object{{"keys", std::move(keys)}});
}

Result<void> SigningKeys::maintain(Micros now) {
  const std::lock_guard change(change_mutex_);
  GATE_TRY_VOID(load());  // what other nodes did since
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(entries_mutex_);
    entries = entries_;
  }
  const auto find = [&entries](KeyState state) {
    return std::find_if(entries.begin(), entries.end(),
                        [state](const Entry& entry) { return entry.record.state == state; });
  };
  const std::vector<Entry> seen = entries;
  std::vector<Entry> changed;
  for (Entry& entry : entries) {
    if (entry.record.state == KeyState::kRetired && now >= entry.record.retire_at) {
      entry.record.state = KeyState::kRemoved;
      entry.record.private_sealed.clear();
      changed.push_back(entry);
    }
  }
  const auto active = find(KeyState::kActive);
  const auto pending = find(KeyState::kPending);
  const bool due = active != entries.end() &&
                   now >= active->record.created_at + kRotateAfter - kPublishedBeforeUse;
  if (due && pending == entries.end()) {
    GATE_TRY(Entry next, make(KeyState::kPending, now));
    changed.push_back(std::move(next));
  } else if (due && now >= pending->record.created_at + kPublishedBeforeUse) {
    active->record.state = KeyState::kRetired;
    active->record.retire_at = now + kKeptAfterUse;
    pending->record.state = KeyState::kActive;
    changed.push_back(*active);
    changed.push_back(*pending);
  }
  return changed.empty() ? Result<void>() : save(seen, changed);
}

Result<void> SigningKeys::roll_now(Micros now) {
  const std::lock_guard change(change_mutex_);
  GATE_TRY_VOID(load());
  std::vector<Entry> changed;
  {
    const std::lock_guard lock(entries_mutex_);
    changed = entries_;
  }
  const std::vector<Entry> seen = changed;
  for (Entry& entry : changed) {
    entry.record.state = KeyState::kRemoved;
    entry.record.private_sealed.clear();
  }
  GATE_TRY(Entry next, make(KeyState::kActive, now));
  const std::string kid = next.record.kid;
  changed.push_back(std::move(next));
  GATE_TRY_VOID(save(seen, changed));
  const std::shared_ptr<const Es256Key> signs = active();
  return signs && signs->jwk().kid == kid
             ? Result<void>()
             : Error{ErrorCode::kConflict,
                     "another node changed the signing keys at the same time: try again"};
}

}  // namespace gate::server
