#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differential/executors.h"

namespace gate::differential {

/// The ways through gate.h, by name.
[[nodiscard]] std::vector<std::string_view> c_executor_names();
/// One of them, for the set in `file` (a .gateset); null when that cannot be loaded.
[[nodiscard]] std::unique_ptr<Executor> make_c_executor(std::string_view name,
                                                        const std::string& file);

}  // namespace gate::differential
