#include "compiler/cli/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <algorithm>

#include "compiler/diagnostics/suggest.h"

namespace gate::cli {
namespace {

/// "-o,--output" as CLI11 takes it, into the two names.
void split_names(std::string_view names, Argument& argument) {
  const std::size_t comma = names.find(',');
  if (comma == std::string_view::npos) {
    argument.name = names;
    return;
  }
  argument.short_name = names.substr(0, comma);
  argument.name = names.substr(comma + 1);
}

}  // namespace

std::string not_one_of(std::string_view wrong, const std::vector<std::string>& words) {
  std::string out = fmt::format("`{}` is not one of {}", wrong, fmt::join(words, ", "));
  const std::vector<std::string_view> candidates(words.begin(), words.end());
  if (const auto near = compiler::nearest(wrong, candidates); !near.empty()) {
    out += fmt::format("; did you mean `{}`?", near);
  }
  return out;
}

void Arguments::add(CLI::Option& option, Argument argument) {
  argument.group = group_;
  argument.shown = left_out_ ? Argument::Shown::kNotInHelp : Argument::Shown::kEverywhere;
  if (argument.required) {
    option.required();
  }
  if (argument.fit.kind == Fit::Kind::kWords) {
    option.check(CLI::Validator(
        [words = argument.fit.words](const std::string& value) {
          return std::find(words.begin(), words.end(), value) != words.end()
                     ? std::string()
                     : not_one_of(value, words);
        },
        ""));
  }
  all_.push_back(std::move(argument));
}

void Arguments::in_help(std::string spelling, std::string help) {
  Argument argument;
  argument.name = std::move(spelling);
  argument.help = std::move(help);
  argument.group = group_;
  argument.shown = Argument::Shown::kInHelpOnly;
  all_.push_back(std::move(argument));
}

void Arguments::flag(std::string_view name, bool& value, std::string help) {
  Argument argument;
  split_names(name, argument);
  argument.help = std::move(help);
  add(*app_->add_flag(std::string(name), value), std::move(argument));
}

void Arguments::option(std::string_view name, std::string& value, std::string placeholder,
                       std::string help, Fit fit) {
  Argument argument;
  split_names(name, argument);
  argument.placeholder = std::move(placeholder);
  argument.help = std::move(help);
  argument.fit = std::move(fit);
  add(*app_->add_option(std::string(name), value), std::move(argument));
}

void Arguments::options(std::string_view name, std::vector<std::string>& values,
                        std::string placeholder, std::string help, Fit fit) {
  Argument argument;
  split_names(name, argument);
  argument.placeholder = std::move(placeholder);
  argument.help = std::move(help);
  argument.fit = std::move(fit);
  argument.repeated = true;
  // One value behind one name: a list would swallow the PATH that follows.
  add(*app_->add_option(std::string(name), values)->expected(1)->take_all(), std::move(argument));
}

void Arguments::positional(std::string_view name, std::string& value, bool required,
                           std::string help, Fit fit) {
  Argument argument;
  argument.name = name;
  argument.help = std::move(help);
  argument.fit = std::move(fit);
  argument.positional = true;
  argument.required = required;
  add(*app_->add_option(std::string(name), value), std::move(argument));
}

void Arguments::positionals(std::string_view name, std::vector<std::string>& values, bool required,
                            std::string help, Fit fit) {
  Argument argument;
  argument.name = name;
  argument.help = std::move(help);
  argument.fit = std::move(fit);
  argument.positional = true;
  argument.required = required;
  argument.repeated = true;
  add(*app_->add_option(std::string(name), values), std::move(argument));
}

}  // namespace gate::cli
