#include "compiler/lower/code_cache.h"

#include <algorithm>

namespace gate::lower {

CodeCache& CodeCache::instance() {
  static auto* cache = new CodeCache;
  return *cache;
}

CodeCache::Code CodeCache::keep(Code code) {
  const auto known = std::find(kept_.begin(), kept_.end(), code);
  if (known != kept_.end()) {
    kept_.erase(known);
  }
  kept_.push_front(std::move(code));
  if (kept_.size() <= kKept) {
    return nullptr;
  }
  Code oldest = std::move(kept_.back());
  kept_.pop_back();
  return oldest;
}

CodeCache::Code CodeCache::find(const std::string& signature) {
  Code dropped;  // freed after the lock: unmapping takes its time
  const std::lock_guard lock(mutex_);
  const auto it = code_.find(signature);
  Code found = it == code_.end() ? nullptr : it->second.lock();
  if (found != nullptr) {
    dropped = keep(found);
  }
  return found;
}

CodeCache::Code CodeCache::put(const std::string& signature, Code code) {
  Code dropped;
  const std::lock_guard lock(mutex_);
  if (banned(signature)) {
    dropped = std::move(code);
    return nullptr;
  }
  std::erase_if(code_, [](const auto& entry) { return entry.second.expired(); });
  const auto it = code_.try_emplace(signature, code).first;
  if (Code first = it->second.lock()) {
    code = std::move(first);
  } else {
    it->second = code;
  }
  dropped = keep(code);
  return code;
}

void CodeCache::ban(const std::string& signature) {
  std::deque<Code> wrong;  // told and freed after the lock
  {
    const std::lock_guard lock(mutex_);
    banned_.insert(signature);
    const bool is_all = banned_.size() >= kBannedMax;
    for (auto it = code_.begin(); it != code_.end();) {
      if (!is_all && it->first != signature) {
        ++it;
        continue;
      }
      if (Code code = it->second.lock()) {
        std::erase(kept_, code);
        wrong.push_back(std::move(code));
      }
      it = code_.erase(it);
    }
  }
  for (const Code& code : wrong) {
    code->withdraw();
  }
}

bool CodeCache::banned(const std::string& signature) const {
  return banned_.size() >= kBannedMax || banned_.contains(signature);
}

bool CodeCache::is_banned(const std::string& signature) {
  const std::lock_guard lock(mutex_);
  return banned(signature);
}

std::size_t CodeCache::bans() {
  const std::lock_guard lock(mutex_);
  return banned_.size();
}

}  // namespace gate::lower
