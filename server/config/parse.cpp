#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <system_error>

#include "server/config/config.h"
#include "server/config/config_keys.h"
#include "server/config/rules.h"
#include "server/config/store_url.h"

namespace gate::server {
namespace {

constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kTextsMax = 256;
/// The greatest edit distance of a suggestion.
constexpr std::size_t kSuggestionDistanceMax = 3;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string suggestion(std::string_view unknown) {
  std::string best;
  std::size_t distance = kSuggestionDistanceMax + 1;
  for (const ConfigKey& key : config_keys()) {
    const std::string name = key.key.empty() ? std::string(key.section) : key.full_name();
    const std::size_t d = edit_distance(unknown, name);
    if (d < distance && d < unknown.size()) {
      best = name;
      distance = d;
    }
  }
  return best.empty() ? std::string() : fmt::format("; did you mean `{}`?", best);
}

/// Keys of earlier versions, and what to do instead.
struct RetiredKey {
  std::string_view name;
  std::string_view instead;
};
constexpr RetiredKey kRetiredKeys[] = {{"sign_in.revealing_tenants",
                                        "each tenant says it in its own entry: write `\"answers\": "
                                        "\"compatible\"` there and run `gated "
                                        "provision`"}};

std::string unknown_key(std::string_view name) {
  for (const RetiredKey& retired : kRetiredKeys) {
    if (retired.name == name) {
      return fmt::format("`{}` is no longer a key; {}", name, retired.instead);
    }
  }
  return fmt::format("unknown key `{}`{}", name, suggestion(name));
}

/// The state of reading one file.
class Reader {
 public:
  explicit Reader(std::string folder) : folder_(std::move(folder)) {}

  ConfigOutcome read(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
      problem("C002", "", parsed.error().source().begin.line,
              std::string(parsed.error().description()));
      return std::move(outcome_);
    }
    take_table(parsed.table(), "");
    resolve_defaults();
    const std::vector<ConfigProblem> of_values = outcome_.problems;
    check_rules(outcome_.config, [&](std::string_view key, std::string message) {
      if (!may_follow_from(of_values, key, message)) {
        const auto line = lines_.find(key);
        problem("C006", key, line == lines_.end() ? 0 : line->second, std::move(message));
      }
    });
    std::stable_sort(
        outcome_.problems.begin(), outcome_.problems.end(),
        [](const ConfigProblem& a, const ConfigProblem& b) { return a.line < b.line; });
    return std::move(outcome_);
  }

 private:
  void problem(std::string_view code, std::string_view key, std::uint32_t line,
               std::string message) {
    outcome_.problems.push_back({.code = std::string(code),
                                 .key = std::string(key),
                                 .line = line,
                                 .message = std::move(message)});
  }

  /// A value that was refused was not taken, so a rule about its key may be broken for that reason
  /// alone. `environment` decides about many rules.
  static bool may_follow_from(const std::vector<ConfigProblem>& problems, std::string_view key,
                              std::string_view message) {
    return std::any_of(problems.begin(), problems.end(), [&](const ConfigProblem& each) {
      return each.key == "environment" || each.key == key ||
             message.find("`" + each.key) != std::string_view::npos;
    });
  }

