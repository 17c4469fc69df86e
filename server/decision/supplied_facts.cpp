#include "server/decision/supplied_facts.h"

#include <array>

namespace gate::server {
namespace {

constexpr std::array kSupplied = {
#define GATE_SUPPLIED_FACT(path, from) SuppliedFact{path, from},
#include "server/decision/supplied_facts.def"
#undef GATE_SUPPLIED_FACT
};

}  // namespace

std::span<const SuppliedFact> supplied_facts() {
  return kSupplied;
}

}  // namespace gate::server
