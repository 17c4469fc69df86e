#pragma once

#include <gate/policy_set.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runtime/index/index.h"
#include "runtime/ir/program.h"
#include "runtime/set/build.h"
#include "runtime/set/decide.h"

namespace gate::internal {

/// What a PolicySet holds. Immutable once the set is shared, but for code that arrives later.
struct PolicySetState {
  PolicySetState(ir::Program p, Backend which)
      : program(std::move(p)), decisions(program), backend(which) {
    if (backend == Backend::kNative) {
      index = std::make_unique<index::Index>(program, decisions);
    }
  }

  ir::Program program;
  DecisionTables decisions;
  Backend backend;
  std::string digest;
  std::uint64_t numbers = 0;  ///< PolicySet::numbers()
  std::vector<std::string> clause_texts;
  std::unique_ptr<index::Index> index;  ///< null: the interpreter decides
  std::unique_ptr<CompiledCode> code;
  /// Changed under the lock of native_code.cpp, which waits for it.
  enum class CodeProgress : std::uint8_t { kNone, kExpected, kAttached };
  CodeProgress code_progress = CodeProgress::kNone;
};

}  // namespace gate::internal
