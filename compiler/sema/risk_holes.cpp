#include "compiler/sema/risk_holes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/sema/fact_schema.h"

namespace gate::compiler::sema {
namespace {

/// What stands between the first two backticks at or behind `from`.
std::string_view in_backticks(std::string_view text, std::size_t from = 0) {
  const auto begin = text.find('`', from);
  const auto end = begin == std::string_view::npos ? begin : text.find('`', begin + 1);
  return end == std::string_view::npos ? std::string_view()
                                       : text.substr(begin + 1, end - begin - 1);
}

/// The levels of one risk that a policy blocks on its own.
std::uint64_t blocked_words(const ir::Program& program, const ir::Policy& policy) {
  const bool everybody =
      policy.state == PolicyState::kOn && policy.include.all_users &&
      policy.exclude.guests.empty() && !policy.exclude.all_users && policy.include_targets.all &&
      policy.include_targets.kind == TargetKind::kApp && policy.exclude_targets.members.empty();
  const ir::Expr& condition = program.exprs[policy.condition];
  return everybody && program.effects[policy.effect].block && condition.op == ir::Op::kContextIn
             ? condition.imm
             : 0;
}

}  // namespace

void drop_blocked_holes(const ir::Program& program, DiagnosticCollector& diagnostics) {
  std::uint64_t blocked = 0;
  for (const ir::Policy& policy : program.policies) {
    blocked |= blocked_words(program, policy);
  }
  if (blocked == 0) {
    return;
  }
  const std::string hole = to_string(Code::kRiskSetWithHole);
  diagnostics.drop_warnings([&](const Diagnostic& each) {
    if (each.code != hole) {
      return false;
    }
    // "… leaves out `high` …", with the help "… `sign_in_risk >= medium`".
    const std::string_view test = in_backticks(each.help);
    const auto fact = find_fact(test.substr(0, test.find(' ')));
    if (!fact || !fact->info->context) {
      return false;
    }
    const auto left_out = value_of(*fact->info->context, in_backticks(each.message));
    const ir::ContextField field = ir::context_field(*fact->info->context);
    for (std::size_t level = left_out.value_or(field.width); level < field.width; ++level) {
      if ((blocked & field.bit(static_cast<std::uint8_t>(level))) == 0) {
        return false;
      }
    }
    return left_out.has_value();
  });
}

}  // namespace gate::compiler::sema
