// gatec completion: scripts that make the shell finish commands, options and values.

#include "compiler/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "compiler/cli/console.h"
#include "compiler/diagnostics/registry.h"

namespace gate::cli {
namespace {

std::vector<std::string> command_names(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> out;
  for (const CommandInfo& info : commands) {
    out.emplace_back(info.command->name());
  }
  return out;
}

/// What can stand behind `gatec help`: commands and codes.
std::vector<std::string> help_topics(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> out = command_names(commands);
  out.emplace_back("diagnostics");
  for (const auto& info : compiler::all_codes()) {
    out.push_back(compiler::to_string(info.code));
  }
  return out;
}

/// The words that the first positional argument may be; empty when it is a path.
std::vector<std::string> first_words(const CommandInfo& info,
                                     const std::vector<CommandInfo>& commands) {
  if (info.command->name() == "help") {
    return help_topics(commands);
  }
  for (const Argument& argument : info.arguments->all()) {
    if (argument.positional) {
      return argument.fit.words;
    }
  }
  return {};
}

bool takes_paths(const CommandInfo& info) {
  for (const Argument& argument : info.arguments->all()) {
    if (argument.positional && argument.fit.kind == Fit::Kind::kPaths) {
      return true;
    }
  }
  return false;
}

bool is_option(const Argument& argument) {
  return !argument.positional && argument.shown != Argument::Shown::kInHelpOnly;
}

std::vector<std::string> option_names(const CommandInfo& info) {
  std::vector<std::string> out;
  for (const Argument& argument : info.arguments->all()) {
    if (is_option(argument)) {
      out.push_back(argument.name);
    }
  }
  out.emplace_back("--help");
  return out;
}

/// The pattern of a `case` for an option: `--output | -o`.
std::string option_pattern(const Argument& argument) {
  return argument.short_name.empty() ? argument.name : argument.name + " | " + argument.short_name;
}

std::string bash_values(const CommandInfo& info) {
  std::string out;
  for (const Argument& argument : info.arguments->all()) {
    if (!is_option(argument) || argument.placeholder.empty()) {
      continue;
    }
    switch (argument.fit.kind) {
      case Fit::Kind::kWords:
        out += fmt::format("        {}) COMPREPLY=($(compgen -W \"{}\" -- \"$cur\")); return ;;\n",
                           option_pattern(argument), fmt::join(argument.fit.words, " "));
        break;
      case Fit::Kind::kPaths:
        out += fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
                           option_pattern(argument));
        break;
      case Fit::Kind::kAnything:
        out += fmt::format("        {}) return ;;\n", option_pattern(argument));
        break;
    }
  }
  return out;
}

std::string bash(const std::vector<CommandInfo>& commands) {
  std::string out = fmt::format(
      "# bash completion for gatec; load it with:  source <(gatec completion bash)\n"
      "_gatec() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n",
      fmt::join(command_names(commands), " "));
  for (const CommandInfo& info : commands) {
    out += fmt::format("    {})\n", info.command->name());
    if (const std::string values = bash_values(info); !values.empty()) {
      out += fmt::format("      case $prev in\n{}      esac\n", values);
    }
    out += fmt::format(
        "      if [[ $cur == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n"
        "        return\n"
        "      fi\n",
        fmt::join(option_names(info), " "));
    if (const auto words = first_words(info, commands); !words.empty()) {
      out += fmt::format(
          "      if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
          "        COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n"
          "        return\n"
          "      fi\n",
          fmt::join(words, " "));
    }
    out += takes_paths(info) ? "      COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n" : "      ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "complete -o filenames -F _gatec gatec\n";
}

/// Inside '…' of zsh and fish.
std::string single_quoted(std::string_view text, std::string_view quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += quote;
    } else {
      out += c;
    }
  }
  return out + "'";
}

