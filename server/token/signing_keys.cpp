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
    GATE_TRY_VOID(keys->save({std::move(first)}));
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

Result<void> SigningKeys::save(const std::vector<Entry>& changed) {
  const Store::Work put = [&changed](UnitOfWork& work) -> Result<void> {
    for (const Entry& entry : changed) {
      GATE_TRY_VOID(work.put_signing_key(entry.record));
    }
    return {};
  };
  GATE_TRY_VOID(store_.write(put));
  return load();
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
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(entries_mutex_);
    entries = entries_;
  }
  const auto find = [&entries](KeyState state) {
    return std::find_if(entries.begin(), entries.end(),
                        [state](const Entry& entry) { return entry.record.state == state; });
  };
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
  return changed.empty() ? Result<void>() : save(changed);
}

Result<void> SigningKeys::roll_now(Micros now) {
  const std::lock_guard change(change_mutex_);
  std::vector<Entry> changed;
  {
    const std::lock_guard lock(entries_mutex_);
    changed = entries_;
  }
  for (Entry& entry : changed) {
    entry.record.state = KeyState::kRemoved;
    entry.record.private_sealed.clear();
  }
  GATE_TRY(Entry next, make(KeyState::kActive, now));
  changed.push_back(std::move(next));
  return save(changed);
}

}  // namespace gate::server
