#pragma once

#include <gate/compile.hpp>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
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
  /// The path as the value of an option instead.
  void declare_option(Arguments& arguments, std::string_view name, std::string help);

  /// The day that `until` is held against: --today, else GATEC_TODAY in the environment, else the
  /// machine's date. Error{kInvalidArgument} for what is no date.
  [[nodiscard]] Result<Date> today() const;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Compiles `path()`. Diagnostics go to standard error when there are errors, so that what a
  /// command prints stays clean; warnings are for `gatec check` to show. Empty after errors. A
  /// process that decides once ends before machine code would have paid for itself.
  [[nodiscard]] std::optional<CompileOutput> compile(
      Console& console, Backend backend, ExitCode& failure,
      NativeCode native_code = NativeCode::kNever) const;
  /// The set at `path`: loaded when it is what `gatec build` wrote (code in it is not run), else
  /// compiled. Null after errors.
  [[nodiscard]] std::shared_ptr<const PolicySet> load(const std::string& path, Console& console,
                                                      ExitCode& failure) const;

 private:
  [[nodiscard]] std::optional<CompileOutput> compile(const std::string& path, Console& console,
                                                     Backend backend, ExitCode& failure,
                                                     NativeCode native_code) const;

  std::string path_ = ".";
  std::string today_;
};

}  // namespace gate::cli
