#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/cli/command_line.h"

namespace gate::cli {

/// The completion script of a shell ("bash", "zsh", "fish"), made from the declared arguments.
[[nodiscard]] std::string completion_script(std::string_view shell,
                                            const std::vector<CommandInfo>& commands);

[[nodiscard]] std::unique_ptr<Command> make_completion(const CommandLine& line);

}  // namespace gate::cli
