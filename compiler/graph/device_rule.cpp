#include "compiler/graph/device_rule.h"

#include <fmt/format.h>

#include <gate/vocabulary.hpp>
#include <optional>

#include "compiler/graph/fold.h"

namespace gate::graph {
namespace {

constexpr DeviceAttribute kAttributes[] = {
#define GATE_DEVICE_ATTRIBUTE(id, graph, gate, kind, wide) \
  {graph, gate, AttributeKind::k##kind, wide},
#include "compiler/graph/device_attributes.def"
};

std::string_view op_name(RuleOp op, bool negative) {
  switch (op) {
    case RuleOp::kEquals:
      return negative ? "-ne" : "-eq";
    case RuleOp::kStartsWith:
      return negative ? "-notStartsWith" : "-startsWith";
    case RuleOp::kEndsWith:
      return negative ? "-notEndsWith" : "-endsWith";
    case RuleOp::kContains:
      return negative ? "-notContains" : "-contains";
    case RuleOp::kIn:
      return negative ? "-notIn" : "-in";
  }
  return "-eq";
}

std::string value_text(const Rule& rule, const std::string& value) {
  if (rule.attribute->kind == AttributeKind::kBoolean) {
    return value == "true" ? "True" : "False";
  }
  return fmt::format("\"{}\"", value);
}

/// Strength of binding, to know where brackets are needed.
int level(const Rule& rule) {
  switch (rule.kind) {
    case RuleKind::kOr:
      return 0;
    case RuleKind::kAnd:
      return 1;
    case RuleKind::kNot:
      return 2;
    case RuleKind::kCompare:
      return 3;
  }
  return 3;
}

std::string compare_text(const Rule& rule) {
  std::string values = rule.null ? "null" : "";
  for (const auto& value : rule.values) {
    values += (values.empty() ? "" : ", ") + value_text(rule, value);
  }
  if (rule.op == RuleOp::kIn) {
    values = "[" + values + "]";
  }
  const auto path = rule.subject == RuleSubject::kDevice
                        ? fmt::format("device.{}", rule.attribute->graph)
                        : fmt::format("CustomSecurityAttribute.{}", rule.custom);
  return fmt::format("{} {} {}", path, op_name(rule.op, rule.negative), values);
}

/// The word of the language for a value of a closed vocabulary; "" when it has none.
std::string vocabulary_word(AttributeKind kind, std::string_view value) {
  const auto matches = [&](auto each) { return equal_fold(graph_name(each), value); };
  if (kind == AttributeKind::kTrust) {
    for (const auto each :
         {DeviceTrust::kAzureAd, DeviceTrust::kServerAd, DeviceTrust::kWorkplace}) {
      if (matches(each)) {
        return std::string(name(each));
      }
    }
  } else if (kind == AttributeKind::kOwnership) {
    for (const auto each : {DeviceOwnership::kPersonal, DeviceOwnership::kCompany}) {
      if (matches(each)) {
        return std::string(name(each));
      }
    }
  }
  return {};
}

Result<std::string> gate_value(const Rule& rule, const std::string& value) {
  switch (rule.attribute->kind) {
    case AttributeKind::kText:
    case AttributeKind::kList:
      return gate_string(value);
    case AttributeKind::kBoolean:
      return value;
    case AttributeKind::kTrust:
    case AttributeKind::kOwnership:
      break;
  }
  auto word = vocabulary_word(rule.attribute->kind, value);
  if (word.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("\"{}\" is not a value of {}", value, rule.attribute->graph)};
  }
  return word;
}

Result<std::string> compare_as_gate(const Rule& rule) {
  std::string values = rule.null ? "absent" : "";
  for (const auto& value : rule.values) {
    GATE_TRY(const auto word, gate_value(rule, value));
    values += (values.empty() ? "" : ", ") + word;
  }
  const auto path = rule.subject == RuleSubject::kDevice
                        ? std::string(rule.attribute->gate)
                        : std::string(custom_prefix(rule.subject)) + rule.custom;
  const auto* negation = rule.negative ? "not " : "";
  switch (rule.op) {
    case RuleOp::kEquals:
      return fmt::format("{} {} {}", path, rule.negative ? "!=" : "==", values);
    case RuleOp::kStartsWith:
      return fmt::format("{} {}starts_with {}", path, negation, values);
    case RuleOp::kEndsWith:
      return fmt::format("{} {}ends_with {}", path, negation, values);
    case RuleOp::kContains:
      return fmt::format("{} {}contains {}", path, negation, values);
    case RuleOp::kIn:
      return fmt::format("{} {}in [{}]", path, negation, values);
  }
  return fmt::format("{} == {}", path, values);
}

}  // namespace

std::span<const DeviceAttribute> device_attributes() {
  return kAttributes;
}

std::string_view custom_prefix(RuleSubject subject) {
  switch (subject) {
    case RuleSubject::kDevice:
      return "device.";
    case RuleSubject::kApp:
      return "app.attributes.";
    case RuleSubject::kServicePrincipal:
      return "service_principal.attributes.";
  }
  return "";
}

const DeviceAttribute* custom_attribute() {
  static constexpr DeviceAttribute kCustom{"CustomSecurityAttribute", "", AttributeKind::kText,
                                           true};
  return &kCustom;
}

const DeviceAttribute* device_attribute_by_graph(std::string_view name) {
  // What-If calls the ownership field `ownership`.
  const auto wanted = equal_fold(name, "ownership") ? "deviceOwnership" : name;
  for (const auto& each : kAttributes) {
    if (equal_fold(each.graph, wanted)) {
      return &each;
    }
  }
  return nullptr;
}

const DeviceAttribute* device_attribute_by_gate(std::string_view name) {
  for (const auto& each : kAttributes) {
    if (each.gate == name) {
      return &each;
    }
  }
  return nullptr;
}

std::string device_rule_text(const Rule& rule) {
  if (rule.kind == RuleKind::kCompare) {
    return compare_text(rule);
  }
  const auto bracketed = [&](const Rule& child) {
    auto text = device_rule_text(child);
    return level(child) <= level(rule) ? "(" + text + ")" : text;
  };
  if (rule.kind == RuleKind::kNot) {
    return "-not " + bracketed(rule.children.front());
  }
  std::string out;
  for (const auto& child : rule.children) {
    out += out.empty() ? "" : (rule.kind == RuleKind::kAnd ? " -and " : " -or ");
    out += bracketed(child);
  }
  return out;
}

Result<std::string> device_rule_as_gate(const Rule& rule) {
  if (rule.kind == RuleKind::kCompare) {
    return compare_as_gate(rule);
  }
  std::string out;
  for (const auto& child : rule.children) {
    GATE_TRY(const auto text, device_rule_as_gate(child));
    out += out.empty() ? "" : (rule.kind == RuleKind::kAnd ? " and " : " or ");
    out += child.kind == RuleKind::kCompare ? text : fmt::format("({})", text);
  }
  return rule.kind == RuleKind::kNot ? "not " + out : out;
}

std::uint32_t turning_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0xD8 && byte(1) == 0x9C) {
    return 0x061C;
  }
  if (byte(0) != 0xE2 || (byte(1) != 0x80 && byte(1) != 0x81)) {
    return 0;
  }
  const std::uint32_t code = 0x2000U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  const bool turns = code == 0x200B || code == 0x200E || code == 0x200F || code == 0x2060 ||
                     (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return turns ? code : 0;
}

std::string gate_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (const auto code = turning_character(text.substr(i)); code != 0) {
      out += fmt::format("\\u{{{:X}}}", code);
      i += code == 0x061C ? 1 : 2;
      continue;
    }
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{{{:X}}}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

}  // namespace gate::graph
