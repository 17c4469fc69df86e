#include "runtime/index/binding.h"

#include <algorithm>
#include <map>
#include <string>

#include "runtime/ir/attributes.h"
#include "runtime/ir/built_in_number.h"
#include "runtime/ir/reach.h"
#include "runtime/request/visible.h"

namespace gate::index {
namespace {

std::uint8_t kind_of(ir::SymbolKind kind) {
  return static_cast<std::uint8_t>(kind);
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
  number_kinds(program);
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
    if (!slot.signal && !ir::list_slot_of(program, slot)) {
      add(kListName, slot.name, SlotType::kString, i);  // to be refused, bind_attributes()
    }
    if (slot.signal && slot.has_default) {
      string_defaults_.emplace_back(static_cast<std::uint32_t>(i), slot.default_value);
    }
  }
  for (std::size_t i = 0; i < program.list_slots.size(); ++i) {
    add(kListName, program.list_slots[i], SlotType::kList, i);
  }
  // Names that no slot has, and that decision_facts() looks for.
  by_name[{kListName, ir::kRegisteredMethods}];
  if (!program.restrictions.empty()) {
    by_name[{kAttributeName, "fido2.aaguid"}];
    by_name[{kAttributeName, "x509.issuer_ski"}];
    by_name[{kListName, "x509.policy_oids"}];
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
    visibility_.push_back(name.first == kSignalName ? Visibility::kAlways
                                                    : visibility_of(name.second));
    const auto kind =
        static_cast<std::size_t>(NameKind::kSignal) + std::size_t{name.first} - kSignalName;
    if (numbers_[kind].count++ == 0) {
      numbers_[kind].begin = static_cast<std::uint32_t>(slots_of_name_.size());
    }
    slots_of_name_.push_back({static_cast<std::uint32_t>(slots_.size()),
                              static_cast<std::uint32_t>(slots_.size() + slots.size())});
    if (name.first == kAttributeName && name.second == kEmailDomainAttribute) {
      email_domain_slots_ = slots_of_name_.back();
    }
    slots_.insert(slots_.end(), slots.begin(), slots.end());
  }
}

void Binding::number_kinds(const ir::Program& program) {
  static_assert(static_cast<int>(NameKind::kAuthContext) ==
                static_cast<int>(ir::SymbolKind::kAuthContext));
  for (std::size_t i = 0; i < program.symbols.size(); ++i) {  // sorted by their kinds
    const auto kind = static_cast<std::size_t>(program.symbols[i].kind);
    if (numbers_[kind].count++ == 0) {
      numbers_[kind].begin = static_cast<std::uint32_t>(i);
    }
  }
  numbers_[static_cast<std::size_t>(NameKind::kControl)].count =
      static_cast<std::uint32_t>(program.names.size());
  fact_numbers_ = {
      number(NameKind::kAttribute, "fido2.aaguid"), number(NameKind::kAttribute, "x509.issuer_ski"),
      number(NameKind::kList, "x509.policy_oids"), number(NameKind::kList, ir::kRegisteredMethods),
      number(NameKind::kUserAction, ir::kRegisterSecurityInfo)};
}

NameNumber Binding::number(NameKind kind, std::string_view name) const noexcept {
  static_assert(kUnnamed == NameTable::kNone && kUnnamed == Features::kNone);
  switch (kind) {
    case NameKind::kUser:
    case NameKind::kGroup:
    case NameKind::kRole:
    case NameKind::kTenant:
    case NameKind::kServicePrincipal:
    case NameKind::kApp:
    case NameKind::kAppGroup:
    case NameKind::kUserAction:
    case NameKind::kAuthContext:
      return names_.find(static_cast<std::uint8_t>(kind), name);
    case NameKind::kControl: {
      const auto at = std::find(program_.names.begin(), program_.names.end(), name);
      return at == program_.names.end() ? kUnnamed
                                        : static_cast<NameNumber>(at - program_.names.begin());
    }
    case NameKind::kSignal:
      return names_.find(kSignalName, name);
    case NameKind::kAttribute:
      return names_.find(kAttributeName, name);
    case NameKind::kList:
      return names_.find(kListName, name);
  }
  return kUnnamed;
}

std::size_t Binding::bytes() const {
  return features_.bytes() + places_.bytes() + names_.bytes();
}

}  // namespace gate::index