/// A description inside a zsh specification: brackets and colons are its own signs.
std::string zsh_described(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string zsh_action(const Fit& fit) {
  switch (fit.kind) {
    case Fit::Kind::kWords:
      return fmt::format("({})", fmt::join(fit.words, " "));
    case Fit::Kind::kPaths:
      return "_files";
    case Fit::Kind::kAnything:
      return " ";
  }
  return " ";
}

std::string zsh_arguments(const CommandInfo& info, const std::vector<CommandInfo>& commands) {
  std::string out;
  std::size_t position = 0;
  for (const Argument& argument : info.arguments->all()) {
    if (argument.shown == Argument::Shown::kInHelpOnly) {
      continue;
    }
    std::string spec;
    if (argument.positional) {
      ++position;
      const std::string place = argument.repeated ? "*" : fmt::format("{}", position);
      const auto words = position == 1 ? first_words(info, commands) : argument.fit.words;
      spec = fmt::format(
          "{}:{}:{}", place, zsh_described(argument.help),
          words.empty() ? zsh_action(argument.fit) : fmt::format("({})", fmt::join(words, " ")));
    } else {
      spec = fmt::format("{}{}[{}]", argument.repeated ? "*" : "", argument.name,
                         zsh_described(argument.help));
      if (!argument.placeholder.empty()) {
        spec +=
            fmt::format(":{}:{}", zsh_described(argument.placeholder), zsh_action(argument.fit));
      }
    }
    out += fmt::format(" \\\n        {}", single_quoted(spec, "'\\''"));
  }
  return out;
}

std::string zsh(const std::vector<CommandInfo>& commands) {
  std::string out =
      "#compdef gatec\n"
      "# zsh completion for gatec; load it with:  source <(gatec completion zsh)\n"
      "_gatec() {\n"
      "  local -a commands=(\n";
  for (const CommandInfo& info : commands) {
    out +=
        fmt::format("    {}\n", single_quoted(fmt::format("{}:{}", info.command->name(),
                                                          zsh_described(info.command->summary())),
                                              "'\\''"));
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const CommandInfo& info : commands) {
    out += fmt::format("    {})\n      _arguments{} ;;\n", info.command->name(),
                       zsh_arguments(info, commands));
  }
  return out +
         "  esac\n"
         "}\n"
         "compdef _gatec gatec\n";
}

std::string fish_option(const CommandInfo& info, const Argument& argument) {
  std::string out = fmt::format("complete -c gatec -n '__fish_seen_subcommand_from {}' -l {}",
                                info.command->name(), argument.name.substr(2));
  if (!argument.short_name.empty()) {
    out += fmt::format(" -s {}", argument.short_name.substr(1));
  }
  if (!argument.placeholder.empty()) {
    out += argument.fit.kind == Fit::Kind::kPaths ? " -r -F" : " -x";
    if (argument.fit.kind == Fit::Kind::kWords) {
      out += fmt::format(" -a '{}'", fmt::join(argument.fit.words, " "));
    }
  }
  if (!argument.help.empty()) {
    out += fmt::format(" -d {}", single_quoted(argument.help, "\\'"));
  }
  return out + "\n";
}

std::string fish(const std::vector<CommandInfo>& commands) {
  std::string out =
      "# fish completion for gatec; load it with:  gatec completion fish | source\n"
      "complete -c gatec -n __fish_use_subcommand -f\n";
  for (const CommandInfo& info : commands) {
    out += fmt::format("complete -c gatec -n __fish_use_subcommand -a {} -d {}\n",
                       info.command->name(), single_quoted(info.command->summary(), "\\'"));
  }
  for (const CommandInfo& info : commands) {
    if (!takes_paths(info)) {
      out += fmt::format("complete -c gatec -n '__fish_seen_subcommand_from {}' -f\n",
                         info.command->name());
    }
    if (const auto words = first_words(info, commands); !words.empty()) {
      out += fmt::format("complete -c gatec -n '__fish_seen_subcommand_from {}' -a '{}'\n",
                         info.command->name(), fmt::join(words, " "));
    }
    for (const Argument& argument : info.arguments->all()) {
      if (is_option(argument)) {
        out += fish_option(info, argument);
      }
    }
  }
  return out;
}

class Completion final : public Command {
 public:
  explicit Completion(const CommandLine& line) : line_(&line) {}
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override { return "print the completion script of a shell"; }
  std::string_view details() const override {
    return "Examples:\n"
           "  source <(gatec completion bash)\n"
           "  source <(gatec completion zsh)\n"
           "  gatec completion fish | source\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positional("SHELL", shell_, true, "which shell",
                         Fit::one_of({"bash", "zsh", "fish"}));
  }
  ExitCode run(Console& console) override {
    console.out(completion_script(shell_, line_->commands()));
    return ExitCode::kOk;
  }

 private:
  const CommandLine* line_;
  std::string shell_;
};

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<CommandInfo>& commands) {
  if (shell == "zsh") {
    return zsh(commands);
  }
  return shell == "fish" ? fish(commands) : bash(commands);
}

std::unique_ptr<Command> make_completion(const CommandLine& line) {
  return std::make_unique<Completion>(line);
}

}  // namespace gate::cli
