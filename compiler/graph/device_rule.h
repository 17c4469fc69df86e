#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Device filter rules of Entra (conditional-access 3), as a tree: read from their own syntax,
/// printed in it and in the policy language.
namespace gate::graph {

enum class AttributeKind : std::uint8_t { kText, kBoolean, kTrust, kOwnership, kList };

struct DeviceAttribute {
  std::string_view graph;  ///< "displayName"
  std::string_view gate;   ///< "device.display_name"
  AttributeKind kind;
  bool wide;  ///< startsWith, endsWith and contains apply
};
[[nodiscard]] std::span<const DeviceAttribute> device_attributes();
/// By name, in any case; null when there is none.
[[nodiscard]] const DeviceAttribute* device_attribute_by_graph(std::string_view name);
[[nodiscard]] const DeviceAttribute* device_attribute_by_gate(std::string_view name);

enum class RuleOp : std::uint8_t { kEquals, kStartsWith, kEndsWith, kContains, kIn };
enum class RuleKind : std::uint8_t { kCompare, kNot, kAnd, kOr };

struct Rule {
  RuleKind kind = RuleKind::kCompare;
  std::vector<Rule> children;  ///< of kNot (one), kAnd and kOr (two or more)
  const DeviceAttribute* attribute = nullptr;
  RuleOp op = RuleOp::kEquals;
  bool negative = false;            ///< -ne, -notContains ...
  std::vector<std::string> values;  ///< "true" and "false" for booleans
};

/// Reads a rule. Error{kInvalidArgument} names the place and what is wrong: not a rule, an unknown
/// attribute, an operator that the attribute does not take, a comparison with null (which has no
/// spelling in the policy language). Bounded by kDeviceRuleBytesMax and kDeviceRuleDepthMax.
[[nodiscard]] Result<Rule> parse_device_rule(std::string_view text);

/// In Entra's syntax, in one canonical form.
[[nodiscard]] std::string device_rule_text(const Rule& rule);
/// As an expression of the policy language. Error{kInvalidArgument} where a value has no spelling
/// (a trust type that does not exist).
[[nodiscard]] Result<std::string> device_rule_as_gate(const Rule& rule);

/// `text` as a string literal of the policy language, quotes included.
[[nodiscard]] std::string gate_string(std::string_view text);

}  // namespace gate::graph
