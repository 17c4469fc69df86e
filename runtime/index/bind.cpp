#include <algorithm>
#include <bit>
#include <span>

#include "runtime/index/binding.h"
#include "runtime/ir/built_in_number.h"
#include "runtime/ir/context.h"
#include "runtime/request/validate.h"

namespace gate::index {
namespace {

bool has(std::uint64_t bits, unsigned i) {
  return (bits >> i & 1U) != 0;
}

template <ir::ContextFact kFact, typename E>
std::uint64_t bit(E value) {
  constexpr unsigned kOffset = ir::context_field(kFact).offset;
  return std::uint64_t{1} << (kOffset + static_cast<unsigned>(value));
}

template <typename Request>
std::uint64_t context_word(const Request& r) {
  using F = ir::ContextFact;
  const DeviceFacts& d = r.device;
  std::uint64_t word =
      bit<F::kFlow>(r.flow) | bit<F::kClient>(r.client) | bit<F::kPlatform>(r.platform) |
      bit<F::kSignInRisk>(r.sign_in_risk) | bit<F::kUserRisk>(r.user_risk) |
      bit<F::kServicePrincipalRisk>(r.service_principal_risk) |
      bit<F::kInsiderRisk>(r.insider_risk) |
      bit<F::kTransferMethod>(ir::transfer_marks(r.transfer_method, r.original_transfer_method)) |
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

inline void Binding::add_feature(Feature f, KeysOut& out) const noexcept {
  if (f == Features::kNone) {
    return;
  }
  if (const std::uint32_t key = features_.key(f); key != Features::kNone) {
    out.keys[out.count++] = key;
  }
  for (const std::uint32_t set : features_.memberships(f)) {
    out.membership[set / 64] |= std::uint64_t{1} << (set % 64);
  }
}

template <typename Request>
void Binding::bind_who(const Request& r, KeysOut& out, Faults& faults) const noexcept {
  const auto add = [this, &out, &faults](ir::SymbolKind kind, auto name) {
    add_feature(feature(kind, name, faults), out);
  };
  if (r.user_kind == UserKind::kServicePrincipal) {
    add_feature(features_.all_service_principals(), out);
    add(ir::SymbolKind::kServicePrincipal, r.user);
    check_numbers(NameKind::kGroup, r.groups, faults);
    check_numbers(NameKind::kRole, r.roles, faults);
    check_number(NameKind::kTenant, r.external_tenant, faults);
    return;
  }
  add_feature(features_.all_users(), out);
  add(ir::SymbolKind::kUser, r.user);
  for (const auto group : r.groups) {
    add(ir::SymbolKind::kGroup, group);
  }
  for (const auto role : r.roles) {
    add(ir::SymbolKind::kRole, role);
  }
  check_number(NameKind::kTenant, r.external_tenant, faults);
  if (r.user_kind != UserKind::kMember) {
    add_feature(features_.guest(r.user_kind), out);
    if (has_tenants_) {
      const std::uint32_t tenant = feature(ir::SymbolKind::kTenant, r.external_tenant, faults);
      if (tenant != NameTable::kNone) {
        add_feature(features_.guest(r.user_kind, tenant), out);
      }
    }
  }
}

template <typename Request>
void Binding::bind_target(const Request& r, abi::BoundRequest& out, Faults& faults) const noexcept {
  KeysOut keys{out.target_keys, 0, out.membership};
  const auto add = [this, &keys, &faults](ir::SymbolKind kind, auto name) {
    add_feature(feature(kind, name, faults), keys);
  };
  add_feature(features_.all_targets(r.target_kind), keys);
  constexpr ir::SymbolKind kTargets[] = {ir::SymbolKind::kApp, ir::SymbolKind::kUserAction,
                                         ir::SymbolKind::kAuthContext};
  add(kTargets[static_cast<std::size_t>(r.target_kind)], r.target);
  if (r.target_kind == TargetKind::kUserAction) {
    add_feature(features_.any_action(), keys);
    // The set knows the name where it matters (ir::needed_for_actions).
    const Feature action = feature(ir::SymbolKind::kUserAction, r.target, faults);
    if (action == Features::kNone || action != features_.register_device()) {
      add_feature(features_.any_action_but_devices(), keys);
    }
  }
  if (r.target_kind == TargetKind::kApp) {
    for (const auto group : r.app_groups) {
      add(ir::SymbolKind::kAppGroup, group);
    }
  } else {
    check_numbers(NameKind::kAppGroup, r.app_groups, faults);
  }
  out.target_count = keys.count;
}

template <typename Request>
void Binding::bind_defaults(const Request& r, abi::BoundRequest& out) const noexcept {
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

RequestFault Binding::find_place(const SignInRequest& r, PlaceNumber& out) const noexcept {
  out = {Places::kNoRange, Places::country(r.country)};
  if (!r.ip.empty()) {
    Address address;
    if (!read_address(r.ip, address)) {
      return RequestFault::kMalformedIp;
    }
    out.range = places_.innermost(address);
  }
  return RequestFault::kNone;
}
inline RequestFault Binding::find_place(const InternedRequest& r, PlaceNumber& out) const noexcept {
  out = r.place;
  if (out.country == kUnnamed) {
    out.country = Places::country({});
  }
  return places_.knows(out.range, out.country) ? RequestFault::kNone
                                               : RequestFault::kForeignNumbers;
}
std::optional<PlaceNumber> Binding::place(std::string_view ip,
                                          std::string_view country) const noexcept {
  SignInRequest request;
  request.ip = ip;
  request.country = country;
  PlaceNumber out;
  if (validate(request) != RequestFault::kNone || find_place(request, out) != RequestFault::kNone) {
    return std::nullopt;
  }
  return out;
}

inline void Binding::find_facts(const SignInRequest& r, Bound& out) const noexcept {
  decision_facts(program_, r, MethodSet(out.request.methods), out.request.method_age_s, out.facts);
}
inline void Binding::find_facts(const InternedRequest& r, Bound& out) const noexcept {
  decision_facts(program_, r, fact_numbers_, MethodSet(out.request.methods),
                 out.request.method_age_s, out.facts);
}

template <typename Request>
void Binding::bind_signals(const Request& r, abi::BoundRequest& out,
                           Faults& faults) const noexcept {
  std::uint64_t given[3] = {0, 0, 0};  // of ints, bools, strings: the first of a name counts
  for (const auto& fact : r.signals) {
    const std::uint32_t name = slot_name(kSignalName, fact.name, faults);
    if (name == NameTable::kNone) {
      continue;
    }
    for (std::uint32_t i = slots_of_name_[name].begin; i < slots_of_name_[name].end; ++i) {
      const Slot slot = slots_[i];
      // The alternatives of SignalValue come in the order of SlotType.
      if (fact.value.index() != static_cast<std::size_t>(slot.type)) {
        faults.mismatch = true;
        break;
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
}

template <typename Request>
void Binding::bind_attributes(const Request& r, abi::BoundRequest& out,
                              Faults& faults) const noexcept {
  for (const auto& fact : r.strings) {
    const std::uint32_t id = slot_name(kAttributeName, fact.name, faults);
    if (id == NameTable::kNone || !is_visible(r.device, visibility_[id])) {
      continue;
    }
    const Slots found = slots_of_name_[id];
    for (std::uint32_t i = found.begin; i < found.end; ++i) {
      const unsigned slot = slots_[i].number;
      if (!has(out.string_present, slot)) {
        out.string_present |= std::uint64_t{1} << slot;
        out.string_value[slot] = text_of(fact.value);
      }
    }
  }
  if (const auto domain = email_domain(r)) {
    for (std::uint32_t i = email_domain_slots_.begin; i < email_domain_slots_.end; ++i) {
      const unsigned slot = slots_[i].number;
      if (!has(out.string_present, slot)) {
        out.string_present |= std::uint64_t{1} << slot;
        out.string_value[slot] = text_of(*domain);
      }
    }
  }
  for (const auto& fact : r.lists) {
    const std::uint32_t id = slot_name(kListName, fact.name, faults);
    const Slots found = id == NameTable::kNone ? Slots{} : slots_of_name_[id];
    for (std::uint32_t i = found.begin; i < found.end; ++i) {
      // Several values where policies compare one: taken for none, they would open a door.
      if (slots_[i].type == SlotType::kString) {
        faults.mismatch = true;
        break;
      }
      if (!is_visible(r.device, visibility_[id])) {
        continue;
      }
      const unsigned slot = slots_[i].number;
      if (!has(out.list_present, slot)) {
        out.list_present |= std::uint64_t{1} << slot;
        out.list_value[slot] = {fact.values.data(), fact.values.size()};
      }
    }
  }
}

template <typename Request>
RequestFault Binding::bind(const Request& request, const BoundPrincipal* who, Plan plan,
                           Bound& out) const noexcept {
  if (const RequestFault fault =
          who == nullptr ? validate(request) : validate_without_groups(request);
      fault != RequestFault::kNone) {
    return fault;
  }
  abi::BoundRequest& r = out.request;
  PlaceNumber place;
  if (const RequestFault fault = find_place(request, place); fault != RequestFault::kNone) {
    return fault;
  }
  Faults faults;
  if (who == nullptr) {
    std::fill_n(r.membership, membership_words_, 0);
    KeysOut principals{out.principal_keys, 0, r.membership};
    bind_who(request, principals, faults);
    out.principals = {out.principal_keys, principals.count};
  } else {
    std::copy_n(who->membership.begin(), membership_words_, r.membership);
    out.principals = {who->keys.data(), static_cast<std::uint32_t>(who->keys.size())};
  }
  places_.sets_of(place.range, place.country, [&r](std::uint32_t set) {
    r.membership[set / 64] |= std::uint64_t{1} << (set % 64);
  });
  bind_target(request, r, faults);
  bind_defaults(request, r);
  bind_signals(request, r, faults);
  bind_attributes(request, r, faults);
  check_controls(request, faults);
  if (faults.foreign || faults.mismatch) {
    return faults.foreign ? RequestFault::kForeignNumbers : RequestFault::kSignalTypeMismatch;
  }
  r.context =
      context_word(request) | (plan == Plan::kEnforced ? abi::kEnforcedPlan : abi::kReportPlan);
  r.methods = newest_ages(request.completed, r.method_age_s).bits();
  find_facts(request, out);
  return RequestFault::kNone;
}
template RequestFault Binding::bind(const SignInRequest& request, const BoundPrincipal* who,
                                    Plan plan, Bound& out) const noexcept;
template RequestFault Binding::bind(const InternedRequest& request, const BoundPrincipal* who,
                                    Plan plan, Bound& out) const noexcept;

void Binding::bind_principal(const SignInRequest& request, PrincipalRoom& out) const noexcept {
  std::fill_n(out.membership, membership_words_, 0);
  KeysOut principals{out.keys, 0, out.membership};
  Faults none;  // of names there are none
  bind_who(request, principals, none);
  out.bound = {{out.keys, principals.count}, {out.membership, membership_words_}, {}};
}

}  // namespace gate::index
