#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/cli/arguments.h"
#include "compiler/cli/command.h"

namespace gate::cli {

/// A command with its arguments as declared: what help and completion read.
struct CommandInfo {
  Command* command = nullptr;
  const Arguments* arguments = nullptr;
};

/// gatec from its arguments to its exit code.
class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Runs the command that `arguments` (without the program's name) name.
  ExitCode run(std::vector<std::string> arguments, Console& console);

  /// Every command, help and completion included, in the order of help.
  [[nodiscard]] std::vector<CommandInfo> commands() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gate::cli
