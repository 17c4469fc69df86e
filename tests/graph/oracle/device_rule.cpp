#include "tests/graph/oracle/device_rule.h"

#include <algorithm>
#include <string>

namespace graph_oracle {
namespace {

/// What an attribute holds: nothing, one text, or a collection.
struct Attribute {
  bool present = false;
  bool collection = false;
  std::vector<std::string> values;
};

Attribute attribute_of(const json::value* device, std::string_view name) {
  Attribute out;
  out.collection = same(name, "physicalIds") || same(name, "systemLabels");
  if (device == nullptr) {
    return out;
  }
  const bool extension = name.size() > 18 && same(name.substr(0, 18), "extensionAttribute");
  if (extension && !flag(device, "isManaged") && !flag(device, "isCompliant") &&
      !same(text(device, "trustType"), "ServerAD")) {
    return out;
  }
  const auto* found = member(device, name);
  if (found == nullptr && same(name, "deviceOwnership")) {
    found = member(device, "ownership");
  }
  if (found == nullptr) {
    return out;
  }
  out.present = true;
  if (found->is_bool()) {
    out.values.emplace_back(found->get_bool() ? "true" : "false");
  } else if (found->is_string()) {
    out.values.emplace_back(found->get_string());
  } else {
    out.values = list(device, name);
  }
  return out;
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

/// The positive operator: eq, startswith, endswith, contains, in.
bool positive(std::string_view op, const Attribute& have, const std::vector<std::string>& wanted) {
  const auto test = [&](const std::string& value, const std::string& want) {
    if (op == "startswith") {
      return folded(value).starts_with(folded(want));
    }
    if (op == "endswith") {
      return folded(value).ends_with(folded(want));
    }
    if (op == "contains" && !have.collection) {
      return folded(value).find(folded(want)) != std::string::npos;
    }
    return same(value, want);
  };
  return std::any_of(have.values.begin(), have.values.end(), [&](const std::string& value) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const std::string& want) { return test(value, want); });
  });
}

/// Recursive descent that evaluates as it reads.
class Reader {
 public:
  Reader(std::string_view rule, std::string_view prefix, const json::value* subject)
      : rest_(rule), prefix_(prefix), device_(subject) {}

  std::optional<bool> whole() {
    const bool value = disjunction();
    space();
    if (failed_ || !rest_.empty()) {
      return std::nullopt;
    }
    return value;
  }

 private:
  void space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                              rest_.front() == '\n' || rest_.front() == '\r')) {
      rest_.remove_prefix(1);
    }
  }
  std::string_view peek_word() {
    space();
    std::size_t n = 0;
    while (n < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[n])) != 0 ||
                                rest_[n] == '-' || rest_[n] == '.' || rest_[n] == '_')) {
      ++n;
    }
    return rest_.substr(0, n);
  }
  bool word(std::string_view wanted) {
    auto found = peek_word();
    const auto size = found.size();
    if (found.starts_with('-')) {
      found.remove_prefix(1);
    }
    if (!same(found, wanted)) {
      return false;
    }
    rest_.remove_prefix(size);
    return true;
  }
  bool sign(char wanted) {
    space();
    if (rest_.empty() || rest_.front() != wanted) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  bool fail() {
    failed_ = true;
    return false;
  }

  bool disjunction() {
    bool value = conjunction();
    while (!failed_ && word("or")) {
      const bool right = conjunction();
      value = value || right;
    }
    return value;
  }
  bool conjunction() {
    bool value = negation();
    while (!failed_ && word("and")) {
      const bool right = negation();
      value = value && right;
    }
    return value;
  }
  bool negation() {
    if (word("not")) {
      return !negation();
    }
    if (sign('(')) {
      const bool value = disjunction();
      return sign(')') ? value : fail();
    }
    return comparison();
  }
  bool comparison() {
    auto name = peek_word();
    if (!same(name.substr(0, prefix_.size()), prefix_)) {
      return fail();
    }
    rest_.remove_prefix(name.size());
    name.remove_prefix(prefix_.size());
    auto op = folded(peek_word());
    rest_.remove_prefix(op.size());
    if (op.starts_with('-')) {
      op.erase(0, 1);
    }
    bool negative = false;
    if (op == "ne") {
      op = "eq";
      negative = true;
    } else if (op.starts_with("not")) {
      op.erase(0, 3);
      negative = true;
    }
    if (op != "eq" && op != "startswith" && op != "endswith" && op != "contains" && op != "in") {
      return fail();
    }
    const auto have = attribute_of(device_, name);
    bool null_literal = false;
    const auto wanted = literals(null_literal);
    const bool hit = null_literal ? !have.present : have.present && positive(op, have, wanted);
    return negative ? !hit : hit;
  }
  std::vector<std::string> literals(bool& null_literal) {
    std::vector<std::string> out;
    if (!sign('[')) {
      literal(out, null_literal);
      return out;
    }
    do {
      literal(out, null_literal);
    } while (!failed_ && sign(','));
    if (!sign(']')) {
      fail();
    }
    return out;
  }
  void literal(std::vector<std::string>& out, bool& null_literal) {
    if (sign('"')) {
      const auto end = rest_.find('"');
      if (end == std::string_view::npos) {
        fail();
        return;
      }
      out.emplace_back(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
    } else if (word("true")) {
      out.emplace_back("true");
    } else if (word("false")) {
      out.emplace_back("false");
    } else if (word("null")) {
      null_literal = true;
    } else {
      fail();
    }
  }

  std::string_view rest_;
  std::string_view prefix_;
  const json::value* device_;
  bool failed_ = false;
};

}  // namespace

std::optional<bool> device_rule_matches(std::string_view rule, const json::value* device) {
  return Reader(rule, "device.", device).whole();
}

std::optional<bool> attribute_rule_matches(std::string_view rule, const json::value* attributes) {
  return Reader(rule, "CustomSecurityAttribute.", attributes).whole();
}

}  // namespace graph_oracle
