#include "tests/graph/oracle/controls.h"

#include <algorithm>

#include "tests/graph/oracle/rules.h"

namespace graph_oracle {
namespace {

// In the order in which users are asked (rule 53); the last column is 0 for what can be asked.
struct Control {
  std::string_view name;
  int error_code;
};
constexpr Control kInOrder[] = {
    {"mfa", 0},
    {"authenticationStrength", 0},
    {"compliantDevice", 53000},
    {"domainJoinedDevice", 53001},
    {"approvedApplication", 53002},
    {"compliantApplication", 53009},
    {"compliantNetwork", 53003},
    {"passwordChange", 0},
    {"riskRemediation", 0},
    {"termsOfUse", 0},
    {"customAuthenticationFactor", 0},
};

const Control& found(const std::string& control) {
  const auto kind = control.substr(0, control.find(':'));
  for (const auto& each : kInOrder) {
    if (same(each.name, kind)) {
      return each;
    }
  }
  static constexpr Control kNone{"", 53003};
  return kNone;
}

}  // namespace

bool blocks(const json::value& policy) {
  return rule(7, holds(list(member(&policy, "grantControls"), "builtInControls"), "block"));
}

std::vector<Clause> clauses_of(const json::value& policy) {
  const auto* grant = member(&policy, "grantControls");
  Clause controls;
  for (const auto& name : list(grant, "builtInControls")) {
    controls.push_back(found(name).name.empty() ? name : std::string(found(name).name));
  }
  if (const auto* strength = member(grant, "authenticationStrength"); strength != nullptr) {
    controls.push_back("authenticationStrength:" + text(strength, "id"));
  }
  for (const auto& id : list(grant, "termsOfUse")) {
    controls.push_back("termsOfUse:" + id);
  }
  for (const auto& id : list(grant, "customAuthenticationFactors")) {
    controls.push_back("customAuthenticationFactor:" + id);
  }
  if (controls.empty()) {
    return {};
  }
  if (controls.size() > 1 && !rule(47, same(text(grant, "operator", "AND"), "AND"))) {
    return {controls};
  }
  std::vector<Clause> out;
  for (const auto& control : controls) {
    out.push_back({control});
  }
  return out;
}

bool is_strength(const std::string& control) {
  return control.starts_with("authenticationStrength:");
}

bool is_interactive(const std::string& control) {
  return found(control).error_code == 0;
}

bool is_interactive(const Clause& clause) {
  return std::any_of(clause.begin(), clause.end(),
                     [](const std::string& control) { return is_interactive(control); });
}

std::size_t prompt_place(const std::string& control) {
  std::size_t place = 0;
  for (const auto& each : kInOrder) {
    if (each.name == found(control).name) {
      break;
    }
    ++place;
  }
  return place;
}

std::string first_prompt(const Clause& clause) {
  return *std::min_element(clause.begin(), clause.end(), [](const auto& a, const auto& b) {
    return prompt_place(a) < prompt_place(b);
  });
}

int error_code_of(const std::string& control) {
  return found(control).error_code;
}

}  // namespace graph_oracle
