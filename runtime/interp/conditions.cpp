// The conditions of policies: Kleene's logic over what the request says.

#include <algorithm>
#include <span>
#include <string>

#include "runtime/interp/interpreter.h"
#include "runtime/ir/attributes.h"
#include "runtime/ir/built_in_number.h"
#include "runtime/request/email_domain.h"
#include "runtime/request/visible.h"

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
Truth of(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
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

std::optional<std::string_view> Interpreter::attribute(std::string_view name) const {
  if (!is_visible(request_, name)) {
    return std::nullopt;
  }
  for (const StringFact& fact : request_.strings) {
    if (fact.name == name) {
      return fact.value;
    }
  }
  return derived_attribute(request_, name);
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

}  // namespace gate
