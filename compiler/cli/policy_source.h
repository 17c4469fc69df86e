#pragma once

#include <gate/compile.hpp>
#include <gate/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/cli/command.h"

namespace gate::cli {

/// "2026-11-25", or nothing when it is no day of the calendar.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);

/// A policy set on disk, as every command that needs one takes it: PATH and --today.
class PolicySource {
 public:
  void declare_path(Arguments& arguments);
  void declare_today(Arguments& arguments);

  /// The day that `until` is held against: --today, else GATEC_TODAY in the environment, else the
  /// machine's date. Error{kInvalidArgument} for what is no date.
  [[nodiscard]] Result<Date> today() const;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Compiles `path()`. Diagnostics go to standard error when there are errors, so that what a
  /// command prints stays clean; warnings are for `gatec check` to show. Empty after errors.
  [[nodiscard]] std::optional<CompileOutput> compile(Console& console, Backend backend,
                                                     ExitCode& failure) const;

 private:
  std::string path_ = ".";
  std::string today_;
};

}  // namespace gate::cli
