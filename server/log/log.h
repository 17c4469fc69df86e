#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace gate::server {

/// The level of a line, in rising order; a logger drops lines below its threshold.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// The word for a level in lines and in the configuration: `debug`, `info`, `warning`, `error`.
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

/// The format of lines. `kAuto`: readable text when the stream is a terminal, JSON otherwise.
enum class LogFormat : std::uint8_t { kAuto, kJson, kPretty };

/// One named value of a log line. Views are read only during the call.
///
/// There is deliberately no way to log a struct, a request or a body. Each value must be named, so
/// that no secret is logged as a part of something larger (A8).
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  template <typename Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
  LogField(std::string_view k, Integer v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// Writes one line per event to a file descriptor. Each line is one `write(2)`, so lines never mix.
///
/// Safe from any number of threads. Never throws and never fails its caller: a line that cannot be
/// written is lost, because a full disk under the log must not stop sign-ins. Control characters in
/// values are escaped, so that a value cannot forge a line.
class Logger {
 public:
  /// `descriptor` is borrowed and must outlive the logger.
  Logger(int descriptor, LogLevel threshold, LogFormat format);

  void debug(std::string_view event, std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::initializer_list<LogField> fields = {});
  void warning(std::string_view event, std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::initializer_list<LogField> fields = {});

  [[nodiscard]] bool enabled(LogLevel level) const noexcept { return level >= threshold_; }

 private:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

  std::mutex mutex_;
  int descriptor_;
  LogLevel threshold_;
  bool pretty_;
};

}  // namespace gate::server
