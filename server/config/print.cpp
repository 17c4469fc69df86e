#include <fmt/format.h>

#include "server/config/config.h"
#include "server/config/config_keys.h"

namespace gate::server {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + '"';
}

/// The value of `key` in `config`, as TOML.
std::string value_text(const Config& config, const ConfigKey& key) {
  if (const auto* text = std::get_if<TextKey>(&key.kind)) {
    return in_quotes(config.*text->member);
  }
  if (const auto* integer = std::get_if<IntegerKey>(&key.kind)) {
    return fmt::format("{}", config.*integer->member);
  }
  if (const auto* flag = std::get_if<SwitchKey>(&key.kind)) {
    return config.*flag->member ? "true" : "false";
  }
  if (const auto* choice = std::get_if<ChoiceKey>(&key.kind)) {
    return in_quotes(config.*choice->member);
  }
  std::string list;
  if (const auto* texts = std::get_if<TextsKey>(&key.kind)) {
    for (const std::string& entry : config.*texts->member) {
      list += (list.empty() ? "" : ", ") + in_quotes(entry);
    }
  }
  return "[" + list + "]";
}

std::string type_text(const ConfigKey& key) {
  if (const auto* text = std::get_if<TextKey>(&key.kind)) {
    return text->is_path ? "path" : "string";
  }
  if (const auto* integer = std::get_if<IntegerKey>(&key.kind)) {
    return fmt::format("integer, {} to {}", integer->min, integer->max);
  }
  if (const auto* choice = std::get_if<ChoiceKey>(&key.kind)) {
    std::string words = "`" + std::string(choice->choices) + "`";
    for (std::size_t at = 0; (at = words.find('|', at)) != std::string::npos; at += 4) {
      words.replace(at, 1, "`, `");
    }
    return "one of " + words;
  }
  return std::holds_alternative<SwitchKey>(key.kind) ? "true or false" : "list of strings";
}

}  // namespace

std::string render(const std::vector<ConfigProblem>& problems, std::string_view file) {
  std::string out;
  for (const ConfigProblem& problem : problems) {
    const std::string place =
        problem.line == 0 ? std::string(file) : fmt::format("{}:{}", file, problem.line);
    const std::string subject =
        problem.code == "C006" ? fmt::format("`{}`: ", problem.key) : std::string();
    out += fmt::format("{}: error[{}]: {}{}\n", place, problem.code, subject, problem.message);
  }
  return out;
}

std::string print_config(const Config& config) {
  std::string out;
  for (const ConfigKey& key : config_keys()) {
    if (!key.key.empty()) {
      out += fmt::format("{} = {}\n", key.key, value_text(config, key));
    } else if (!key.section.empty()) {
      out += fmt::format("\n[{}]\n", key.section);
    }
  }
  return out;
}

std::string configuration_reference() {
  std::string out =
      "# Configuration of gated\n\n"
      "gated reads one TOML file, given as `--config FILE`. Every key it understands is below; an "
      "unknown key, a wrong type or a "
      "value out of range is an error with its line, and nothing is half-loaded. `gated "
      "check-config` reports all problems at once, "
      "`gated config` prints the effective values. Secrets are never in this file: it names files "
      "of mode 0600 that hold them. "
      "Relative paths start at the folder of the configuration file.\n\n"
      "Problems have stable codes: C001 unreadable file, C002 TOML syntax, C003 unknown key, C004 "
      "wrong type, C005 value out of "
      "range, C006 a rule between keys is broken.\n\n"
      "This page is made from `server/config/config_keys.def`; `GATE_UPDATE=1` with "
      "`server_config_test` writes it anew.\n";
  const Config defaults;
  for (const ConfigKey& key : config_keys()) {
    if (key.key.empty()) {
      out += fmt::format(
          "\n## {}\n\n{}\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n",
          key.section.empty() ? std::string("Top level") : fmt::format("`[{}]`", key.section),
          key.doc);
      continue;
    }
    out += fmt::format("| `{}` | {} | `{}` | {} |\n", key.full_name(), type_text(key),
                       value_text(defaults, key), key.doc);
  }
  return out;
}

}  // namespace gate::server
