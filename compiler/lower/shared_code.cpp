#include "compiler/lower/shared_code.h"

#include <utility>

#include "runtime/set/state.h"

namespace gate::lower {

/// What one set holds.
class SharedCode::Use final : public CompiledCode {
 public:
  /// `by`: the set that is in `users_`, null if none is.
  Use(std::shared_ptr<SharedCode> code, internal::PolicySetState* by)
      : code_(std::move(code)), by_(by) {}
  ~Use() override {
    if (by_ != nullptr) {
      const std::lock_guard lock(code_->mutex_);
      code_->users_.erase(by_);
    }
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  [[nodiscard]] abi::Entries entries() const noexcept override { return code_->entries(); }

 private:
  const std::shared_ptr<SharedCode> code_;
  internal::PolicySetState* const by_;
};

abi::Entries SharedCode::entries() const noexcept {
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): addresses of generated functions
  return {.rows = reinterpret_cast<abi::RowKernel>(linked_->address(0)),
          .residual = reinterpret_cast<abi::ResidualKernel>(linked_->address(1))};
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
}

std::unique_ptr<CompiledCode> SharedCode::on_its_own() {
  return std::make_unique<Use>(shared_from_this(), nullptr);
}

bool SharedCode::attach_to(const PolicySet& set) {
  internal::PolicySetState& state = internal::state_for_code(set);
  auto use = std::make_unique<Use>(shared_from_this(), &state);
  bool usable = false;
  {
    const std::lock_guard lock(mutex_);
    usable = !withdrawn_ && users_.insert(&state).second;
  }
  // From here on withdraw() finds the set, and attach_code() does as it was told.
  if (usable && attach_code(set, std::move(use))) {
    return true;
  }
  give_up_code(set);
  return false;
}

void SharedCode::withdraw() {
  const std::lock_guard lock(mutex_);
  withdrawn_ = true;
  for (internal::PolicySetState* user : users_) {
    static_cast<void>(withdraw_code(*user));
  }
  users_.clear();
}

}  // namespace gate::lower
