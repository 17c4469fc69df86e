#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gate::facts {

/// Where a record of a log comes from; docs/replay.md says how each is read.
enum class LogKind : std::uint8_t { kRequest, kAudit, kEntra };

/// Facts that a record could have told and did not.
enum class AbsentFact : std::uint8_t {
  kUser,
  kGroups,  ///< and roles: no sign-in log holds them
  kTarget,
  kClient,
  kPlatform,
  kIp,
  kCountry,
  kSignInRisk,
  kUserRisk,
  kDeviceState,
  kMethods,
  kTime,
  kUserKind,
};
inline constexpr std::size_t kAbsentFactCount = 13;
[[nodiscard]] std::string_view name(AbsentFact fact) noexcept;

/// A policy that a record says was applied.
struct RecordedPolicy {
  std::string_view id;
  std::string_view name;
};

/// One record of a log. Views that live until the reader reads again.
struct LogRecord {
  LogKind kind = LogKind::kRequest;
  /// Several when they were judged together, as the app and an authentication context are, and all
  /// apps whose tokens one sign-in asks for: the strictest one holds. At most kRequestsMax.
  std::span<const SignInRequest> requests;
  std::optional<Outcome> outcome;  ///< what was decided then
  bool knows_policies = false;     ///< `policies` are all that were on and applied
  std::span<const RecordedPolicy> policies;
  std::uint32_t absent = 0;  ///< bits of AbsentFact
  /// Why there is nothing to decide again; empty if there is. The record is not malformed.
  std::string_view left_out;
};

/// Reads one record after the other into memory that is used again. One thread at a time.
class LogReader {
 public:
  LogReader();
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  /// App ids that belong to suites beside those that are known (conditional-access 2.10): pairs of
  /// an id, in any case, and a suite, "office365". Borrowed.
  using Suites = std::span<const std::pair<std::string, std::string>>;
  void add_suites(Suites suites);

  /// Requests of one record.
  static constexpr std::size_t kRequestsMax = 16;
  /// Largest record, in bytes.
  static constexpr std::size_t kRecordBytesMax = std::size_t{1} << 20;

  /// The Error of a malformed record starts with its JSON path. Never null.
  [[nodiscard]] Result<const LogRecord*> read(std::string_view json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate::facts
