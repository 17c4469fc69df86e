#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace gate::cli {

/// What fits an argument: for its check, for help and for completion in the shell.
struct Fit {
  enum class Kind { kAnything, kWords, kPaths };
  Kind kind = Kind::kAnything;
  std::vector<std::string> words;  ///< of kWords: nothing else is accepted
  [[nodiscard]] static Fit anything() { return {}; }
  [[nodiscard]] static Fit paths() { return {Kind::kPaths, {}}; }
  [[nodiscard]] static Fit one_of(std::vector<std::string> words) {
    return {Kind::kWords, std::move(words)};
  }
};

/// One argument as help and completion know it.
struct Argument {
  std::string name;         ///< "--json-request"; of a positional what it stands for: "PATH"
  std::string short_name;   ///< "-o", or empty
  std::string placeholder;  ///< "FILE"; empty for a flag
  std::string help;         ///< a sentence without a full stop
  std::string group;        ///< heading in the help page; empty = "Options"
  Fit fit;
  /// Some options are many of a kind: help shows one line for all of them.
  enum class Shown { kEverywhere, kInHelpOnly, kNotInHelp };
  Shown shown = Shown::kEverywhere;
  bool positional = false;
  bool required = false;
  bool repeated = false;
};

/// The arguments of one command: declared once, used for parsing (CLI11), help and completion.
/// The variables must outlive the parsing.
class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(&app) {}

  /// The arguments declared from here on stand under this heading.
  void group(std::string title) { group_ = std::move(title); }
  /// The options declared from here on are left out of help (or not); in_help() speaks for them.
  void leave_out_of_help(bool yes) { left_out_ = yes; }
  /// A line of help for options that are left out: "--device.NAME VALUE".
  void in_help(std::string spelling, std::string help);

  void flag(std::string_view name, bool& value, std::string help);
  void option(std::string_view name, std::string& value, std::string placeholder, std::string help,
              Fit fit = {});
  /// May be given several times.
  void options(std::string_view name, std::vector<std::string>& values, std::string placeholder,
               std::string help, Fit fit = {});
  void positional(std::string_view name, std::string& value, bool required, std::string help,
                  Fit fit = {});
  void positionals(std::string_view name, std::vector<std::string>& values, bool required,
                   std::string help, Fit fit = {});

  [[nodiscard]] const std::vector<Argument>& all() const { return all_; }

 private:
  void add(CLI::Option& option, Argument argument);

  CLI::App* app_;
  std::string group_;
  bool left_out_ = false;
  std::vector<Argument> all_;
};

/// "`mediun` is not one of none, low, medium, high; did you mean `medium`?"
[[nodiscard]] std::string not_one_of(std::string_view wrong, const std::vector<std::string>& words);

}  // namespace gate::cli
