#pragma once

#include <cstdint>
#include <gate/request.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace gate::bench {

/// What a log is made of; docs/replay.md.
enum class LogForm : std::uint8_t {
  kRequests,  ///< facts alone
  kAudit,     ///< rows as `gated audit` writes them
  kEntra,     ///< sign-ins as Microsoft Graph gives them, with the members that it has
};
[[nodiscard]] std::optional<LogForm> parse_log_form(std::string_view name);
[[nodiscard]] std::string_view name(LogForm form);

/// One record, without the end of the line. Of audit rows and of Entra's, ids, hashes and times
/// differ with `number`. Entra has no place for groups, roles, signals and the age of a session.
[[nodiscard]] std::string log_record(LogForm form, const SignInFacts& facts, std::uint64_t number);

}  // namespace gate::bench
