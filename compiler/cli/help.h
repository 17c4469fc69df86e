#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/cli/command_line.h"

namespace gate::cli {

/// What `gatec` alone prints: the commands, half a line each.
[[nodiscard]] std::string overview(const std::vector<CommandInfo>& commands);
/// The page of one command: usage, arguments, options, examples.
[[nodiscard]] std::string help_text(const CommandInfo& info);

[[nodiscard]] std::unique_ptr<Command> make_help(const CommandLine& line);

}  // namespace gate::cli
