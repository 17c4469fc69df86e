#include "compiler/graph/export_device.h"

#include <algorithm>
#include <gate/vocabulary.hpp>

#include "compiler/graph/device_rule.h"

namespace gate::graph {

namespace ast = compiler::ast;

namespace {

const DeviceAttribute* attribute_of(RuleSubject subject, const ast::Expr& expr) {
  const auto path = path_text(expr);
  if (subject == RuleSubject::kDevice) {
    return path.empty() ? nullptr : device_attribute_by_gate(path);
  }
  const auto prefix = custom_prefix(subject);
  return path.size() > prefix.size() && path.starts_with(prefix) ? custom_attribute() : nullptr;
}

bool is_absent(const ast::Expr& operand) {
  return path_text(operand) == "absent";
}

/// The Graph spelling of a compared value.
std::string graph_value(const DeviceAttribute& attribute, const std::string& text) {
  if (attribute.kind == AttributeKind::kTrust) {
    const auto trust = parse_device_trust(text);
    return trust ? std::string(graph_name(*trust)) : text;
  }
  if (attribute.kind == AttributeKind::kOwnership) {
    const auto owner = parse_device_ownership(text);
    return owner ? std::string(graph_name(*owner)) : text;
  }
  return text;
}

std::string value_text(const ast::Expr& operand) {
  if (operand.kind != ast::ExprKind::kLiteral) {
    return path_text(operand);
  }
  if (operand.literal.kind == ast::LiteralKind::kBoolean) {
    return operand.literal.value != 0 ? "true" : "false";
  }
  return operand.literal.text;
}

RuleOp rule_op(ast::TextOp op) {
  switch (op) {
    case ast::TextOp::kStartsWith:
      return RuleOp::kStartsWith;
    case ast::TextOp::kEndsWith:
      return RuleOp::kEndsWith;
    case ast::TextOp::kContains:
      return RuleOp::kContains;
  }
  return RuleOp::kContains;
}

Rule leaf(RuleSubject subject, const ast::Expr& expr) {
  Rule out;
  const auto& path = expr.operands.empty() ? expr : expr.operands.front();
  out.subject = subject;
  out.attribute = attribute_of(subject, path);
  if (subject != RuleSubject::kDevice) {
    out.custom = path_text(path).substr(custom_prefix(subject).size());
  }
  out.negative = expr.negated;
  if (expr.kind == ast::ExprKind::kPath) {  // `device.compliant` alone
    out.values = {"true"};
  } else if (expr.kind == ast::ExprKind::kIn) {
    out.op = RuleOp::kIn;
    for (const auto& item : expr.items) {
      const auto word = word_of(item, 0);
      out.values.push_back(
          graph_value(*out.attribute, word.empty() ? string_of(item, 0) : std::string(word)));
    }
  } else {
    if (expr.kind == ast::ExprKind::kText) {
      out.op = rule_op(expr.text_op);
    } else {
      out.negative = expr.compare == ast::CompareOp::kNe;
    }
    out.null = expr.kind == ast::ExprKind::kCompare && is_absent(expr.operands[1]);
    if (!out.null) {
      out.values.push_back(graph_value(*out.attribute, value_text(expr.operands[1])));
    }
  }
  return out;
}

/// `contains ["a", "b"]`: a rule has one value behind an operator, so it becomes one test for each.
Rule any_of_texts(RuleSubject subject, const ast::Expr& expr) {
  Rule out;
  out.kind = expr.negated ? RuleKind::kAnd : RuleKind::kOr;
  ast::Expr one = expr;
  for (const auto& item : expr.operands[1].items) {
    ast::Expr& value = one.operands[1];
    value = ast::Expr{};
    value.kind = ast::ExprKind::kLiteral;
    value.literal.text = string_of(item, 0);
    value.literal.kind = ast::LiteralKind::kString;
    out.children.push_back(leaf(subject, one));
  }
  return out.children.size() == 1 ? Rule(out.children.front()) : out;
}

Rule rule_of(RuleSubject subject, const ast::Expr& expr, const ExportContext& context) {
  if (expr.kind == ast::ExprKind::kPath && expr.path.size() == 1) {
    return rule_of(subject, *context.let(expr.path.front().text), context);
  }
  Rule out;
  if (expr.kind == ast::ExprKind::kNot) {
    out.kind = RuleKind::kNot;
  } else if (expr.kind == ast::ExprKind::kAnd) {
    out.kind = RuleKind::kAnd;
  } else if (expr.kind == ast::ExprKind::kOr) {
    out.kind = RuleKind::kOr;
  } else if (expr.kind == ast::ExprKind::kText && expr.operands[1].kind == ast::ExprKind::kList) {
    return any_of_texts(subject, expr);
  } else {
    return leaf(subject, expr);
  }
  for (const auto& operand : expr.operands) {
    out.children.push_back(rule_of(subject, operand, context));
  }
  return out;
}

bool comparable(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kCompare) {
    return expr.compare == ast::CompareOp::kEq || expr.compare == ast::CompareOp::kNe;
  }
  return expr.kind == ast::ExprKind::kIn || expr.kind == ast::ExprKind::kText;
}

}  // namespace

