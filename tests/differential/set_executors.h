#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tests/differential/executors.h"

namespace gate::differential {

/// The ways through PolicySet and what stands on it, by name.
[[nodiscard]] std::vector<std::string_view> set_executor_names();
/// One of them, or PolicySet::evaluate() under a name that is none of them.
[[nodiscard]] std::unique_ptr<Executor> make_set_executor(std::string_view name,
                                                          std::shared_ptr<const PolicySet> set);

}  // namespace gate::differential
