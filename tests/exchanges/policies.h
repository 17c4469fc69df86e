#pragma once

#include <mutex>
#include <string_view>

#include "server/decision/decider.h"

namespace exchanges {

/// Answers as the policy of that name; starts with `allow`.
class NamedPolicies final : public gate::server::Decider {
 public:
  /// Throws std::runtime_error for a name that policies.cpp does not have.
  void set(std::string_view name);
  [[nodiscard]] gate::server::PolicyVerdict decide(std::string_view tenant_id,
                                                   const gate::SignInFacts& facts) const override;
  [[nodiscard]] std::string digest(std::string_view) const override {
    return "digest-of-the-test-policy";
  }
  /// Every policy set here has policies on "c1" and "c2".
  [[nodiscard]] bool protects_context(std::string_view,
                                      std::string_view auth_context) const override {
    return auth_context == "c1" || auth_context == "c2";
  }

 private:
  using Policy = gate::server::PolicyVerdict (*)(const gate::SignInFacts&);
  mutable std::mutex mutex_;
  Policy policy_ = nullptr;
};

}  // namespace exchanges
