#include "tests/golden/golden_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace golden {
namespace {

constexpr std::string_view kMark = "--- ";
constexpr std::string_view kOptionsLine = "# GOLDEN:";

template <typename Number>
Number number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error(fmt::format("`{}` is not a number", text));
  }
  return value;
}

gate::Date date(std::string_view text) {
  if (text.size() != 10) {
    throw std::runtime_error(fmt::format("`{}` is not a date", text));
  }
  return {number<std::int32_t>(text.substr(0, 4)), number<std::uint8_t>(text.substr(5, 2)),
          number<std::uint8_t>(text.substr(8, 2))};
}

/// The parts of `a,b,c`.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t comma = 0; comma != std::string_view::npos; text.remove_prefix(comma + 1)) {
    comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) {
      break;
    }
  }
  return out;
}

void set_option(Options& options, std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string_view key = word.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  if (key == "lints") {
    options.lints = true;
    return;
  }
  if (key == "escapes") {
    options.escapes = true;
    return;
  }
  if (key == "today") {
    options.today = date(value);
    return;
  }
  if (key == "supplies" || key == "accepts") {
    if (!options.facts) {
      options.facts.emplace().by = "the server";
    }
    (key == "accepts" ? options.facts->accepted : options.facts->supplied) = words(value);
    return;
  }
  using Limits = gate::compiler::Limits;
  static const std::map<std::string_view, std::size_t Limits::*> kLimits{
      {"file_bytes_max", &Limits::file_bytes_max},
      {"files_max", &Limits::files_max},
      {"tokens_max", &Limits::tokens_max},
      {"nesting_depth_max", &Limits::nesting_depth_max},
      {"string_bytes_max", &Limits::string_bytes_max},
      {"name_bytes_max", &Limits::name_bytes_max},
      {"members_max", &Limits::members_max},
      {"policies_max", &Limits::policies_max},
      {"errors_per_file_max", &Limits::errors_per_file_max},
  };
  const auto found = kLimits.find(key);
  if (found == kLimits.end()) {
    throw std::runtime_error(fmt::format("unknown option `{}` behind {}", word, kOptionsLine));
  }
  options.limits.*(found->second) = number<std::size_t>(value);
}

Options read_options(std::string_view text) {
  Options options;
  if (!text.starts_with(kOptionsLine)) {
    return options;
  }
  std::istringstream words(
      std::string(text.substr(kOptionsLine.size(), text.find('\n') - kOptionsLine.size())));
  for (std::string word; words >> word;) {
    set_option(options, word);
  }
  return options;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6U));
    byte(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12U));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  } else {
    byte(0xF0 | (c >> 18U));
    byte(0x80 | ((c >> 12U) & 0x3FU));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  }
}

std::string decode(std::string_view text, const Options& options) {
  if (!options.escapes) {
    return std::string(text);
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t close =
        text.substr(at).starts_with("<<") ? text.find(">>", at) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    const std::string_view inside = text.substr(at + 2, close - at - 2);
    if (inside.starts_with("U+")) {
      append_utf8(out, number<std::uint32_t>(inside.substr(2), 16));
    } else {
      out += static_cast<char>(number<std::uint8_t>(inside, 16));
    }
    at = close + 2;
  }
  return out;
}

/// Length in bytes of the well-formed UTF-8 character at `at`, its code point put into `code`; 0
/// for a byte that starts none.
std::size_t character_at(std::string_view text, std::size_t at, std::uint32_t& code) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
  if (length == 0 || at + length > text.size()) {
    return 0;
  }
  code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80) {
      return 0;
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  return length;
}

bool wants_update() {
  const char* value = std::getenv("GATE_UPDATE");  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

GoldenFile split(std::string name, std::string_view text) {
  GoldenFile file{std::move(name), {Section{}}, read_options(text)};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(kMark)) {
      std::string_view heading = line.substr(kMark.size());
      heading.remove_suffix(heading.ends_with('\n') ? 1 : 0);
      file.sections.push_back({std::string(heading), {}});
    } else {
      file.sections.back().body += line;
    }
    text.remove_prefix(end);
  }
  return file;
}

std::string join(const GoldenFile& file) {
  std::string out;
  for (std::size_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if (i > 0) {
      out += out.empty() || out.ends_with('\n') ? "" : "\n";
      out += fmt::format("{}{}\n", kMark, section.heading);
    }
    out += section.body;
  }
  return out;
}

std::optional<std::string_view> heading_after(const Section& section, std::string_view prefix) {
  if (!section.heading.starts_with(prefix)) {
    return std::nullopt;
  }
  return std::string_view(section.heading).substr(prefix.size());
}

bool is_input(const Section& section) {
  return section.heading.empty() || heading_after(section, "file: ").has_value();
}

std::vector<gate::SourceFile> inputs(const GoldenFile& file) {
  std::vector<gate::SourceFile> out;
  for (std::size_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if (i == 0) {
      out.push_back({file.name, decode(section.body, file.options)});
    } else if (const auto name = heading_after(section, "file: ")) {
      out.push_back({std::string(*name), decode(section.body, file.options)});
    }
  }
  return out;
}

std::string encode(std::string text, const Options& options) {
  if (!options.escapes) {
    return text;
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t length = character_at(text, at, code);
    if (length == 0) {
      out += fmt::format("<<{:02X}>>", static_cast<unsigned char>(text[at]));
    } else if (code < 0x80 && (code >= 0x20 || code == '\n')) {
      out += static_cast<char>(code);
    } else {
      out += fmt::format("<<U+{:04X}>>", code);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::vector<std::filesystem::path> files_of(std::string_view kind) {
  std::vector<std::filesystem::path> out;
  const auto folder = std::filesystem::path(GATE_SOURCE_DIR) / "tests/golden" / kind;
  if (!std::filesystem::exists(folder)) {
    return out;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() &&
        (entry.path().extension() == ".gate" || entry.path().extension() == ".txt")) {
      out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

void check(const std::filesystem::path& path, Produce produce) {
  const std::string before = read_file(path);
  const std::string name = path.filename().string();
  Outcome outcome;
  try {
    outcome = produce(split(name, before));
  } catch (const std::runtime_error& error) {
    FAIL() << path.string() << ": " << error.what();
  }
  if (wants_update()) {
    if (outcome.text != before) {
      std::ofstream(path, std::ios::binary) << outcome.text;
    }
  } else {
    EXPECT_EQ(before, outcome.text)
        << path.string() << " says something else; ./dev golden --update rewrites it";
  }
  EXPECT_EQ(name.starts_with("fail_"), outcome.failed)
      << path.string() << (outcome.failed ? " is refused" : " is accepted")
      << ": the names of inputs that are refused, and only those, start with fail_";
}

bool register_kind(const char* suite, std::string_view kind, Produce produce) {
  class GoldenTest : public testing::Test {
   public:
    GoldenTest(std::filesystem::path path, Produce p) : path_(std::move(path)), produce_(p) {}
    void TestBody() override { check(path_, produce_); }

   private:
    std::filesystem::path path_;
    Produce produce_;
  };
  for (const auto& path : files_of(kind)) {
    testing::RegisterTest(
        suite, test_name(path).c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [path, produce]() -> testing::Test* { return new GoldenTest(path, produce); });
  }
  return true;
}

std::string test_name(const std::filesystem::path& path) {
  std::string name = path.stem().string();
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

}  // namespace golden