  void take_table(const toml::table& table, const std::string& section) {
    for (const auto& [toml_key, node] : table) {
      const std::string_view key = toml_key.str();
      const std::string name =
          section.empty() ? std::string(key) : section + "." + std::string(key);
      const std::uint32_t line = toml_key.source().begin.line;
      if (section.empty() && is_section(key)) {
        if (const toml::table* inner = node.as_table()) {
          take_table(*inner, name);
        } else {
          problem("C004", name, line, fmt::format("`{}` is a section: write `[{}]`", name, name));
        }
        continue;
      }
      const auto keys = config_keys();
      const auto spec = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& k) {
        return !k.key.empty() && k.section == section && k.key == key;
      });
      if (name == "store.file") {
        problem("C003", name, line,
                "`store.file` is `store.url` now: write `url = \"sqlite:PATH\"` in its place");
        continue;
      }
      if (spec == keys.end()) {
        problem("C003", name, line, unknown_key(name));
        continue;
      }
      lines_[name] = line;
      take_value(*spec, node, line);
    }
  }

  static bool is_section(std::string_view name) {
    const auto keys = config_keys();
    return std::any_of(keys.begin(), keys.end(),
                       [&](const ConfigKey& k) { return !name.empty() && k.section == name; });
  }

  void take_value(const ConfigKey& spec, const toml::node& node, std::uint32_t line) {
    if (const auto* text = std::get_if<TextKey>(&spec.kind)) {
      take_text(spec, *text, node, line);
    } else if (const auto* integer = std::get_if<IntegerKey>(&spec.kind)) {
      take_integer(spec, *integer, node, line);
    } else if (const auto* flag = std::get_if<SwitchKey>(&spec.kind)) {
      if (const auto* value = node.as_boolean()) {
        outcome_.config.*flag->member = value->get();
      } else {
        wrong_type(spec, line, "true or false");
      }
    } else if (const auto* choice = std::get_if<ChoiceKey>(&spec.kind)) {
      take_choice(spec, *choice, node, line);
    } else if (const auto* texts = std::get_if<TextsKey>(&spec.kind)) {
      take_texts(spec, *texts, node, line);
    }
  }

  void wrong_type(const ConfigKey& spec, std::uint32_t line, std::string_view expected) {
    problem("C004", spec.full_name(), line,
            fmt::format("`{}` must be {}", spec.full_name(), expected));
  }

  bool fits(const ConfigKey& spec, const std::string& text, std::uint32_t line) {
    const bool control = std::any_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (control || text.size() > kTextBytesMax) {
      problem("C005", spec.full_name(), line,
              fmt::format("`{}` holds a control character or more than {} bytes", spec.full_name(),
                          kTextBytesMax));
      return false;
    }
    return true;
  }

  void take_text(const ConfigKey& spec, const TextKey& kind, const toml::node& node,
                 std::uint32_t line) {
    const auto* value = node.as_string();
    if (value == nullptr) {
      wrong_type(spec, line, "a string");
    } else if (fits(spec, value->get(), line)) {
      outcome_.config.*kind.member = value->get();
    }
  }

  void take_integer(const ConfigKey& spec, const IntegerKey& kind, const toml::node& node,
                    std::uint32_t line) {
    const auto* value = node.as_integer();
    if (value == nullptr) {
      wrong_type(spec, line, "a whole number");
    } else if (value->get() < kind.min || value->get() > kind.max) {
      problem("C005", spec.full_name(), line,
              fmt::format("`{}` is {}; it must lie between {} and {}", spec.full_name(),
                          value->get(), kind.min, kind.max));
    } else {
      outcome_.config.*kind.member = value->get();
    }
  }

  void take_choice(const ConfigKey& spec, const ChoiceKey& kind, const toml::node& node,
                   std::uint32_t line) {
    const auto* value = node.as_string();
    if (value == nullptr) {
      wrong_type(spec, line, "a string");
      return;
    }
    const std::string wrapped = fmt::format("|{}|", kind.choices);
    const bool known = value->get().find('|') == std::string::npos &&
                       wrapped.find("|" + value->get() + "|") != std::string::npos;
    if (!known) {
      problem("C005", spec.full_name(), line,
              fmt::format("`{}` is `{}`; it must be one of {}", spec.full_name(), value->get(),
                          kind.choices));
      return;
    }
    outcome_.config.*kind.member = value->get();
  }

  void take_texts(const ConfigKey& spec, const TextsKey& kind, const toml::node& node,
                  std::uint32_t line) {
    const auto* values = node.as_array();
    if (values == nullptr ||
        !(values->empty() || values->is_homogeneous(toml::node_type::string))) {
      wrong_type(spec, line, "a list of strings");
      return;
    }
    if (values->size() > kTextsMax) {
      problem("C005", spec.full_name(), line,
              fmt::format("`{}` has more than {} entries", spec.full_name(), kTextsMax));
      return;
    }
    for (const toml::node& value : *values) {
      const std::string text = value.as_string()->get();
      if (fits(spec, text, line)) {
        (outcome_.config.*kind.member).push_back(text);
      }
    }
  }

  /// Makes paths absolute and fills in those that default to a place in `data_dir`.
  void resolve_defaults() {
    Config& config = outcome_.config;
    const auto absolute = [this](std::string& path) {
      if (!path.empty()) {
        path = (std::filesystem::path(folder_) / path).lexically_normal().string();
      }
    };
    for (const ConfigKey& key : config_keys()) {
      const auto* text = std::get_if<TextKey>(&key.kind);
      if (text != nullptr && text->is_path) {
        absolute(config.*text->member);
      }
    }
    const auto in_data = [&config](std::string& path, const char* name) {
      if (path.empty()) {
        path = (std::filesystem::path(config.root_data_dir) / name).string();
      }
    };
    std::string file = sqlite_file(config).value_or("");
    absolute(file);
    if (config.store_url.empty() || !file.empty()) {
      in_data(file, "gated.sqlite3");
      config.store_url = kSqliteScheme + file;
    }
    in_data(config.keys_master_key_file, "master.key");
    in_data(config.delivery_outbox_file, "outbox.jsonl");
  }

  std::string folder_;
  ConfigOutcome outcome_;
  std::map<std::string, std::uint32_t, std::less<>> lines_;
};

ConfigOutcome unreadable(std::string message) {
  ConfigOutcome outcome;
  outcome.problems.push_back({.code = "C001", .key = {}, .line = 0, .message = std::move(message)});
  return outcome;
}

}  // namespace

ConfigOutcome parse_config(std::string_view text, const std::string& folder) {
  return Reader(folder).read(text);
}

ConfigOutcome load_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  if (!file.is_open() || !std::filesystem::is_regular_file(path)) {
    return unreadable(fmt::format("cannot be read: {}",
                                  std::generic_category().message(errno != 0 ? errno : EISDIR)));
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) {
    return unreadable(fmt::format("is larger than {} bytes", kFileBytesMax));
  }
  return parse_config(text, std::filesystem::absolute(path).parent_path().string());
}

}  // namespace gate::server
