#include "runtime/interp/interpreter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/ir/attributes.h"
#include "runtime/ir/reach.h"
#include "runtime/request/validate.h"
#include "runtime/request/visible.h"
#include "runtime/rules/decide.h"

namespace gate {
namespace {

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// The system's own reading of an address; v4 comes out mapped into v6.
std::optional<std::array<std::uint8_t, 16>> read_ip(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> bytes{};
  in_addr v4{};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
    bytes[10] = 0xFF;
    bytes[11] = 0xFF;
    std::memcpy(bytes.data() + 12, &v4, 4);
    return bytes;
  }
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) {
    return bytes;
  }
  return std::nullopt;
}

bool contains(const ir::Cidr& range, const std::array<std::uint8_t, 16>& address) {
  for (unsigned bit = 0; bit < range.prefix; ++bit) {
    const unsigned shift = 7 - bit % 8;
    if (((range.address[bit / 8] ^ address[bit / 8]) >> shift & 1) != 0) {
      return false;
    }
  }
  return true;
}

std::uint64_t context_word(const SignInRequest& r) {
  using F = ir::ContextFact;
  const auto bit = [](F fact, auto value) {
    return ir::context_field(fact).bit(static_cast<unsigned>(value));
  };
  const bool known = r.device.registered;
  return bit(F::kFlow, r.flow) | bit(F::kClient, r.client) | bit(F::kPlatform, r.platform) |
         bit(F::kSignInRisk, r.sign_in_risk) | bit(F::kUserRisk, r.user_risk) |
         bit(F::kServicePrincipalRisk, r.service_principal_risk) |
         bit(F::kInsiderRisk, r.insider_risk) |
         bit(F::kTransferMethod,
             ir::transfer_marks(r.transfer_method, r.original_transfer_method)) |
         bit(F::kUserKind, r.user_kind) | bit(F::kDeviceRegistered, known ? 1 : 0) |
         bit(F::kDeviceReportedLost, r.device.reported_lost ? 1 : 0) |
         bit(F::kDeviceCompliant, known ? r.device.compliant : Tristate::kAbsent) |
         bit(F::kDeviceManaged, known ? r.device.managed : Tristate::kAbsent) |
         bit(F::kDeviceTrust, known ? r.device.trust : DeviceTrust::kAbsent) |
         bit(F::kDeviceOwnership, known ? r.device.ownership : DeviceOwnership::kAbsent);
}

}  // namespace

Interpreter::Interpreter(const ir::Program& program, const SignInRequest& request)
    : program_(program), request_(request) {
  fault_ = find_fault();
  if (fault_ == RequestFault::kNone) {
    context_ = context_word(request_);
  }
}

RequestFault Interpreter::find_fault() {
  const RequestFault fault = validate(request_);
  if (fault != RequestFault::kNone) {
    return fault;
  }
  if (!request_.ip.empty()) {
    ip_ = read_ip(request_.ip);
    if (!ip_) {
      return RequestFault::kMalformedIp;
    }
  }
  for (const SignalFact& fact : request_.signals) {
    const RequestFault mismatch = signal_fault(fact);
    if (mismatch != RequestFault::kNone) {
      return mismatch;
    }
  }
  // Several values where policies compare one: taken for none, they would open a door.
  for (const ListFact& fact : request_.lists) {
    for (const ir::StringSlot& slot : program_.string_slots) {
      if (!slot.signal && slot.name == fact.name && !ir::list_slot_of(program_, slot)) {
        return RequestFault::kSignalTypeMismatch;
      }
    }
  }
  return RequestFault::kNone;
}

RequestFault Interpreter::signal_fault(const SignalFact& fact) const {
  for (const ir::IntSlot& slot : program_.int_slots) {
    if (slot.signal && slot.name == fact.name &&
        !std::holds_alternative<std::int64_t>(fact.value)) {
      return RequestFault::kSignalTypeMismatch;
    }
  }
  for (const ir::BoolSlot& slot : program_.bool_slots) {
    if (slot.name == fact.name && !std::holds_alternative<bool>(fact.value)) {
      return RequestFault::kSignalTypeMismatch;
    }
  }
  for (const ir::StringSlot& slot : program_.string_slots) {
    if (slot.signal && slot.name == fact.name &&
        !std::holds_alternative<std::string_view>(fact.value)) {
      return RequestFault::kSignalTypeMismatch;
    }
  }
  return RequestFault::kNone;
}

