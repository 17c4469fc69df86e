#include "tests/graph/oracle/attribute_rule.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

using Strings = std::vector<std::string>;

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return out;
}

/// What an attribute holds. `known` false is null.
struct Attribute {
  bool known = false;
  bool collection = false;
  Strings values;
};

/// Words, brackets and commas as they stand; strings as `"` and the text.
Strings tokens_of(std::string_view rule) {
  Strings out;
  std::size_t at = 0;
  while (at < rule.size()) {
    const char c = rule[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else if (c == '"') {
      const auto end = rule.find('"', at + 1);
      if (end == std::string_view::npos) {
        throw std::invalid_argument("a string does not end");
      }
      out.emplace_back(rule.substr(at, end - at));
      at = end + 1;
    } else if (std::string_view("()[],").find(c) != std::string_view::npos) {
      out.emplace_back(1, c);
      ++at;
    } else {
      const auto end = std::min(rule.find_first_of(" \t\r\n\"()[],", at), rule.size());
      out.emplace_back(rule.substr(at, end - at));
      at = end;
    }
  }
  return out;
}

bool compare(const std::string& op, const Attribute& have, const std::string& want) {
  return std::any_of(have.values.begin(), have.values.end(), [&](const std::string& each) {
    const auto value = lower(each);
    if (op == "startswith") {
      return value.starts_with(want);
    }
    if (op == "endswith") {
      return value.ends_with(want);
    }
    if (op == "contains") {
      return rule(45, have.collection) ? value == want : value.find(want) != std::string::npos;
    }
    return value == want;  // eq, in
  });
}

class Reader {
 public:
  using Lookup = std::function<Attribute(const std::string&)>;
  Reader(std::string_view rule, std::string prefix, Lookup lookup)
      : tokens_(tokens_of(rule)), prefix_(std::move(prefix)), lookup_(std::move(lookup)) {}

  bool whole() {
    const bool out = either();
    if (at_ != tokens_.size()) {
      throw std::invalid_argument("more than a rule");
    }
    return out;
  }

 private:
  std::string next() {
    if (at_ == tokens_.size()) {
      throw std::invalid_argument("the rule ends early");
    }
    return tokens_[at_++];
  }
  /// Takes the next token when it is this one; words may have a hyphen before them.
  bool take(std::string_view wanted) {
    if (at_ < tokens_.size() &&
        (same(tokens_[at_], wanted) || same(tokens_[at_], "-" + std::string(wanted)))) {
      ++at_;
      return true;
    }
    return false;
  }

  bool either() {
    bool out = both();
    while (take("or")) {
      out = both() || out;
    }
    return out;
  }
  bool both() {
    bool out = negated();
    while (take("and")) {
      out = negated() && out;
    }
    return out;
  }
  bool negated() {
    if (take("not")) {
      return !negated();
    }
    if (take("(")) {
      const bool out = either();
      if (!take(")")) {
        throw std::invalid_argument("a bracket is not closed");
      }
      return out;
    }
    return comparison();
  }

  bool comparison() {
    const auto name = next();
    if (!same(std::string_view(name).substr(0, prefix_.size()), prefix_)) {
      throw std::invalid_argument("no attribute: " + name);
    }
    auto op = lower(next());
    op = op.starts_with('-') ? op.substr(1) : op;
    const bool negative = op == "ne" || (op.starts_with("not") && op != "not");
    op = op == "ne" ? "eq" : negative ? op.substr(3) : op;
    if (!holds({"eq", "startsWith", "endsWith", "contains", "in"}, op)) {
      throw std::invalid_argument("no operator: " + op);
    }
    const auto have = lookup_(name.substr(prefix_.size()));
    bool hit = false;
    for (const auto& want : values()) {
      const bool each =
          want == "null" ? !have.known : rule(43, have.known) && compare(op, have, want.substr(1));
      hit = hit || each;
    }
    return rule(42, negative ? !hit : hit);
  }
  /// Lower case; a string keeps its opening quote.
  Strings values() {
    Strings out;
    if (!take("[")) {
      return {value()};
    }
    do {
      out.push_back(value());
    } while (take(","));
    if (!take("]")) {
      throw std::invalid_argument("a list is not closed");
    }
    return out;
  }
  std::string value() {
    const auto token = lower(next());
    if (token == "true" || token == "false") {
      return '"' + token;
    }
    if (token != "null" && !token.starts_with('"')) {
      throw std::invalid_argument("no value: " + token);
    }
    return token;
  }

  Strings tokens_;
  std::size_t at_ = 0;
  std::string prefix_;
  Lookup lookup_;
};

Attribute attribute_of(const json::value* owner, std::string_view name) {
  Attribute out;
  const auto* found = member(owner, name);
  if (found == nullptr) {
    return out;
  }
  out.known = true;
  out.collection = found->is_array();
  out.values = found->is_bool()     ? Strings{found->get_bool() ? "true" : "false"}
               : found->is_string() ? Strings{text(owner, name)}
                                    : list(owner, name);
  return out;
}

Attribute device_attribute(const json::value* device, const std::string& name) {
  if (same(name, "deviceOwnership")) {
    return attribute_of(device, "ownership");
  }
  if (device != nullptr && lower(name).starts_with("extensionattribute")) {
    const bool available = flag(device, "isManaged") || flag(device, "isCompliant") ||
                           same(text(device, "trustType"), "ServerAD");
    if (!rule(44, available)) {
      return {};
    }
  }
  return attribute_of(device, name);
}

std::optional<bool> matches(std::string_view rule, const std::string& prefix,
                            const Reader::Lookup& lookup) {
  try {
    return Reader(rule, prefix, lookup).whole();
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<bool> device_rule_matches(std::string_view rule, const json::value* device) {
  return matches(rule, "device.",
                 [&](const std::string& name) { return device_attribute(device, name); });
}

std::optional<bool> attribute_rule_matches(std::string_view text, const json::value* attributes) {
  auto hit = matches(text, "CustomSecurityAttribute.",
                     [&](const std::string& name) { return attribute_of(attributes, name); });
  if (hit) {
    rule(46, *hit);
  }
  return hit;
}

}  // namespace graph_oracle
