#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace gate::cli {

class Arguments;
class Console;

/// What a run of gatec ends with; docs/gatec.md promises these numbers.
enum class ExitCode : int {
  kOk = 0,
  kFindings = 1,  ///< the input is understood and something is wrong with it: errors, failed tests
  kUsage = 2,     ///< the command cannot be carried out as it was given
  kInternal = 3,  ///< our fault, or the machine's: a bug, a disk that is full
};

/// One command of gatec. Made once per run; `declare` is called before `run`, on one thread.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Half a line for the list of commands.
  [[nodiscard]] virtual std::string_view summary() const = 0;
  /// What the help page says below the options: examples above all. Whole lines.
  [[nodiscard]] virtual std::string_view details() const = 0;
  /// Says which arguments there are. The variables that they fill are members of the command.
  virtual void declare(Arguments& arguments) = 0;
  virtual ExitCode run(Console& console) = 0;
};

/// One factory for each command, each in the file of its name.
[[nodiscard]] std::unique_ptr<Command> make_check();
[[nodiscard]] std::unique_ptr<Command> make_fmt();
[[nodiscard]] std::unique_ptr<Command> make_eval();
[[nodiscard]] std::unique_ptr<Command> make_explain();
[[nodiscard]] std::unique_ptr<Command> make_test();
[[nodiscard]] std::unique_ptr<Command> make_dump();
[[nodiscard]] std::unique_ptr<Command> make_import();
[[nodiscard]] std::unique_ptr<Command> make_export();
[[nodiscard]] std::unique_ptr<Command> make_build();
[[nodiscard]] std::unique_ptr<Command> make_whatif();
[[nodiscard]] std::unique_ptr<Command> make_replay();

/// Those above, in the order in which help lists them.
[[nodiscard]] std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace gate::cli
