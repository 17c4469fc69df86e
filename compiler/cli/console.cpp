#include "compiler/cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace gate::cli {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kProgressAfter{400};
constexpr milliseconds kProgressEvery{100};

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string_view{} : value;
}

bool shows_color(int fd) {
  return ::isatty(fd) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

}  // namespace

Console::Console()
    : color_out_(shows_color(STDOUT_FILENO)),
      color_err_(shows_color(STDERR_FILENO)),
      progress_allowed_(::isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"),
      started_(std::chrono::steady_clock::now()),
      last_shown_(started_) {}

std::string Console::painted(Tone tone, std::string_view text) {
  switch (tone) {
    case Tone::kPlain:
      return std::string(text);
    case Tone::kGood:
      return fmt::format("\x1b[32m{}\x1b[0m", text);
    case Tone::kBad:
      return fmt::format("\x1b[1;31m{}\x1b[0m", text);
    case Tone::kWarn:
      return fmt::format("\x1b[33m{}\x1b[0m", text);
    case Tone::kDim:
      return fmt::format("\x1b[2m{}\x1b[0m", text);
    case Tone::kBold:
      return fmt::format("\x1b[1m{}\x1b[0m", text);
  }
  return std::string(text);
}

void Console::err(std::string_view text) {
  clear_progress();
  std::fflush(stdout);  // what was said first is read first
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::error(std::string_view message, std::string_view advice) {
  const std::string word = color_err_ ? painted(Tone::kBad, "error:") : "error:";
  err(fmt::format("gatec: {} {}\n", word, message));
  if (!advice.empty()) {
    err(fmt::format("       {}\n", advice));
  }
}

void Console::warning(std::string_view message) {
  const std::string word = color_err_ ? painted(Tone::kWarn, "warning:") : "warning:";
  err(fmt::format("gatec: {} {}\n", word, message));
}

void Console::progress(std::string_view what, std::size_t done, std::size_t of) {
  if (!progress_allowed_) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - started_ < kProgressAfter || now - last_shown_ < kProgressEvery) {
    return;
  }
  last_shown_ = now;
  progress_shown_ = true;
  const std::string line = of == 0 ? fmt::format("\r\x1b[K{} {}", what, done)
                                   : fmt::format("\r\x1b[K{} {} of {}", what, done, of);
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void Console::clear_progress() {
  if (progress_shown_) {
    std::fputs("\r\x1b[K", stderr);
    progress_shown_ = false;
  }
}

bool Console::finish() {
  clear_progress();
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace gate::cli