std::string path_text(const ast::Expr& expr) {
  std::string out;
  if (expr.kind == ast::ExprKind::kPath) {
    for (const auto& part : expr.path) {
      out += out.empty() ? "" : ".";
      out += part.text;
    }
  }
  return out;
}

bool is_about(RuleSubject subject, const ast::Expr& expr, const ExportContext& context) {
  switch (expr.kind) {
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd:
    case ast::ExprKind::kNot:
      return std::ranges::all_of(
          expr.operands, [&](const ast::Expr& each) { return is_about(subject, each, context); });
    case ast::ExprKind::kCompare:
    case ast::ExprKind::kIn:
    case ast::ExprKind::kText:
      return comparable(expr) && attribute_of(subject, expr.operands.front()) != nullptr;
    case ast::ExprKind::kPath: {
      if (expr.path.size() == 1) {
        const auto* let = context.let(expr.path.front().text);
        return let != nullptr && is_about(subject, *let, context);
      }
      const auto* attribute = attribute_of(subject, expr);
      return attribute != nullptr && attribute->kind == AttributeKind::kBoolean;
    }
    case ast::ExprKind::kBetween:
    case ast::ExprKind::kLiteral:
    case ast::ExprKind::kList:
      return false;
  }
  return false;
}

namespace {

/// Rules have no escapes: a quote would end the value, and what follows would become part of the
/// rule.
bool holds_quote(const Rule& rule) {
  const auto quoted = [](const std::string& value) { return value.find('"') != std::string::npos; };
  return std::ranges::any_of(rule.values, quoted) ||
         std::ranges::any_of(rule.children, holds_quote);
}

}  // namespace

Filter filter_of(RuleSubject subject, const std::vector<const ast::Expr*>& parts,
                 ExportContext& context) {
  Filter out;
  Rule whole;
  if (parts.size() == 1) {
    whole = rule_of(subject, *parts.front(), context);
  } else {
    whole.kind = RuleKind::kAnd;
    for (const auto* part : parts) {
      whole.children.push_back(rule_of(subject, *part, context));
    }
  }
  if (whole.kind == RuleKind::kNot) {
    out.exclude = true;
    whole = Rule(whole.children.front());
  }
  if (holds_quote(whole)) {
    context.refuse(parts.front()->span, "as a filter: a value cannot hold a double quote");
  }
  out.rule = device_rule_text(whole);
  // The rule must be one that Entra takes: operators that an attribute does not have, its length.
  if (const auto checked = parse_rule(out.rule, subject); !checked) {
    context.refuse(parts.front()->span, "as a filter: " + checked.error().message);
  }
  return out;
}

}  // namespace gate::graph
