#include "compiler/cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/cli/console.h"
#include "compiler/cli/table.h"
#include "compiler/diagnostics/registry.h"

namespace gate::cli {
namespace {

constexpr std::size_t kLineWidth = 96;
/// Where the explanations of options begin, when the options are short enough.
constexpr std::size_t kHelpColumn = 30;

/// `text` broken at blanks, every line but the first indented.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > indent && column + 1 + end > kLineWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string spelling(const Argument& argument) {
  if (argument.positional) {
    return argument.name;
  }
  return fmt::format("{}{}{}{}", argument.short_name.empty() ? "" : argument.short_name + ", ",
                     argument.name, argument.placeholder.empty() ? "" : " ", argument.placeholder);
}

std::string explanation(const Argument& argument) {
  std::string out = argument.help;
  if (argument.fit.kind == Fit::Kind::kWords && argument.placeholder != "true|false") {
    out += ": ";
    for (std::size_t i = 0; i < argument.fit.words.size(); ++i) {
      out += (i == 0 ? "" : ", ") + argument.fit.words[i];
    }
  }
  return out;
}

void add_argument(std::string& out, const Argument& argument) {
  std::string head = "  " + spelling(argument);
  if (head.size() + 2 > kHelpColumn) {
    out += head + '\n';
    head.clear();
  }
  head.resize(kHelpColumn, ' ');
  out += head + wrapped(explanation(argument), kHelpColumn) + '\n';
}

std::string usage_of(const CommandInfo& info) {
  std::string out = fmt::format("usage: gatec {}", info.command->name());
  const auto& all = info.arguments->all();
  if (std::any_of(all.begin(), all.end(), [](const Argument& a) { return !a.positional; })) {
    out += " [OPTION...]";
  }
  for (const Argument& argument : all) {
    if (argument.positional) {
      out += fmt::format(" {}{}{}{}", argument.required ? "" : "[", argument.name,
                         argument.repeated ? "..." : "", argument.required ? "" : "]");
    }
  }
  return out + '\n';
}

class Help final : public Command {
 public:
  explicit Help(const CommandLine& line) : line_(&line) {}
  std::string_view name() const override { return "help"; }
  std::string_view summary() const override {
    return "the page of a command, or of a diagnostic (gatec help G0412)";
  }
  std::string_view details() const override {
    return "Examples:\n"
           "  gatec help eval           how `gatec eval` is used\n"
           "  gatec help G0402          what the diagnostic means and what to write instead\n"
           "  gatec help diagnostics    all diagnostics, one a line\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positional("TOPIC", topic_, false, "a command, a diagnostic or `diagnostics`");
  }
  ExitCode run(Console& console) override {
    if (topic_.empty()) {
      console.out(overview(line_->commands()));
      return ExitCode::kOk;
    }
    if (topic_ == "diagnostics") {
      console.out(all_diagnostics());
      return ExitCode::kOk;
    }
    for (const CommandInfo& info : line_->commands()) {
      if (info.command->name() == topic_) {
        console.out(help_text(info));
        return ExitCode::kOk;
      }
    }
    if (const auto code = compiler::parse_code(topic_)) {
      console.out(compiler::help_page(*code));
      return ExitCode::kOk;
    }
    console.error(fmt::format("there is no help on `{}`", topic_),
                  "`gatec help` lists the commands, `gatec help diagnostics` the diagnostics");
    return ExitCode::kUsage;
  }

 private:
  static std::string all_diagnostics() {
    Table table(0);
    for (const auto& info : compiler::all_codes()) {
      const std::string page = compiler::help_page(info.code);  // its headline has no holes
      const std::string_view headline = std::string_view(page).substr(0, page.find('\n'));
      table.row({{compiler::to_string(info.code)},
                 {std::string(gate::name(info.severity))},
                 {std::string(headline.substr(headline.find(": ") + 2))}});
    }
    return table.text(false);
  }

  const CommandLine* line_;
  std::string topic_;
};

}  // namespace

std::string overview(const std::vector<CommandInfo>& commands) {
  std::string out =
      "gatec checks, tests and explains Conditional Access policies written in .gate files.\n\n"
      "usage: gatec COMMAND [ARGUMENT...]\n\n"
      "Commands:\n";
  Table table(2);
  for (const CommandInfo& info : commands) {
    table.row({{std::string(info.command->name())}, {std::string(info.command->summary())}});
  }
  out += table.text(false);
  out +=
      "\n"
      "  gatec help COMMAND says how a command is used, gatec --version which gatec this is.\n"
      "\n"
      "A policy set is a folder: every .gate file below it belongs to the set.\n"
      "Exit codes: 0 fine, 1 findings or failed tests, 2 cannot be done as asked, 3 internal.\n";
  return out;
}

std::string help_text(const CommandInfo& info) {
  std::string out = fmt::format("gatec {}: {}\n\n{}", info.command->name(), info.command->summary(),
                                usage_of(info));
  std::vector<std::string> groups;
  for (const Argument& argument : info.arguments->all()) {
    const std::string title = argument.positional      ? "Arguments"
                              : argument.group.empty() ? "Options"
                                                       : argument.group;
    if (std::find(groups.begin(), groups.end(), title) == groups.end()) {
      groups.push_back(title);
    }
  }
  for (const std::string& title : groups) {
    out += fmt::format("\n{}:\n", title);
    for (const Argument& argument : info.arguments->all()) {
      const std::string_view own = argument.positional      ? "Arguments"
                                   : argument.group.empty() ? "Options"
                                                            : std::string_view(argument.group);
      if (own == title && argument.shown != Argument::Shown::kNotInHelp) {
        add_argument(out, argument);
      }
    }
  }
  if (!info.command->details().empty()) {
    out += fmt::format("\n{}", info.command->details());
  }
  return out;
}

std::unique_ptr<Command> make_help(const CommandLine& line) {
  return std::make_unique<Help>(line);
}

}  // namespace gate::cli
