#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Filter rules of Entra as a tree: of devices (conditional-access 3), and in the same syntax of
/// the custom security attributes of apps and service principals (1.1). Read from their own syntax,
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

/// Whose attributes a rule speaks of.
enum class RuleSubject : std::uint8_t { kDevice, kApp, kServicePrincipal };
/// "app.attributes." and "service_principal.attributes.": custom security attributes in the policy
/// language, followed by the attribute's set and name ("Engineering_Project").
[[nodiscard]] std::string_view custom_prefix(RuleSubject subject);

enum class RuleOp : std::uint8_t { kEquals, kStartsWith, kEndsWith, kContains, kIn };
enum class RuleKind : std::uint8_t { kCompare, kNot, kAnd, kOr };

struct Rule {
  RuleKind kind = RuleKind::kCompare;
  std::vector<Rule> children;  ///< of kNot (one), kAnd and kOr (two or more)
  const DeviceAttribute* attribute = nullptr;
  RuleSubject subject = RuleSubject::kDevice;
  std::string custom;  ///< of kApp and kServicePrincipal: "Engineering_Project"
  RuleOp op = RuleOp::kEquals;
  bool negative = false;            ///< -ne, -notContains ...
  bool null = false;                ///< compared with null: kEquals, no values
  std::vector<std::string> values;  ///< "true" and "false" for booleans
};

/// The attribute that every custom security attribute is like: text, with every operator.
[[nodiscard]] const DeviceAttribute* custom_attribute();

/// Reads a rule. Error{kInvalidArgument} names the place and what is wrong: not a rule, an unknown
/// attribute, an operator that the attribute does not take. Bounded by kDeviceRuleBytesMax and
/// kDeviceRuleDepthMax.
[[nodiscard]] Result<Rule> parse_rule(std::string_view text, RuleSubject subject);
[[nodiscard]] inline Result<Rule> parse_device_rule(std::string_view text) {
  return parse_rule(text, RuleSubject::kDevice);
}

/// In Entra's syntax, in one canonical form.
[[nodiscard]] std::string device_rule_text(const Rule& rule);
/// As an expression of the policy language. Error{kInvalidArgument} where a value has no spelling
/// (a trust type that does not exist).
[[nodiscard]] Result<std::string> device_rule_as_gate(const Rule& rule);

/// The character that hides what a text says (U+202E, U+200B …) with which `text` begins; 0 for
/// none. Sources must not hold one (G0003): in strings it is escaped, elsewhere refused.
[[nodiscard]] std::uint32_t turning_character(std::string_view text);

/// `text` as a string literal of the policy language, quotes included.
[[nodiscard]] std::string gate_string(std::string_view text);

}  // namespace gate::graph
