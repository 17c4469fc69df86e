#include "runtime/index/leaves.h"

#include <algorithm>
#include <bit>
#include <span>

#include "runtime/ir/attributes.h"

namespace gate::index {
namespace {

char fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::vector<std::string> folded(const std::vector<std::string>& strings) {
  std::vector<std::string> result = strings;
  for (std::string& s : result) {
    std::transform(s.begin(), s.end(), s.begin(), fold);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// `subject` folded on the way, `want` folded already: -1, 0 or 1.
int compare(std::string_view subject, std::string_view want) {
  const std::size_t both = std::min(subject.size(), want.size());
  for (std::size_t i = 0; i < both; ++i) {
    const auto s = static_cast<unsigned char>(fold(subject[i]));
    const auto w = static_cast<unsigned char>(want[i]);
    if (s != w) {
      return s < w ? -1 : 1;
    }
  }
  return subject.size() == want.size() ? 0 : subject.size() < want.size() ? -1 : 1;
}
bool contains(std::string_view subject, std::string_view want) {
  for (std::size_t at = 0; at + want.size() <= subject.size(); ++at) {
    if (compare(subject.substr(at, want.size()), want) == 0) {
      return true;
    }
  }
  return false;
}
bool holds(ir::StringOp op, std::string_view subject, std::string_view want) {
  if (subject.size() < want.size()) {
    return false;
  }
  switch (op) {
    case ir::StringOp::kEquals:
      return compare(subject, want) == 0;
    case ir::StringOp::kStartsWith:
      return compare(subject.substr(0, want.size()), want) == 0;
    case ir::StringOp::kEndsWith:
      return compare(subject.substr(subject.size() - want.size()), want) == 0;
    case ir::StringOp::kContains:
      return contains(subject, want);
  }
  return false;
}

constexpr std::uint32_t of(bool value) {
  return value ? abi::kTrue : abi::kFalse;
}
bool has(std::uint64_t bits, std::uint64_t i) {
  return (bits >> i & 1U) != 0;
}

bool is_in(const ir::TimeTest& test, std::int64_t local) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t day = (local >= 0 ? local : local - (kDay - 1)) / kDay;
  const std::int64_t minute = (local - day * kDay) / 60;
  // 1970-01-01 was a Thursday: three days after a Monday.
  const auto weekday = static_cast<std::uint64_t>(((day + 3) % 7 + 7) % 7);
  if (test.start_minute == test.end_minute) {
    return has(test.weekdays, weekday);
  }
  if (test.start_minute < test.end_minute) {
    return has(test.weekdays, weekday) && test.start_minute <= minute && minute < test.end_minute;
  }
  return (has(test.weekdays, weekday) && minute >= test.start_minute) ||
         (has(test.weekdays, (weekday + 6) % 7) && minute < test.end_minute);
}

bool method_done(const abi::BoundRequest& r, const abi::Constant& c) {
  for (std::uint64_t rest = c.a & r.methods; rest != 0; rest &= rest - 1) {
    if (r.method_age_s[std::countr_zero(rest)] <= c.b) {
      return true;
    }
  }
  return false;
}

std::uint32_t compared(LeafKind kind, std::int64_t value, std::int64_t constant) {
  switch (compare_op(kind)) {
    case ir::CompareOp::kEq:
      return of(value == constant);
    case ir::CompareOp::kNe:
      return of(value != constant);
    case ir::CompareOp::kLt:
      return of(value < constant);
    case ir::CompareOp::kLe:
      return of(value <= constant);
    case ir::CompareOp::kGt:
      return of(value > constant);
    case ir::CompareOp::kGe:
      return of(value >= constant);
  }
  return abi::kFalse;
}

}  // namespace

Leaves::Leaves(const ir::Program& program) {
  for (const ir::StringTest& t : program.string_tests) {
    const ir::StringSlot& slot = program.string_slots[t.slot];
    texts_.push_back({t.slot, ir::list_slot_of(program, slot).value_or(kNoSlot), t.op,
                      slot.signal ? abi::kUnknown : abi::kFalse, folded(t.any_of)});
  }
  for (const ir::ListTest& t : program.list_tests) {
    lists_.push_back({kNoSlot, t.slot, ir::StringOp::kEquals, abi::kFalse, folded(t.any_of)});
  }
  std::vector<std::uint32_t> zone_begin;
  for (const ir::Zone& zone : program.zones) {
    zone_begin.push_back(static_cast<std::uint32_t>(transitions_.size()));
    transitions_.insert(transitions_.end(), zone.transitions.begin(), zone.transitions.end());
  }
  zone_begin.push_back(static_cast<std::uint32_t>(transitions_.size()));
  for (const ir::TimeTest& t : program.time_tests) {
    times_.push_back({t, zone_begin[t.zone], zone_begin[t.zone + 1]});
  }
}

bool Leaves::equals_one(const Strings& test, std::string_view subject) noexcept {
  const auto at = std::lower_bound(
      test.folded.begin(), test.folded.end(), subject,
      [](const std::string& want, std::string_view s) { return compare(s, want) > 0; });
  return at != test.folded.end() && compare(subject, *at) == 0;
}

bool Leaves::holds_of(const Strings& test, ir::StringOp op, std::string_view subject) noexcept {
  if (op == ir::StringOp::kEquals) {
    return equals_one(test, subject);
  }
  return std::any_of(test.folded.begin(), test.folded.end(),
                     [op, subject](const std::string& want) { return holds(op, subject, want); });
}

std::uint32_t Leaves::text(const abi::BoundRequest& r, std::uint64_t test) const noexcept {
  const Strings& t = texts_[test];
  if (has(r.string_present, t.slot)) {
    const abi::Text& value = r.string_value[t.slot];
    return of(holds_of(t, t.op, {value.data, value.size}));
  }
  return t.list_slot != kNoSlot && holds_of_one(t, r) ? abi::kTrue : t.when_absent;
}

std::uint32_t Leaves::list(const abi::BoundRequest& r, std::uint64_t test) const noexcept {
  return of(holds_of_one(lists_[test], r));
}

bool Leaves::holds_of_one(const Strings& test, const abi::BoundRequest& r) noexcept {
  if (!has(r.list_present, test.list_slot)) {
    return false;
  }
  const abi::TextList& value = r.list_value[test.list_slot];
  const std::span all(static_cast<const std::string_view*>(value.data), value.count);
  return std::any_of(all.begin(), all.end(), [&test](std::string_view subject) {
    return holds_of(test, ir::element_op(test.op), subject);
  });
}

std::uint32_t Leaves::time(const abi::BoundRequest& r, std::uint64_t test) const noexcept {
  if (r.has_now == 0) {
    return abi::kUnknown;
  }
  const Time& t = times_[test];
  // The first transition is at the beginning of time, so there is one before `after`.
  const auto after = std::upper_bound(
      transitions_.begin() + t.zone_begin, transitions_.begin() + t.zone_end, r.now_s,
      [](std::int64_t now, const auto& transition) { return now < transition.first; });
  return of(is_in(t.test, r.now_s + std::prev(after)->second));
}

std::size_t Leaves::bytes() const {
  std::size_t total = times_.size() * sizeof(Time) + transitions_.size() * sizeof(transitions_[0]);
  for (const auto* tests : {&texts_, &lists_}) {
    for (const Strings& t : *tests) {
      total += sizeof(Strings) + t.folded.size() * sizeof(std::string);
    }
  }
  return total;
}

std::uint32_t leaf_truth(LeafKind kind, const abi::Constant& c, const abi::BoundRequest& r,
                         const Leaves& leaves) noexcept {
  switch (kind) {
    case LeafKind::kConstant:
      return static_cast<std::uint32_t>(c.a);
    case LeafKind::kContext:
      return of((r.context & c.a) != 0);
    case LeafKind::kMembership:
      return of(has(r.membership[c.a / 64], c.a % 64));
    case LeafKind::kMethod:
      return of(method_done(r, c));
    case LeafKind::kBool:
      return has(r.bool_present, c.a) ? of(has(r.bool_value, c.a)) : abi::kUnknown;
    case LeafKind::kIntEq:
    case LeafKind::kIntNe:
    case LeafKind::kIntLt:
    case LeafKind::kIntLe:
    case LeafKind::kIntGt:
    case LeafKind::kIntGe:
      return has(r.int_present, c.a)
                 ? compared(kind, r.int_value[c.a], static_cast<std::int64_t>(c.b))
                 : abi::kUnknown;
    case LeafKind::kText:
      return leaves.text(r, c.a);
    case LeafKind::kList:
      return leaves.list(r, c.a);
    case LeafKind::kTime:
      return leaves.time(r, c.a);
  }
  return abi::kFalse;
}

Leaf leaf_of(const ir::Program& program, const ir::Expr& e) {
  switch (e.op) {
    case ir::Op::kTrue:
      return {LeafKind::kConstant, {abi::kTrue, 0}};
    case ir::Op::kContextIn:
      return {LeafKind::kContext, {e.imm, 0}};
    case ir::Op::kPrincipalIn:
      return {LeafKind::kMembership, {e.first, 0}};
    case ir::Op::kAppIn:
      return {LeafKind::kMembership, {program.principal_sets.size() + e.first, 0}};
    case ir::Op::kLocationIn:
      return {LeafKind::kMembership,
              {program.principal_sets.size() + program.app_sets.size() + e.first, 0}};
    case ir::Op::kMethodDone: {
      const ir::MethodTest& t = program.method_tests[e.first];
      return {LeafKind::kMethod, {t.methods.bits(), t.max_age_s}};
    }
    case ir::Op::kIntCompare: {
      const ir::IntTest& t = program.int_tests[e.first];
      const auto kind = static_cast<LeafKind>(static_cast<unsigned>(LeafKind::kIntEq) +
                                              static_cast<unsigned>(t.op));
      return {kind, {t.slot, static_cast<std::uint64_t>(t.constant)}};
    }
    case ir::Op::kBoolSignal:
      return {LeafKind::kBool, {e.first, 0}};
    case ir::Op::kStringTest:
      return {LeafKind::kText, {e.first, 0}};
    case ir::Op::kListContains:
      return {LeafKind::kList, {e.first, 0}};
    case ir::Op::kTimeIn:
      return {LeafKind::kTime, {e.first, 0}};
    case ir::Op::kFalse:
    case ir::Op::kAnd:
    case ir::Op::kOr:
    case ir::Op::kNot:
      break;
  }
  return {};
}

}  // namespace gate::index
