#pragma once

#include <algorithm>
#include <memory>

#include "compiler/lower/code_cache.h"
#include "compiler/lower/shared_code.h"
#include "runtime/abi/kernel.h"
#include "runtime/index/kernel_plan.h"
#include "runtime/set/state.h"

/// For tests: machine code that LLVM did not make, in place of what it would have made.
namespace gate::lower::planted {

class PlantedCode final : public jit::LinkedCode {
 public:
  explicit PlantedCode(abi::RowKernel rows) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as the linker gives it
    addresses_ = {reinterpret_cast<void*>(rows), nullptr};
  }
};

inline std::shared_ptr<SharedCode> code(abi::RowKernel rows) {
  return std::make_shared<SharedCode>(std::make_shared<const PlantedCode>(rows));
}

/// A row kernel by which no policy ever applies: it fails open.
inline void nothing_applies(const abi::BoundRequest* /*request*/, const abi::RowTables* tables,
                            std::uint64_t* applies, std::uint64_t* unknown) {
  std::fill_n(applies, tables->words, 0);
  std::fill_n(unknown, tables->words, 0);
}

/// From now on sets that are made like this one find `rows` in the process.
inline std::shared_ptr<SharedCode> in_process(const PolicySet& like, abi::RowKernel rows) {
  const auto plan = index::plan_for(*internal::state_of(like).index);
  GATE_CHECK(plan && plan->words > 0, "the set has a row kernel");
  auto known = CodeCache::instance().put(plan->signature(), code(rows));
  GATE_CHECK(known != nullptr && known->entries().rows == rows, "nothing was known before");
  return known;
}

}  // namespace gate::lower::planted
