#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string_view>

#include "runtime/set/build.h"

namespace gate::aot {

/// Maps a shared object out of memory, through the system's own loader, and finds its kernels. The
/// bytes that were checked are the bytes that run: no file name comes in between. Costs a file
/// descriptor for as long as the code lives. kUnavailable when the system refuses,
/// kInvalidArgument when the object is for another machine or has no kernels.
[[nodiscard]] Result<std::unique_ptr<CompiledCode>> load_code(std::string_view shared_object);

}  // namespace gate::aot
