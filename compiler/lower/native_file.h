#pragma once

#include <gate/policy_file.hpp>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "compiler/lower/emit_kernel.h"

namespace gate::lower {

/// A relocatable object as a shared one, by the system's linker `ld` (binutils or lld), which reads
/// and writes in a folder of its own that is gone afterwards. kNotFound when there is no linker.
[[nodiscard]] Result<std::string> link_shared_object(std::string_view object);

/// build_native_policy_set() of compile.hpp.
[[nodiscard]] Result<std::string> build_native_file(const PolicySet& set,
                                                    const SaveOptions& options);

}  // namespace gate::lower
