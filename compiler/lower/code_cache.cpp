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

std::shared_ptr<const jit::LinkedCode> CodeCache::find(const std::string& signature) {
  Code dropped;  // freed after the lock: unmapping takes its time
  const std::lock_guard lock(mutex_);
  const auto it = code_.find(signature);
  Code found = it == code_.end() ? nullptr : it->second.lock();
  if (found != nullptr) {
    dropped = keep(found);
  }
  return found;
}

std::shared_ptr<const jit::LinkedCode> CodeCache::put(const std::string& signature, Code code) {
  Code dropped;
  const std::lock_guard lock(mutex_);
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

}  // namespace gate::lower
