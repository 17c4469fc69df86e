#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

struct Operator {
  std::string_view name;  // folded, without the hyphen
  RuleOp op;
  bool negative;
};
constexpr Operator kOperators[] = {
    {"eq", RuleOp::kEquals, false},
    {"ne", RuleOp::kEquals, true},
    {"startswith", RuleOp::kStartsWith, false},
    {"notstartswith", RuleOp::kStartsWith, true},
    {"endswith", RuleOp::kEndsWith, false},
    {"notendswith", RuleOp::kEndsWith, true},
    {"contains", RuleOp::kContains, false},
    {"notcontains", RuleOp::kContains, true},
    {"in", RuleOp::kIn, false},
    {"notin", RuleOp::kIn, true},
};

/// Recursive descent; the depth is counted, so hostile nesting ends in an error.
class Parser {
 public:
  Parser(std::string_view text, RuleSubject subject) : text_(text), subject_(subject) {}

  Result<Rule> whole() {
    GATE_TRY(auto rule, disjunction());
    skip_space();
    if (at_ < text_.size()) {
      return wrong("expected -and, -or or the end of the rule");
    }
    return rule;
  }

 private:
  Error wrong(std::string_view what) const {
    return {ErrorCode::kInvalidArgument, fmt::format("character {}: {}", at_ + 1, what)};
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) {
      ++at_;
    }
  }
  std::string_view peek() {
    skip_space();
    auto end = at_;
    while (end < text_.size() && is_word(text_[end])) {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool accept_word(std::string_view wanted) {
    const auto found = peek();
    const auto bare = found.starts_with('-') ? found.substr(1) : found;
    if (!equal_fold(bare, wanted)) {
      return false;
    }
    at_ += found.size();
    return true;
  }
  bool accept(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) {
      return false;
    }
    ++at_;
    return true;
  }

  Result<Rule> chain(RuleKind kind, std::string_view connective) {
    Rule out;
    out.kind = kind;
    do {
      GATE_TRY(auto part, kind == RuleKind::kOr ? chain(RuleKind::kAnd, "and") : negation());
      out.children.push_back(std::move(part));
    } while (accept_word(connective));
    return out.children.size() == 1 ? std::move(out.children.front()) : std::move(out);
  }
  Result<Rule> disjunction() { return chain(RuleKind::kOr, "or"); }

  Result<Rule> negation() {
    if (++depth_ > kDeviceRuleDepthMax) {
      return wrong(fmt::format("nested deeper than {} levels", kDeviceRuleDepthMax));
    }
    auto out = negation_inside();
    --depth_;
    return out;
  }
  Result<Rule> negation_inside() {
    if (accept_word("not")) {
      Rule out;
      out.kind = RuleKind::kNot;
      GATE_TRY(auto inner, negation());
      out.children.push_back(std::move(inner));
      return out;
    }
    if (accept('(')) {
      GATE_TRY(auto inner, disjunction());
      if (!accept(')')) {
        return wrong("expected )");
      }
      return inner;
    }
    return comparison();
  }

  Result<Rule> comparison() {
    Rule out;
    const auto name = peek();
    const bool device = subject_ == RuleSubject::kDevice;
    const std::string_view prefix = device ? "device." : "CustomSecurityAttribute.";
    if (name.size() <= prefix.size() || !equal_fold(name.substr(0, prefix.size()), prefix)) {
      return wrong(device ? "expected an attribute of the device"
                          : "expected a custom security attribute");
    }
    out.subject = subject_;
    out.attribute =
        device ? device_attribute_by_graph(name.substr(prefix.size())) : custom_attribute();
    if (out.attribute == nullptr) {
      return wrong(fmt::format("there is no device attribute \"{}\"", name));
    }
    if (!device) {
      out.custom = name.substr(prefix.size());
      if (!is_identifier(out.custom)) {
        return wrong("expected the attribute's set and name, with letters, digits and _ alone");
      }
    }
    at_ += name.size();
    GATE_TRY_VOID(read_operator(out));
    GATE_TRY_VOID(read_values(out));
    return out;
  }

  static bool is_identifier(std::string_view name) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !digit(name.front()) && std::ranges::all_of(name, [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || digit(c);
    });
  }

  Result<void> read_operator(Rule& out) {
    const auto word = peek();
    const auto folded = fold_case(word.starts_with('-') ? word.substr(1) : word);
    for (const auto& each : kOperators) {
      if (each.name != folded) {
        continue;
      }
      out.op = each.op;
      out.negative = each.negative;
      if (!takes(*out.attribute, out.op)) {
        return wrong(fmt::format("{} does not take {}", out.attribute->graph, word));
      }
      at_ += word.size();
      return {};
    }
    return wrong(fmt::format("\"{}\" is not an operator", word));
  }
  /// The operators column of conditional-access 3.
  static bool takes(const DeviceAttribute& attribute, RuleOp op) {
    switch (op) {
      case RuleOp::kEquals:
        return attribute.kind != AttributeKind::kList;
      case RuleOp::kIn:
        return attribute.kind == AttributeKind::kText;
      case RuleOp::kStartsWith:
      case RuleOp::kEndsWith:
        return attribute.wide;
      case RuleOp::kContains:
        return attribute.wide || attribute.kind == AttributeKind::kList;
    }
    return false;
  }

  Result<void> read_values(Rule& out) {
    if (out.op != RuleOp::kIn) {
      return read_value(out);
    }
    if (!accept('[')) {
      return wrong("expected [ and a list of strings");
    }
    do {
      GATE_TRY_VOID(read_value(out));
    } while (accept(','));
    return accept(']') ? Result<void>() : Result<void>(wrong("expected ]"));
  }
  Result<void> read_value(Rule& out) {
    std::string value;
    if (accept('"')) {
      const auto end = text_.find('"', at_);
      if (end == std::string_view::npos) {
        return wrong("the string is not closed");
      }
      value = text_.substr(at_, end - at_);
      at_ = end + 1;
    } else if (accept_word("true")) {
      value = "true";
    } else if (accept_word("false")) {
      value = "false";
    } else if (out.op == RuleOp::kEquals && accept_word("null")) {
      out.null = true;
      return {};
    } else {
      return wrong("expected a string in double quotes, True or False");
    }
    if (out.attribute->kind == AttributeKind::kBoolean) {
      value = fold_case(value);
      if (value != "true" && value != "false") {
        return wrong(fmt::format("{} is True or False", out.attribute->graph));
      }
    }
    out.values.push_back(std::move(value));
    return {};
  }

  std::string_view text_;
  RuleSubject subject_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Rule> parse_rule(std::string_view text, RuleSubject subject) {
  if (text.size() > kDeviceRuleBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("the rule has {} bytes, more than the {} allowed", text.size(),
                             kDeviceRuleBytesMax)};
  }
  return Parser(text, subject).whole();
}

}  // namespace gate::graph
