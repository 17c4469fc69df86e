#pragma once

#include <array>
#include <cstdint>
#include <gate/request.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/ir/program.h"

namespace gate::index {

/// What a request can have of who and what: a symbol (this user, this group, this app), "any user",
/// "any target of this kind", "a guest of this kind (from this tenant)". Every include and exclude
/// of a policy is a list of features of which one must be there.
using Feature = std::uint32_t;

class Features {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  explicit Features(const ir::Program& program);

  [[nodiscard]] static Feature of_symbol(ir::SymbolId symbol) { return symbol; }
  [[nodiscard]] Feature all_users() const { return specials_; }
  [[nodiscard]] Feature all_service_principals() const { return specials_ + 1; }
  [[nodiscard]] Feature all_targets(TargetKind kind) const {
    return specials_ + 2 + static_cast<std::uint32_t>(kind);
  }
  /// Of every user action, and of those but device registration: what policies on all resources
  /// stand for beside apps.
  [[nodiscard]] Feature any_action() const { return specials_ + 5; }
  [[nodiscard]] Feature any_action_but_devices() const { return specials_ + 6; }
  [[nodiscard]] Feature guest(UserKind kind) const {
    return specials_ + 7 + static_cast<std::uint32_t>(kind);
  }
  /// The symbol of the user action register_device; kNone when no rule of the set asks for it.
  [[nodiscard]] Feature register_device() const { return register_device_; }
  /// kNone unless some set names this kind of guest from this tenant.
  [[nodiscard]] Feature guest(UserKind kind, ir::SymbolId tenant) const {
    return guests_of_tenant_[tenant - first_tenant_][static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(keys_.size()); }

  /// The features of which a request must have one to be in the set.
  [[nodiscard]] std::vector<Feature> of(const ir::PrincipalSet& set) const;
  [[nodiscard]] std::vector<Feature> of(const ir::TargetSet& set) const;
  /// The same of what a policy includes.
  [[nodiscard]] std::vector<Feature> targets_of(const ir::Program& program,
                                                const ir::Policy& policy) const;

  /// The number that the index knows a feature by, kNone if no policy names it. Principals and
  /// targets are numbered apart.
  [[nodiscard]] std::uint32_t key(Feature f) const { return keys_[f]; }
  [[nodiscard]] std::uint32_t principal_keys() const { return principal_keys_; }
  [[nodiscard]] std::uint32_t target_keys() const { return target_keys_; }

  /// Sets of conditions (principal sets, then app sets, then location sets) that a feature is in.
  [[nodiscard]] std::span<const std::uint32_t> memberships(Feature f) const {
    return std::span(memberships_)
        .subspan(membership_begin_[f], membership_begin_[f + 1] - membership_begin_[f]);
  }
  [[nodiscard]] std::size_t bytes() const;

 private:
  void number_guests(const ir::Program& program);
  void number_guests(const ir::PrincipalSet& set);
  void number_keys(const ir::Program& program);
  void find_memberships(const ir::Program& program);
  static constexpr std::size_t kFixedSpecials = 7 + kUserKindCount;

  std::uint32_t specials_ = 0;  ///< the first feature that is no symbol
  ir::SymbolId first_tenant_ = 0;
  Feature register_device_ = kNone;
  std::uint32_t next_ = 0;
  std::vector<std::array<Feature, kUserKindCount>> guests_of_tenant_;
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint32_t> membership_begin_;
  std::vector<std::uint32_t> memberships_;
  std::uint32_t principal_keys_ = 0;
  std::uint32_t target_keys_ = 0;
};

}  // namespace gate::index
