#include <algorithm>

#include "compiler/lint/checks.h"

// An unregistered device has no attributes: positive tests of them are false, negative ones true
// (conditional-access 3). A condition that comes out false for every such device leaves out exactly
// the devices of which the least is known.
namespace gate::compiler::lint {
namespace {

/// What is known of a condition when the device is not registered.
struct Finding {
  Truth truth = Truth::kUnknown;
  const ast::Expr* device = nullptr;  ///< a test of a device attribute that made it so
  bool negative = false;              ///< that test is true for unregistered devices
  bool asks_registered = false;       ///< the author thought of it
};

bool is_device_attribute(const ast::Expr& expr) {
  return expr.kind == ast::ExprKind::kPath && expr.path.size() == 2 &&
         expr.path[0].text == "device" && expr.path[1].text != "reported_lost";
}

bool is_negative(const ast::Expr& test) {
  const bool not_equal =
      test.kind == ast::ExprKind::kCompare && test.compare == ast::CompareOp::kNe;
  return not_equal || test.negated;
}

Truth negate(Truth truth) {
  return truth == Truth::kUnknown ? truth : truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by the parser's depth limit
Finding when_unregistered(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd: {
      const Truth decisive = expr.kind == ast::ExprKind::kOr ? Truth::kTrue : Truth::kFalse;
      Finding all;
      all.truth = negate(decisive);
      bool decided = false;
      for (const ast::Expr& each : expr.operands) {
        const Finding one = when_unregistered(each);
        const bool registered = all.asks_registered || one.asks_registered;
        if (one.truth == decisive && !decided) {
          all = one;
          decided = true;
        } else if (!decided) {
          all.truth = one.truth == Truth::kUnknown ? one.truth : all.truth;
          all.negative = all.device == nullptr ? one.negative : all.negative;
          all.device = all.device == nullptr ? one.device : all.device;
        }
        all.asks_registered = registered;
      }
      return all;
    }
    case ast::ExprKind::kNot: {
      Finding inner = when_unregistered(expr.operands.at(0));
      inner.truth = negate(inner.truth);
      return inner;
    }
    case ast::ExprKind::kCompare:
    case ast::ExprKind::kIn:
    case ast::ExprKind::kText:
    case ast::ExprKind::kBetween:
    case ast::ExprKind::kPath:
      break;
    case ast::ExprKind::kLiteral:
    case ast::ExprKind::kList:
      return {};
  }
  const ast::Expr& left = expr.operands.empty() ? expr : expr.operands.front();
  if (!is_device_attribute(left)) {
    return {};
  }
  if (left.path[1].text == "registered") {
    return {Truth::kUnknown, nullptr, false, true};
  }
  const bool negative = is_negative(expr);
  return {negative ? Truth::kTrue : Truth::kFalse, &expr, negative, false};
}

}  // namespace

void check_unregistered_devices(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  for (const ast::Policy* policy : set.policies) {
    if (!policy->when) {
      continue;
    }
    const Finding found = when_unregistered(policy->when->content);
    if (found.truth != Truth::kFalse || found.device == nullptr || found.asks_registered) {
      continue;
    }
    const std::string_view text = set.sources.text(found.device->span);
    if (found.negative) {
      diagnostics.report<Code::kNegativeDeviceExclusion>(found.device->span, policy->name.value)
          .label("true for every device that is not registered")
          .help(fmt::format("add `or not device.registered`, or exclude by what a device *is* "
                            "instead of `{}`",
                            text));
    } else {
      diagnostics.report<Code::kUnregisteredLeftOut>(found.device->span, policy->name.value)
          .label("false for every device that is not registered")
          .help(
              "add `or not device.registered` if those devices are meant too, or `and "
              "device.registered` to say that they are not");
    }
  }
}

}  // namespace gate::compiler::lint
