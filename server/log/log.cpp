#include "server/log/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cerrno>
#include <ctime>
#include <exception>
#include <iterator>

namespace gate::server {
namespace {

/// The longest value in a line; the rest is cut off and marked.
constexpr std::size_t kValueBytesMax = 4096;

std::string quoted(std::string_view text) {
  const bool cut = text.size() > kValueBytesMax;
  const std::string_view kept = text.substr(0, kValueBytesMax);
  std::string line = boost::json::serialize(boost::json::string(kept.data(), kept.size()));
  if (cut) {
    line.insert(line.size() - 1, "...");
  }
  return line;
}

std::string timestamp() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  (void)gmtime_r(&now.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     now.tv_nsec / 1'000'000);
}

std::string value_text(const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    return quoted(*text);
  }
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    return fmt::format("{}", *number);
  }
  return std::get<bool>(field.value) ? "true" : "false";
}

std::string json_line(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":{})", timestamp(),
                                 to_string(level), quoted(event));
  for (const LogField& field : fields) {
    fmt::format_to(std::back_inserter(line), ",{}:{}", quoted(field.key), value_text(field));
  }
  line += "}\n";
  return line;
}

std::string pretty_line(LogLevel level, std::string_view event,
                        std::initializer_list<LogField> fields) {
  std::string line =
      fmt::format("{} {:<7} {}", timestamp().substr(11, 12), to_string(level), event);
  for (const LogField& field : fields) {
    fmt::format_to(std::back_inserter(line), "  {}={}", field.key, value_text(field));
  }
  line += '\n';
  return line;
}

bool wants_pretty(LogFormat format, int descriptor) {
  switch (format) {
    case LogFormat::kAuto:
      return isatty(descriptor) == 1;
    case LogFormat::kJson:
      return false;
    case LogFormat::kPretty:
      return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

Logger::Logger(int descriptor, LogLevel threshold, LogFormat format)
    : descriptor_(descriptor), threshold_(threshold), pretty_(wants_pretty(format, descriptor)) {}

void Logger::debug(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kDebug, event, fields);
}
void Logger::info(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kInfo, event, fields);
}
void Logger::warning(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kWarning, event, fields);
}
void Logger::error(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::kError, event, fields);
}

void Logger::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!enabled(level)) {
    return;
  }
  try {
    const std::string line =
        pretty_ ? pretty_line(level, event, fields) : json_line(level, event, fields);
    const std::scoped_lock lock(mutex_);
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0) {
        if (errno == EINTR) {
          continue;
        }
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  } catch (const std::exception&) {
    // Out of memory while formatting: the line is lost, and the caller goes on.
    return;
  }
}

}  // namespace gate::server