bool Interpreter::is_guest_of(const ir::GuestSelector& selector) const {
  if ((selector.kinds >> static_cast<unsigned>(request_.user_kind) & 1) == 0) {
    return false;
  }
  return selector.tenants.empty() ||
         std::any_of(selector.tenants.begin(), selector.tenants.end(), [this](ir::SymbolId id) {
           return program_.symbols[id].name == request_.external_tenant;
         });
}

bool Interpreter::in(const ir::PrincipalSet& set) const {
  const auto has = [](std::span<const std::string_view> list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const bool is_service = request_.user_kind == UserKind::kServicePrincipal;
  if (is_service ? set.all_service_principals : set.all_users) {
    return true;
  }
  for (const ir::SymbolId id : set.members) {
    const ir::Symbol& symbol = program_.symbols[id];
    const bool hit =
        is_service
            ? symbol.kind == ir::SymbolKind::kServicePrincipal && symbol.name == request_.user
            : (symbol.kind == ir::SymbolKind::kUser && symbol.name == request_.user) ||
                  (symbol.kind == ir::SymbolKind::kGroup && has(request_.groups, symbol.name)) ||
                  (symbol.kind == ir::SymbolKind::kRole && has(request_.roles, symbol.name));
    if (hit) {
      return true;
    }
  }
  return std::any_of(set.guests.begin(), set.guests.end(),
                     [this](const ir::GuestSelector& g) { return is_guest_of(g); });
}

bool Interpreter::in(const ir::TargetSet& set) const {
  if (ir::is_all_resources(set) && request_.target_kind == TargetKind::kUserAction) {
    return true;
  }
  if (set.kind != request_.target_kind) {
    return false;
  }
  return set.all || std::any_of(set.members.begin(), set.members.end(), [this](ir::SymbolId id) {
           const ir::Symbol& symbol = program_.symbols[id];
           return symbol.kind == ir::SymbolKind::kAppGroup
                      ? std::find(request_.app_groups.begin(), request_.app_groups.end(),
                                  symbol.name) != request_.app_groups.end()
                      : symbol.name == request_.target;
         });
}

bool Interpreter::in(const ir::Location& location) const {
  if (ip_ && std::any_of(location.ranges.begin(), location.ranges.end(),
                         [this](const ir::Cidr& range) { return gate::contains(range, *ip_); })) {
    return true;
  }
  if (request_.country.empty()) {
    return location.unknown_country;
  }
  const std::array<char, 2> country = {upper(request_.country[0]), upper(request_.country[1])};
  return std::find(location.countries.begin(), location.countries.end(), country) !=
         location.countries.end();
}

bool Interpreter::reaches(const ir::Policy& policy) const {
  const bool registers_device =
      request_.target_kind == TargetKind::kUserAction && request_.target == ir::kRegisterDevice;
  return in(policy.include_targets) &&
         !(registers_device && ir::skips_device_registration(program_, policy));
}

bool Interpreter::applies(const ir::Policy& policy) const {
  return in(policy.include) && !in(policy.exclude) && reaches(policy) &&
         !in(policy.exclude_targets) && truth(policy.condition) != Truth::kFalse;
}

Decision interpret(const ir::Program& program, const DecisionTables& tables,
                   const SignInRequest& request, Plan plan) {
  const Interpreter interpreter(program, request);
  if (interpreter.fault() != RequestFault::kNone) {
    return rejected(interpreter.fault());
  }
  const abi::DecisionFacts facts = decision_facts(program, request);
  DecisionMaker maker(tables, facts);
  const auto each_applied = [&](auto f) {
    for (std::uint32_t i = 0; i < program.policies.size(); ++i) {
      const ir::Policy& policy = program.policies[i];
      const bool considered =
          policy.state == PolicyState::kOn ||
          (policy.state == PolicyState::kReportOnly && plan == Plan::kReportOnly);
      if (considered && interpreter.applies(policy)) {
        f(i, policy);
      }
    }
  };
  if (tables.may_displace(facts)) {
    each_applied([&](std::uint32_t i, const ir::Policy&) { maker.look_for_strengths(i); });
  }
  each_applied([&](std::uint32_t i, const ir::Policy& policy) {
    maker.apply(i, interpreter.unknown_fact(policy.condition));
  });
  return maker.finish();
}

}  // namespace gate
