#include "tests/graph/oracle/rules.h"

namespace graph_oracle {

std::array<RuleCount, kRules + 1>& rule_counts() {
  static std::array<RuleCount, kRules + 1> counts;
  return counts;
}

bool rule(std::size_t number, bool held) {
  auto& count = rule_counts().at(number);
  ++(held ? count.held : count.failed);
  return held;
}

}  // namespace graph_oracle
