#include "compiler/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "compiler/cli/completion.h"
#include "compiler/cli/console.h"
#include "compiler/cli/help.h"
#include "compiler/diagnostics/suggest.h"

namespace gate::cli {

struct CommandLine::State {
  struct Entry {
    std::unique_ptr<Command> command;
    std::unique_ptr<CLI::App> app;
    std::unique_ptr<Arguments> arguments;
  };
  std::vector<Entry> entries;

  void add(std::unique_ptr<Command> command) {
    // An app of its own: as subcommands of one app, `gatec help eval` would be two commands.
    auto app = std::make_unique<CLI::App>();
    app->set_help_flag();  // -h is seen before parsing, so that it wins over missing arguments
    app->allow_extras();   // reported by us, with a suggestion
    auto arguments = std::make_unique<Arguments>(*app);
    command->declare(*arguments);
    entries.push_back({std::move(command), std::move(app), std::move(arguments)});
  }
  [[nodiscard]] Entry* find(std::string_view name) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& e) { return e.command->name() == name; });
    return found == entries.end() ? nullptr : &*found;
  }
};

namespace {

/// `--device.trust_type` is `--device.trust-type`: people copy the spelling of the language.
std::string with_hyphens(const std::string& argument) {
  if (!argument.starts_with("--")) {
    return argument;
  }
  std::string out = argument;
  std::replace(out.begin(),
               out.begin() + static_cast<std::ptrdiff_t>(std::min(out.find('='), out.size())), '_',
               '-');
  return out;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") {
      return false;
    }
    if (argument == "-h" || argument == "--help") {
      return true;
    }
  }
  return false;
}

/// The option that was meant by one that does not exist.
std::string nearest_option(std::string_view wrong, const Arguments& arguments) {
  std::vector<std::string_view> names;
  for (const Argument& argument : arguments.all()) {
    if (!argument.positional && argument.shown != Argument::Shown::kInHelpOnly) {
      names.push_back(argument.name);
    }
  }
  return std::string(compiler::nearest(wrong.substr(0, wrong.find('=')), names));
}

/// CLI11 speaks of types and counts; people think of values.
std::string parse_problem(const CLI::ParseError& problem) {
  std::string text = problem.what();
  const std::string option = text.substr(0, text.find(':'));
  if (text.find(" required TEXT missing") != std::string::npos) {
    return option + " needs a value";
  }
  if (text.find("At Most 1 required") != std::string::npos) {
    return option + " is given more than once";
  }
  return text;
}

/// The first of the arguments that the command has no place for.
std::string unexpected_text(const CLI::App& app, const Arguments& arguments) {
  for (const std::string& rest : app.remaining()) {
    if (!rest.starts_with("-") || rest == "-") {
      return fmt::format("unexpected argument `{}`", rest);
    }
    const std::string near = nearest_option(rest, arguments);
    return fmt::format("there is no option `{}`{}", rest.substr(0, rest.find('=')),
                       near.empty() ? "" : fmt::format("; did you mean `{}`?", near));
  }
  return "unexpected argument";
}

}  // namespace

CommandLine::CommandLine() : state_(std::make_unique<State>()) {
  for (auto& command : all_commands()) {
    state_->add(std::move(command));
  }
  state_->add(make_help(*this));
  state_->add(make_completion(*this));
}

CommandLine::~CommandLine() = default;

std::vector<CommandInfo> CommandLine::commands() const {
  std::vector<CommandInfo> out;
  for (const auto& entry : state_->entries) {
    out.push_back({entry.command.get(), entry.arguments.get()});
  }
  return out;
}

ExitCode CommandLine::run(std::vector<std::string> arguments, Console& console) {
  if (arguments.empty() || arguments[0] == "-h" || arguments[0] == "--help") {
    console.out(overview(commands()));
    return ExitCode::kOk;
  }
  if (arguments[0] == "--version" || arguments[0] == "-V") {
    console.out("gatec " GATE_VERSION "\n");
    return ExitCode::kOk;
  }
  State::Entry* entry = state_->find(arguments[0]);
  if (entry == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& each : state_->entries) {
      names.push_back(each.command->name());
    }
    const auto near = compiler::nearest(arguments[0], names);
    console.error(
        fmt::format("there is no {} `{}`{}", arguments[0].starts_with("-") ? "option" : "command",
                    arguments[0], near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
        "`gatec help` lists the commands");
    return ExitCode::kUsage;
  }
  const CommandInfo info{entry->command.get(), entry->arguments.get()};
  if (asks_for_help(arguments)) {
    console.out(help_text(info));
    return ExitCode::kOk;
  }
  const std::string advice = fmt::format("`gatec help {}` says how it is used", arguments[0]);
  std::transform(arguments.begin(), arguments.end(), arguments.begin(), with_hyphens);
  arguments.erase(arguments.begin());
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    entry->app->parse(std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    console.error(parse_problem(problem), advice);
    return ExitCode::kUsage;
  }
  if (!entry->app->remaining().empty()) {
    console.error(unexpected_text(*entry->app, *entry->arguments), advice);
    return ExitCode::kUsage;
  }
  return entry->command->run(console);
}

}  // namespace gate::cli
