#include "runtime/index/features.h"

#include <algorithm>
#include <utility>

#include "runtime/ir/reach.h"

namespace gate::index {

Features::Features(const ir::Program& program)
    : specials_(static_cast<std::uint32_t>(program.symbols.size())) {
  for (ir::SymbolId id = 0; id < specials_; ++id) {
    const ir::Symbol& symbol = program.symbols[id];
    if (symbol.kind == ir::SymbolKind::kUserAction && symbol.name == ir::kRegisterDevice) {
      register_device_ = id;
    }
  }
  number_guests(program);
  number_keys(program);
  find_memberships(program);
}

void Features::number_guests(const ir::Program& program) {
  const auto is_before = [](const ir::Symbol& s, ir::SymbolKind kind) { return s.kind < kind; };
  const auto begin = std::lower_bound(program.symbols.begin(), program.symbols.end(),
                                      ir::SymbolKind::kTenant, is_before);
  const auto end = std::find_if(begin, program.symbols.end(), [](const ir::Symbol& s) {
    return s.kind != ir::SymbolKind::kTenant;
  });
  first_tenant_ = static_cast<ir::SymbolId>(begin - program.symbols.begin());
  std::array<Feature, kUserKindCount> none{};
  none.fill(kNone);
  guests_of_tenant_.assign(static_cast<std::size_t>(end - begin), none);
  next_ = specials_ + static_cast<std::uint32_t>(kFixedSpecials);
  for (const ir::Policy& p : program.policies) {
    number_guests(p.include);
    number_guests(p.exclude);
  }
  for (const ir::PrincipalSet& set : program.principal_sets) {
    number_guests(set);
  }
  keys_.assign(next_, kNone);
}

void Features::number_guests(const ir::PrincipalSet& set) {
  for (const ir::GuestSelector& selector : set.guests) {
    for (const ir::SymbolId tenant : selector.tenants) {
      for (std::size_t kind = 0; kind < kUserKindCount; ++kind) {
        Feature& f = guests_of_tenant_[tenant - first_tenant_][kind];
        if ((selector.kinds >> kind & 1U) != 0 && f == kNone) {
          f = next_++;
        }
      }
    }
  }
}

std::vector<Feature> Features::of(const ir::PrincipalSet& set) const {
  std::vector<Feature> result(set.members.begin(), set.members.end());
  if (set.all_users) {
    result.push_back(all_users());
  }
  if (set.all_service_principals) {
    result.push_back(all_service_principals());
  }
  for (const ir::GuestSelector& selector : set.guests) {
    for (std::size_t k = 0; k < kUserKindCount; ++k) {
      if ((selector.kinds >> k & 1U) == 0) {
        continue;
      }
      const auto kind = static_cast<UserKind>(k);
      if (selector.tenants.empty()) {
        result.push_back(guest(kind));
      }
      for (const ir::SymbolId tenant : selector.tenants) {
        result.push_back(guest(kind, tenant));
      }
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<Feature> Features::of(const ir::TargetSet& set) const {
  std::vector<Feature> result(set.members.begin(), set.members.end());
  if (set.all) {
    result.push_back(all_targets(set.kind));
  }
  if (ir::is_all_resources(set)) {
    result.push_back(any_action());
  }
  return result;
}
std::vector<Feature> Features::targets_of(const ir::Program& program,
                                          const ir::Policy& policy) const {
  std::vector<Feature> result = of(policy.include_targets);
  if (ir::skips_device_registration(program, policy)) {
    std::replace(result.begin(), result.end(), any_action(), any_action_but_devices());
  }
  return result;
}

void Features::number_keys(const ir::Program& program) {
  const auto number = [this](const std::vector<Feature>& features, std::uint32_t& next) {
    for (const Feature f : features) {
      if (keys_[f] == kNone) {
        keys_[f] = next++;
      }
    }
  };
  for (const ir::Policy& p : program.policies) {
    if (p.state != PolicyState::kOff) {
      number(of(p.include), principal_keys_);
      number(of(p.exclude), principal_keys_);
      number(targets_of(program, p), target_keys_);
      number(of(p.exclude_targets), target_keys_);
    }
  }
}

void Features::find_memberships(const ir::Program& program) {
  std::vector<std::pair<Feature, std::uint32_t>> pairs;
  std::uint32_t set_number = 0;
  for (const ir::PrincipalSet& set : program.principal_sets) {
    for (const Feature f : of(set)) {
      pairs.emplace_back(f, set_number);
    }
    ++set_number;
  }
  for (const ir::AppSet& set : program.app_sets) {
    for (const ir::SymbolId member : set.members) {
      pairs.emplace_back(member, set_number);
    }
    ++set_number;
  }
  std::sort(pairs.begin(), pairs.end());
  membership_begin_.assign(keys_.size() + 1, 0);
  memberships_.reserve(pairs.size());
  for (const auto& [feature, set] : pairs) {
    ++membership_begin_[feature + 1];
    memberships_.push_back(set);
  }
  for (std::size_t f = 1; f < membership_begin_.size(); ++f) {
    membership_begin_[f] += membership_begin_[f - 1];
  }
}

std::size_t Features::bytes() const {
  return (keys_.size() + membership_begin_.size() + memberships_.size()) * 4 +
         guests_of_tenant_.size() * sizeof(guests_of_tenant_[0]);
}

}  // namespace gate::index
