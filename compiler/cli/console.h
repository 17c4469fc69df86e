#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace gate::cli {

/// How a piece of text is set off on a terminal that shows colours; elsewhere it is plain.
enum class Tone { kPlain, kGood, kBad, kWarn, kDim, kBold };

/// Where a command writes: results to standard output, everything else to standard error. Colours
/// and progress appear on terminals only; NO_COLOR and TERM=dumb are honoured. Not thread-safe.
class Console {
 public:
  /// The two streams of the process.
  Console();

  void out(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stdout); }
  void err(std::string_view text);
  /// "gatec: error: …" on standard error, with what to do about it on a second line.
  void error(std::string_view message, std::string_view advice = {});
  void warning(std::string_view message);

  [[nodiscard]] bool color_out() const { return color_out_; }
  [[nodiscard]] bool color_err() const { return color_err_; }
  /// `text` for standard output.
  [[nodiscard]] std::string tone(Tone tone, std::string_view text) const {
    return color_out_ ? painted(tone, text) : std::string(text);
  }

  /// "checking 12 of 240" on the terminal of standard error, when the work takes noticeably long;
  /// gone before the next output. `of` 0: not known.
  void progress(std::string_view what, std::size_t done, std::size_t of);

  /// Writes everything out. False when standard output could not take it.
  [[nodiscard]] bool finish();

  [[nodiscard]] static std::string painted(Tone tone, std::string_view text);

 private:
  void clear_progress();

  bool color_out_ = false;
  bool color_err_ = false;
  bool progress_allowed_ = false;
  bool progress_shown_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_shown_;
};

}  // namespace gate::cli
