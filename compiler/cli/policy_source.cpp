#include "compiler/cli/policy_source.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <gate/policy_file.hpp>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"

namespace gate::cli {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

Date machine_date() {
  const std::chrono::year_month_day day{
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  return {static_cast<int>(day.year()),
          static_cast<std::uint8_t>(static_cast<unsigned>(day.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(day.day()))};
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  Date date;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !read_number(text.substr(0, 4), date.year) || !read_number(text.substr(5, 2), date.month) ||
      !read_number(text.substr(8, 2), date.day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{std::chrono::year(date.year),
                                        std::chrono::month(date.month), std::chrono::day(date.day)};
  return day.ok() ? std::optional(date) : std::nullopt;
}

void PolicySource::declare_path(Arguments& arguments) {
  arguments.positional("PATH", path_, true, "folder of a policy set, or one .gate file",
                       Fit::paths());
}

void PolicySource::declare_today(Arguments& arguments) {
  arguments.option("--today", today_, "DATE",
                   "the day that `until` is held against (default: today, in UTC)");
}

Result<Date> PolicySource::today() const {
  std::string text = today_;
  std::string_view where = "--today";
  if (text.empty()) {
    const char* value = std::getenv("GATEC_TODAY");  // NOLINT(concurrency-mt-unsafe): one thread
    if (value == nullptr || *value == '\0') {
      return machine_date();
    }
    text = value;
    where = "GATEC_TODAY";
  }
  if (const auto date = parse_date(text)) {
    return *date;
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{}: `{}` is not a date; write it as 2026-11-25", where, text)};
}

void PolicySource::declare_option(Arguments& arguments, std::string_view name, std::string help) {
  arguments.option(name, path_, "PATH", std::move(help), Fit::paths());
}

std::optional<CompileOutput> PolicySource::compile(Console& console, Backend backend,
                                                   ExitCode& failure,
                                                   NativeCode native_code) const {
  return compile(path_, console, backend, failure, native_code);
}

std::shared_ptr<const PolicySet> PolicySource::load(const std::string& path, Console& console,
                                                    ExitCode& failure) const {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".gateset" && extension != ".so") {
    const auto output =
        compile(path, console, Backend::kNative, failure, NativeCode::kBeforeReturn);
    return output ? output->policies : nullptr;
  }
  auto set = load_policy_set_file(path);
  if (!set) {
    console.error(fmt::format("{}: {}", path, set.error().message));
    failure = ExitCode::kUsage;
    return nullptr;
  }
  return *set;
}

std::optional<CompileOutput> PolicySource::compile(const std::string& path, Console& console,
                                                   Backend backend, ExitCode& failure,
                                                   NativeCode native_code) const {
  const Result<Date> day = today();
  if (!day) {
    console.error(day.error().message);
    failure = ExitCode::kUsage;
    return std::nullopt;
  }
  CompileOptions options;
  options.backend = backend;
  options.native_code = native_code;
  options.today = *day;
  CompileOutput output = compile_folder(path, options);
  if (output.policies == nullptr) {
    console.err(render_text(output, console.color_err()));
    failure = ExitCode::kFindings;
    return std::nullopt;
  }
  return output;
}

}  // namespace gate::cli
