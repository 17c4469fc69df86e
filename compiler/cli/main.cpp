#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "compiler/cli/command_line.h"
#include "compiler/cli/console.h"

int main(int argc, char** argv) {
  using gate::cli::ExitCode;
  gate::cli::Console console;
  ExitCode code = ExitCode::kInternal;
  try {
    gate::cli::CommandLine line;
    code = line.run({argv + 1, argv + argc}, console);
  } catch (const std::exception& problem) {
    console.error(fmt::format("internal: {}", problem.what()),
                  "this is a fault of gatec or of the machine, not of your policies");
    return static_cast<int>(ExitCode::kInternal);
  }
  if (!console.finish()) {
    console.error("standard output could not be written", "is the disk full, or the pipe closed?");
    return static_cast<int>(ExitCode::kInternal);
  }
  return static_cast<int>(code);
}
