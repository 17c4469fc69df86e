#include "server/decision/supplied_facts.h"

namespace gate::server {
namespace {

struct Entry {
  SuppliedFact fact;
  bool FactSupplySources::* source;  ///< null: always supplied
};

constexpr Entry kEntries[] = {
#define GATE_SUPPLIED_FACT(path, from) {{path, from}, nullptr},
#define GATE_SUPPLIED_FACT_WITH(path, source, from) {{path, from}, &FactSupplySources::source},
#include "server/decision/supplied_facts.def"
#undef GATE_SUPPLIED_FACT
#undef GATE_SUPPLIED_FACT_WITH
};

}  // namespace

std::vector<SuppliedFact> supplied_facts(const FactSupplySources& sources) {
  std::vector<SuppliedFact> facts;
  for (const Entry& entry : kEntries) {
    if (entry.source == nullptr || sources.*entry.source) {
      facts.push_back(entry.fact);
    }
  }
  return facts;
}

}  // namespace gate::server
