// Device filter rules: Entra's syntax to ours and back (conditional-access 3).

#include "compiler/graph/device_rule.h"

#include <gtest/gtest.h>

#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

std::string gate_of(std::string_view text) {
  const auto rule = parse_device_rule(text);
  if (!rule) {
    return "error: " + rule.error().message;
  }
  const auto gate = device_rule_as_gate(*rule);
  return gate ? *gate : "error: " + gate.error().message;
}

std::string canonical(std::string_view text) {
  const auto rule = parse_device_rule(text);
  return rule ? device_rule_text(*rule) : "error: " + rule.error().message;
}

TEST(DeviceRule, EveryOperatorHasASpelling) {
  EXPECT_EQ(gate_of("device.model -eq \"x\""), "device.model == \"x\"");
  EXPECT_EQ(gate_of("device.model -ne \"x\""), "device.model != \"x\"");
  EXPECT_EQ(gate_of("device.model -startsWith \"x\""), "device.model starts_with \"x\"");
  EXPECT_EQ(gate_of("device.model -notStartsWith \"x\""), "device.model not starts_with \"x\"");
  EXPECT_EQ(gate_of("device.model -endsWith \"x\""), "device.model ends_with \"x\"");
  EXPECT_EQ(gate_of("device.model -notEndsWith \"x\""), "device.model not ends_with \"x\"");
  EXPECT_EQ(gate_of("device.model -contains \"x\""), "device.model contains \"x\"");
  EXPECT_EQ(gate_of("device.model -notContains \"x\""), "device.model not contains \"x\"");
  EXPECT_EQ(gate_of("device.model -in [\"x\", \"y\"]"), "device.model in [\"x\", \"y\"]");
  EXPECT_EQ(gate_of("device.model -notIn [\"x\"]"), "device.model not in [\"x\"]");
}

TEST(DeviceRule, ValuesOfClosedVocabulariesBecomeWords) {
  EXPECT_EQ(gate_of("device.isCompliant -eq True"), "device.compliant == true");
  EXPECT_EQ(gate_of("device.isCompliant -ne \"False\""), "device.compliant != false");
  EXPECT_EQ(gate_of("device.trustType -eq \"serverad\""), "device.trust_type == server_ad");
  EXPECT_EQ(gate_of("device.deviceOwnership -eq \"Company\""), "device.ownership == company");
  EXPECT_EQ(gate_of("device.trustType -eq \"Nothing\""),
            "error: \"Nothing\" is not a value of trustType");
}

TEST(DeviceRule, ComparisonBindsBeforeNotBeforeAndBeforeOr) {
  EXPECT_EQ(
      gate_of("device.model -eq \"a\" -or device.model -eq \"b\" -and device.model -ne \"c\""),
      "device.model == \"a\" or (device.model == \"b\" and device.model != \"c\")");
  EXPECT_EQ(gate_of("-not device.model -eq \"a\" -and device.model -eq \"b\""),
            "(not device.model == \"a\") and device.model == \"b\"");
}

TEST(DeviceRule, OneCanonicalForm) {
  EXPECT_EQ(canonical("DEVICE.ISCOMPLIANT EQ \"true\"  or (device.model  -EQ \"a\")"),
            "device.isCompliant -eq True -or device.model -eq \"a\"");
  EXPECT_EQ(
      canonical("(device.model -eq \"a\" or device.model -eq \"b\") and device.model -ne \"c\""),
      "(device.model -eq \"a\" -or device.model -eq \"b\") -and device.model -ne \"c\"");
  EXPECT_EQ(canonical(canonical("not (device.model -eq \"a\" or device.model -eq \"b\")")),
            "-not (device.model -eq \"a\" -or device.model -eq \"b\")");
}

TEST(DeviceRule, WhatIsNotARuleIsNamed) {
  for (const auto* text :
       {"", "device.model", "device.model -eq", "device.model ~ \"x\"", "user.name -eq \"x\"",
        "device.model -eq \"x", "device.colour -eq \"x\"", "device.isCompliant -eq \"maybe\"",
        "device.isCompliant -startsWith \"T\"", "device.physicalIds -eq \"x\"",
        "device.deviceId -contains \"x\"", "device.model -in \"x\"", "device.physicalIds -eq null",
        "device.model -contains null", "device.model -in [null]",
        "device.model -eq \"x\" device.model -eq \"y\"", "(device.model -eq \"x\""}) {
    EXPECT_TRUE(canonical(text).starts_with("error: character ")) << text << " " << canonical(text);
  }
}

TEST(DeviceRule, NullIsAbsent) {  // conditional-access 3: value := … | null
  EXPECT_EQ(gate_of("device.model -eq null"), "device.model == absent");
  EXPECT_EQ(gate_of("device.trustType -ne NULL"), "device.trust_type != absent");
  EXPECT_EQ(canonical("device.isCompliant eq null"), "device.isCompliant -eq null");
}

TEST(DeviceRule, CustomSecurityAttributesOfAppsAndPrincipals) {  // conditional-access 1.1
  const auto rule =
      parse_rule("CustomSecurityAttribute.Apps_Tier -notIn [\"0\"]", RuleSubject::kApp);
  ASSERT_TRUE(rule.has_value());
  EXPECT_EQ(*device_rule_as_gate(*rule), "app.attributes.Apps_Tier not in [\"0\"]");
  EXPECT_EQ(device_rule_text(*rule), "CustomSecurityAttribute.Apps_Tier -notIn [\"0\"]");
  for (const auto* text :
       {"device.model -eq \"x\"", "CustomSecurityAttribute.a.b -eq \"x\"",
        "CustomSecurityAttribute.a-b -eq \"x\"", "CustomSecurityAttribute. -eq \"x\"",
        "CustomSecurityAttribute.0a -eq \"x\""}) {
    EXPECT_FALSE(parse_rule(text, RuleSubject::kServicePrincipal).has_value()) << text;
  }
}

TEST(DeviceRule, LengthAndDepthAreBounded) {
  const auto long_rule = [](std::size_t size) {
    const std::string head = "device.model -eq \"";
    return head + std::string(size - head.size() - 1, 'x') + "\"";
  };
  EXPECT_TRUE(parse_device_rule(long_rule(kDeviceRuleBytesMax)).has_value());
  EXPECT_FALSE(parse_device_rule(long_rule(kDeviceRuleBytesMax + 1)).has_value());
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "device.model -eq \"x\"" + std::string(depth, ')');
  };
  EXPECT_TRUE(parse_device_rule(nested(kDeviceRuleDepthMax - 1)).has_value());
  EXPECT_FALSE(parse_device_rule(nested(kDeviceRuleDepthMax)).has_value());
}

}  // namespace
}  // namespace gate::graph
