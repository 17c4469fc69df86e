#include "runtime/interp/interpreter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/ir/attributes.h"
#include "runtime/ir/built_in_number.h"
#include "runtime/ir/reach.h"
#include "runtime/set/decide.h"
#include "runtime/set/validate.h"
#include "runtime/set/visible.h"

namespace gate {
namespace {

char fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string folded(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), fold);
  return result;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

Truth of(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
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

/// `subject op w` for one of `any_of`, ASCII case folded.
bool holds(ir::StringOp op, std::string_view subject, const std::vector<std::string>& any_of) {
  const std::string text = folded(subject);
  return std::any_of(any_of.begin(), any_of.end(), [op, &text](const std::string& raw) {
    const std::string want = folded(raw);
    switch (op) {
      case ir::StringOp::kEquals:
        return text == want;
      case ir::StringOp::kStartsWith:
        return text.starts_with(want);
      case ir::StringOp::kEndsWith:
        return text.ends_with(want);
      case ir::StringOp::kContains:
        return text.find(want) != std::string::npos;
    }
    return false;
  });
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

std::optional<std::string_view> Interpreter::attribute(std::string_view name) const {
  if (!is_visible(request_, name)) {
    return std::nullopt;
  }
  for (const StringFact& fact : request_.strings) {
    if (fact.name == name) {
      return fact.value;
    }
  }
  return std::nullopt;
}

const ListFact* Interpreter::list(std::string_view name) const {
  if (!is_visible(request_, name)) {
    return nullptr;
  }
  for (const ListFact& fact : request_.lists) {
    if (fact.name == name) {
      return &fact;
    }
  }
  return nullptr;
}

const SignalValue* Interpreter::signal(std::string_view name) const {
  for (const SignalFact& fact : request_.signals) {
    if (fact.name == name) {
      return &fact.value;
    }
  }
  return nullptr;
}

Truth Interpreter::compare(const ir::IntTest& test) const {
  const ir::IntSlot& slot = program_.int_slots[test.slot];
  std::optional<std::int64_t> value;
  if (!slot.signal) {
    value = ir::value_of(*ir::built_in_number(slot.name), request_);
  } else if (const SignalValue* given = signal(slot.name)) {
    value = std::get<std::int64_t>(*given);
  } else if (slot.has_default) {
    value = slot.default_value;
  }
  if (!value) {
    return Truth::kUnknown;
  }
  switch (test.op) {
    case ir::CompareOp::kEq:
      return of(*value == test.constant);
    case ir::CompareOp::kNe:
      return of(*value != test.constant);
    case ir::CompareOp::kLt:
      return of(*value < test.constant);
    case ir::CompareOp::kLe:
      return of(*value <= test.constant);
    case ir::CompareOp::kGt:
      return of(*value > test.constant);
    case ir::CompareOp::kGe:
      return of(*value >= test.constant);
  }
  return Truth::kUnknown;
}

Truth Interpreter::text(const ir::StringTest& test) const {
  const ir::StringSlot& slot = program_.string_slots[test.slot];
  std::optional<std::string_view> value;
  if (!slot.signal) {
    value = attribute(slot.name);
  } else if (const SignalValue* given = signal(slot.name)) {
    value = std::get<std::string_view>(*given);
  } else if (slot.has_default) {
    value = slot.default_value;
  }
  if (value) {
    return of(holds(test.op, *value, test.any_of));
  }
  if (const ListFact* several = ir::list_slot_of(program_, slot) ? list(slot.name) : nullptr) {
    return of(std::any_of(
        several->values.begin(), several->values.end(),
        [&test](std::string_view each) { return holds(element_op(test.op), each, test.any_of); }));
  }
  return slot.signal ? Truth::kUnknown : Truth::kFalse;
}

bool Interpreter::contains(const ir::ListTest& test) const {
  const ListFact* fact = list(program_.list_slots[test.slot]);
  return fact != nullptr &&
         std::any_of(fact->values.begin(), fact->values.end(), [&test](std::string_view value) {
           return holds(ir::StringOp::kEquals, value, test.any_of);
         });
}

bool Interpreter::done(const ir::MethodTest& test) const {
  return std::any_of(request_.completed.begin(), request_.completed.end(),
                     [&test](const CompletedMethod& c) {
                       return test.methods.contains(c.method) && c.age_s <= test.max_age_s;
                     });
}

Truth Interpreter::time(const ir::TimeTest& test) const {
  if (!request_.now_unix_s) {
    return Truth::kUnknown;
  }
  const std::int64_t utc = *request_.now_unix_s;
  std::int32_t offset = 0;
  for (const auto& [from, value] : program_.zones[test.zone].transitions) {
    if (from <= utc) {
      offset = value;
    }
  }
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t local = utc + offset;
  const std::int64_t day = (local >= 0 ? local : local - (kDay - 1)) / kDay;
  const std::int64_t minute = (local - day * kDay) / 60;
  // 1970-01-01 was a Thursday: three days after a Monday.
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;
  const auto on = [&test](std::int64_t d) { return (test.weekdays >> d & 1) != 0; };
  const std::int64_t start = test.start_minute;
  const std::int64_t end = test.end_minute;
  if (start == end) {
    return of(on(weekday));
  }
  if (start < end) {
    return of(on(weekday) && start <= minute && minute < end);
  }
  return of((on(weekday) && minute >= start) || (on((weekday + 6) % 7) && minute < end));
}

Truth Interpreter::leaf(const ir::Expr& e) const {
  switch (e.op) {
    case ir::Op::kTrue:
      return Truth::kTrue;
    case ir::Op::kContextIn:
      return of((context_ & e.imm) != 0);
    case ir::Op::kPrincipalIn:
      return of(in(program_.principal_sets[e.first]));
    case ir::Op::kAppIn: {
      const ir::TargetSet apps{TargetKind::kApp, false, program_.app_sets[e.first].members};
      return of(in(apps));
    }
    case ir::Op::kLocationIn: {
      const auto& set = program_.location_sets[e.first].locations;
      return of(std::any_of(set.begin(), set.end(),
                            [this](std::uint32_t i) { return in(program_.locations[i]); }));
    }
    case ir::Op::kMethodDone:
      return of(done(program_.method_tests[e.first]));
    case ir::Op::kIntCompare:
      return compare(program_.int_tests[e.first]);
    case ir::Op::kBoolSignal: {
      const ir::BoolSlot& slot = program_.bool_slots[e.first];
      if (const SignalValue* given = signal(slot.name)) {
        return of(std::get<bool>(*given));
      }
      return slot.has_default ? of(slot.default_value) : Truth::kUnknown;
    }
    case ir::Op::kStringTest:
      return text(program_.string_tests[e.first]);
    case ir::Op::kListContains:
      return of(contains(program_.list_tests[e.first]));
    case ir::Op::kTimeIn:
      return time(program_.time_tests[e.first]);
    case ir::Op::kFalse:
    case ir::Op::kAnd:
    case ir::Op::kOr:
    case ir::Op::kNot:
      break;
  }
  return Truth::kFalse;
}

// Recursion is bounded by kExprDepthMax, which verify() enforces.
Truth Interpreter::truth(ir::ExprId expr) const {  // NOLINT(misc-no-recursion)
  const ir::Expr& e = program_.exprs[expr];
  const std::span children(program_.operands.data() + (e.count == 0 ? 0 : e.first), e.count);
  if (e.op == ir::Op::kNot) {
    const Truth t = truth(children[0]);
    return t == Truth::kUnknown ? t : of(t == Truth::kFalse);
  }
  if (e.op != ir::Op::kAnd && e.op != ir::Op::kOr) {
    return leaf(e);
  }
  const Truth absorbing = of(e.op == ir::Op::kOr);
  Truth result = of(e.op == ir::Op::kAnd);
  for (const ir::ExprId child : children) {
    const Truth t = truth(child);
    if (t == absorbing) {
      return absorbing;
    }
    if (t == Truth::kUnknown) {
      result = Truth::kUnknown;
    }
  }
  return result;
}

std::uint16_t Interpreter::unknown_fact(ir::ExprId expr) const {  // NOLINT(misc-no-recursion)
  if (truth(expr) != Truth::kUnknown) {
    return abi::kNoFact;
  }
  const ir::Expr& e = program_.exprs[expr];
  if (e.op == ir::Op::kIntCompare) {
    return static_cast<std::uint16_t>(abi::kIntFact + program_.int_tests[e.first].slot);
  }
  if (e.op == ir::Op::kBoolSignal) {
    return static_cast<std::uint16_t>(abi::kBoolFact + e.first);
  }
  if (e.op == ir::Op::kStringTest) {
    return static_cast<std::uint16_t>(abi::kStringFact + program_.string_tests[e.first].slot);
  }
  if (e.op == ir::Op::kTimeIn) {
    return abi::kNowFact;
  }
  for (std::uint32_t c = 0; c < e.count; ++c) {
    const std::uint16_t fact = unknown_fact(program_.operands[e.first + c]);
    if (fact != abi::kNoFact) {
      return fact;
    }
  }
  return abi::kNoFact;
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
