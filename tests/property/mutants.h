#pragma once

#include <vector>

#include "runtime/index/conditions.h"
#include "runtime/ir/program.h"

namespace gate::property {

/// A bug to be planted: changes the program that an executor is given and not the interpreter's.
/// False when the program has no place for it.
struct ProgramMutant {
  const char* name;
  bool (*plant)(ir::Program& program);
};
[[nodiscard]] const std::vector<ProgramMutant>& program_mutants();

/// A bug in generated code alone: changes the shapes that code is made from.
struct ShapeMutant {
  const char* name;
  bool (*plant)(std::vector<index::Shape>& shapes);
};
[[nodiscard]] const std::vector<ShapeMutant>& shape_mutants();

}  // namespace gate::property
