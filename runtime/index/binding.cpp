#include "runtime/index/binding.h"

#include <algorithm>
#include <bit>
#include <map>
#include <string>

#include "runtime/ir/built_in_number.h"
#include "runtime/ir/context.h"
#include "runtime/set/decide.h"
#include "runtime/set/validate.h"
#include "runtime/set/visible.h"

namespace gate::index {
namespace {

std::uint8_t kind_of(ir::SymbolKind kind) {
  return static_cast<std::uint8_t>(kind);
}
bool has(std::uint64_t bits, unsigned i) {
  return (bits >> i & 1U) != 0;
}

template <ir::ContextFact kFact, typename E>
std::uint64_t bit(E value) {
  constexpr unsigned kOffset = ir::context_field(kFact).offset;
  return std::uint64_t{1} << (kOffset + static_cast<unsigned>(value));
}

std::uint64_t context_word(const SignInRequest& r) {
  using F = ir::ContextFact;
  const DeviceFacts& d = r.device;
  std::uint64_t word =
      bit<F::kFlow>(r.flow) | bit<F::kClient>(r.client) | bit<F::kPlatform>(r.platform) |
      bit<F::kSignInRisk>(r.sign_in_risk) | bit<F::kUserRisk>(r.user_risk) |
      bit<F::kServicePrincipalRisk>(r.service_principal_risk) |
      bit<F::kInsiderRisk>(r.insider_risk) | bit<F::kTransferMethod>(r.transfer_method) |
      bit<F::kUserKind>(r.user_kind) | bit<F::kDeviceRegistered>(d.registered ? 1U : 0U) |
      bit<F::kDeviceReportedLost>(d.reported_lost ? 1U : 0U);
  if (d.registered) {
    return word | bit<F::kDeviceCompliant>(d.compliant) | bit<F::kDeviceManaged>(d.managed) |
           bit<F::kDeviceTrust>(d.trust) | bit<F::kDeviceOwnership>(d.ownership);
  }
  return word | bit<F::kDeviceCompliant>(Tristate::kAbsent) |
         bit<F::kDeviceManaged>(Tristate::kAbsent) | bit<F::kDeviceTrust>(DeviceTrust::kAbsent) |
         bit<F::kDeviceOwnership>(DeviceOwnership::kAbsent);
}

abi::Text text_of(std::string_view s) {
  return {s.data(), s.size()};
}

}  // namespace

Binding::Binding(const ir::Program& program)
    : program_(program),
      features_(program),
      places_(program,
              static_cast<std::uint32_t>(program.principal_sets.size() + program.app_sets.size())) {
  const std::size_t sets =
      program.principal_sets.size() + program.app_sets.size() + program.location_sets.size();
  membership_words_ = static_cast<std::uint32_t>((sets + 63) / 64);
  has_tenants_ = std::any_of(program.symbols.begin(), program.symbols.end(),
                             [](const auto& s) { return s.kind == ir::SymbolKind::kTenant; });
  name_slots(program);
}

void Binding::name_slots(const ir::Program& program) {
  // Symbols keep their own numbers; names of slots come after them.
  std::map<std::pair<std::uint8_t, std::string_view>, std::vector<Slot>> by_name;
  const auto add = [&by_name](std::uint8_t kind, std::string_view name, SlotType type,
                              std::size_t number) {
    by_name[{kind, name}].push_back({type, static_cast<std::uint8_t>(number)});
  };
  for (std::size_t i = 0; i < program.int_slots.size(); ++i) {
    const ir::IntSlot& slot = program.int_slots[i];
    if (!slot.signal) {
      built_in_numbers_.emplace_back(static_cast<std::uint32_t>(i),
                                     *ir::built_in_number(slot.name));
      continue;
    }
    add(kSignalName, slot.name, SlotType::kInt, i);
    if (slot.has_default) {
      int_defaults_.emplace_back(static_cast<std::uint32_t>(i), slot.default_value);
    }
  }
  for (std::size_t i = 0; i < program.bool_slots.size(); ++i) {
    const ir::BoolSlot& slot = program.bool_slots[i];
    add(kSignalName, slot.name, SlotType::kBool, i);
    bool_default_present_ |= std::uint64_t{slot.has_default} << i;
    bool_default_value_ |= std::uint64_t{slot.has_default && slot.default_value} << i;
  }
  for (std::size_t i = 0; i < program.string_slots.size(); ++i) {
    const ir::StringSlot& slot = program.string_slots[i];
    add(slot.signal ? kSignalName : kAttributeName, slot.name, SlotType::kString, i);
    if (slot.signal && slot.has_default) {
      string_defaults_.emplace_back(static_cast<std::uint32_t>(i), slot.default_value);
    }
  }
  for (std::size_t i = 0; i < program.list_slots.size(); ++i) {
    add(kListName, program.list_slots[i], SlotType::kList, i);
  }
  std::size_t bytes = 0;
  for (const ir::Symbol& s : program.symbols) {
    bytes += s.name.size();
  }
  for (const auto& [name, slots] : by_name) {
    bytes += name.second.size();
  }
  names_.reserve(program.symbols.size() + by_name.size(), bytes);
  for (std::size_t i = 0; i < program.symbols.size(); ++i) {
    const ir::Symbol& s = program.symbols[i];
    names_.add(kind_of(s.kind), s.name, static_cast<std::uint32_t>(i));
  }
  for (const auto& [name, slots] : by_name) {
    names_.add(name.first, name.second, static_cast<std::uint32_t>(slots_of_name_.size()));
    slots_of_name_.push_back({static_cast<std::uint32_t>(slots_.size()),
                              static_cast<std::uint32_t>(slots_.size() + slots.size())});
    slots_.insert(slots_.end(), slots.begin(), slots.end());
  }
}

void Binding::add_memberships(Feature f, abi::BoundRequest& out) const noexcept {
  for (const std::uint32_t set : features_.memberships(f)) {
    out.membership[set / 64] |= std::uint64_t{1} << (set % 64);
  }
}
void Binding::add_principal(Feature f, Bound& out) const noexcept {
  if (f == Features::kNone) {
    return;
  }
  if (const std::uint32_t key = features_.key(f); key != Features::kNone) {
    out.principal_keys[out.principals.count++] = key;
  }
  add_memberships(f, out.request);
}
void Binding::add_target(Feature f, abi::BoundRequest& out) const noexcept {
  if (f == Features::kNone) {
    return;
  }
  if (const std::uint32_t key = features_.key(f); key != Features::kNone) {
    out.target_keys[out.target_count++] = key;
  }
  add_memberships(f, out);
}

void Binding::bind_who(const SignInRequest& r, Bound& out) const noexcept {
  out.principals = {out.principal_keys, 0};
  const auto add = [this, &out](ir::SymbolKind kind, std::string_view name) {
    add_principal(names_.find(kind_of(kind), name), out);
  };
  if (r.user_kind == UserKind::kServicePrincipal) {
    add_principal(features_.all_service_principals(), out);
    add(ir::SymbolKind::kServicePrincipal, r.user);
    return;
  }
  add_principal(features_.all_users(), out);
  add(ir::SymbolKind::kUser, r.user);
  for (const std::string_view group : r.groups) {
    add(ir::SymbolKind::kGroup, group);
  }
  for (const std::string_view role : r.roles) {
    add(ir::SymbolKind::kRole, role);
  }
  if (r.user_kind != UserKind::kMember) {
    add_principal(features_.guest(r.user_kind), out);
    if (has_tenants_) {
      const std::uint32_t tenant = names_.find(kind_of(ir::SymbolKind::kTenant), r.external_tenant);
      if (tenant != NameTable::kNone) {
        add_principal(features_.guest(r.user_kind, tenant), out);
      }
    }
  }
}

void Binding::bind_target(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  out.target_count = 0;
  add_target(features_.all_targets(r.target_kind), out);
  const auto add = [this, &out](ir::SymbolKind kind, std::string_view name) {
    add_target(names_.find(kind_of(kind), name), out);
  };
  switch (r.target_kind) {
    case TargetKind::kApp:
      add(ir::SymbolKind::kApp, r.target);
      for (const std::string_view group : r.app_groups) {
        add(ir::SymbolKind::kAppGroup, group);
      }
      break;
    case TargetKind::kUserAction:
      add(ir::SymbolKind::kUserAction, r.target);
      break;
    case TargetKind::kAuthContext:
      add(ir::SymbolKind::kAuthContext, r.target);
      break;
  }
}

void Binding::bind_methods(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  out.methods = 0;
  for (const CompletedMethod& c : r.completed) {
    const auto m = static_cast<unsigned>(c.method);
    std::uint32_t& age = out.method_age_s[m];
    age = has(out.methods, m) ? std::min(age, c.age_s) : c.age_s;
    out.methods |= 1U << m;
  }
}

void Binding::bind_defaults(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  out.int_present = 0;
  for (const auto& [slot, value] : int_defaults_) {
    out.int_present |= std::uint64_t{1} << slot;
    out.int_value[slot] = value;
  }
  for (const auto& [slot, number] : built_in_numbers_) {
    if (const auto value = ir::value_of(number, r)) {
      out.int_present |= std::uint64_t{1} << slot;
      out.int_value[slot] = *value;
    }
  }
  out.bool_present = bool_default_present_;
  out.bool_value = bool_default_value_;
  out.string_present = 0;
  for (const auto& [slot, value] : string_defaults_) {
    out.string_present |= std::uint64_t{1} << slot;
    out.string_value[slot] = text_of(value);
  }
  out.list_present = 0;
  out.has_now = r.now_unix_s ? 1 : 0;
  out.now_s = r.now_unix_s.value_or(0);
}

RequestFault Binding::bind_place(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  const auto found = [&out](std::uint32_t set) {
    out.membership[set / 64] |= std::uint64_t{1} << (set % 64);
  };
  if (!r.ip.empty()) {
    Address address;
    if (!read_address(r.ip, address)) {
      return RequestFault::kMalformedIp;
    }
    places_.sets_of(address, found);
  }
  for (const std::uint32_t set : places_.sets_of_country(r.country)) {
    found(set);
  }
  return RequestFault::kNone;
}

RequestFault Binding::bind_signals(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  std::uint64_t given[3] = {0, 0, 0};  // of ints, bools, strings: the first of a name counts
  for (const SignalFact& fact : r.signals) {
    const std::uint32_t name = names_.find(kSignalName, fact.name);
    if (name == NameTable::kNone) {
      continue;
    }
    for (std::uint32_t i = slots_of_name_[name].begin; i < slots_of_name_[name].end; ++i) {
      const Slot slot = slots_[i];
      // The alternatives of SignalValue come in the order of SlotType.
      if (fact.value.index() != static_cast<std::size_t>(slot.type)) {
        return RequestFault::kSignalTypeMismatch;
      }
      const std::uint64_t slot_bit = std::uint64_t{1} << slot.number;
      std::uint64_t& seen = given[static_cast<std::size_t>(slot.type)];
      if ((seen & slot_bit) != 0) {
        continue;
      }
      seen |= slot_bit;
      if (const auto* number = std::get_if<std::int64_t>(&fact.value)) {
        out.int_present |= slot_bit;
        out.int_value[slot.number] = *number;
      } else if (const auto* flag = std::get_if<bool>(&fact.value)) {
        out.bool_present |= slot_bit;
        out.bool_value = *flag ? out.bool_value | slot_bit : out.bool_value & ~slot_bit;
      } else if (const auto* text = std::get_if<std::string_view>(&fact.value)) {
        out.string_present |= slot_bit;
        out.string_value[slot.number] = text_of(*text);
      }
    }
  }
  return RequestFault::kNone;
}

void Binding::bind_attributes(const SignInRequest& r, abi::BoundRequest& out) const noexcept {
  const auto slots = [this, &r](std::uint8_t kind, std::string_view name) {
    const std::uint32_t id = is_visible(r, name) ? names_.find(kind, name) : NameTable::kNone;
    return id == NameTable::kNone ? Slots{} : slots_of_name_[id];
  };
  for (const StringFact& fact : r.strings) {
    const Slots found = slots(kAttributeName, fact.name);
    for (std::uint32_t i = found.begin; i < found.end; ++i) {
      const unsigned slot = slots_[i].number;
      if (!has(out.string_present, slot)) {
        out.string_present |= std::uint64_t{1} << slot;
        out.string_value[slot] = text_of(fact.value);
      }
    }
  }
  for (const ListFact& fact : r.lists) {
    const Slots found = slots(kListName, fact.name);
    for (std::uint32_t i = found.begin; i < found.end; ++i) {
      const unsigned slot = slots_[i].number;
      if (!has(out.list_present, slot)) {
        out.list_present |= std::uint64_t{1} << slot;
        out.list_value[slot] = {fact.values.data(), fact.values.size()};
      }
    }
  }
}

RequestFault Binding::bind(const SignInRequest& request, Plan plan, Bound& out) const noexcept {
  const RequestFault fault = validate(request);
  if (fault != RequestFault::kNone) {
    return fault;
  }
  abi::BoundRequest& r = out.request;
  std::fill_n(r.membership, membership_words_, 0);
  const RequestFault place_fault = bind_place(request, r);
  if (place_fault != RequestFault::kNone) {
    return place_fault;
  }
  bind_defaults(request, r);
  const RequestFault signal_fault = bind_signals(request, r);
  if (signal_fault != RequestFault::kNone) {
    return signal_fault;
  }
  bind_attributes(request, r);
  r.context =
      context_word(request) | (plan == Plan::kEnforced ? abi::kEnforcedPlan : abi::kReportPlan);
  bind_who(request, out);
  bind_target(request, r);
  bind_methods(request, r);
  out.facts = decision_facts(program_, request);
  return RequestFault::kNone;
}

std::size_t Binding::bytes() const {
  return features_.bytes() + places_.bytes() + names_.bytes();
}

}  // namespace gate::index
