#pragma once

/// GATE_CHECK(cond, why): a promise that only a bug in Gatehouse can break. Always compiled in;
/// aborts with `why`. Never used on input: what comes from outside is answered with a Result, a
/// Diagnostic or the stricter Decision.
#define GATE_CHECK(cond, why)                                  \
  do {                                                         \
    if (!(cond)) [[unlikely]] {                                \
      ::gate::internal::check_failed(__FILE__, __LINE__, why); \
    }                                                          \
  } while (false)

namespace gate::internal {
[[noreturn]] void check_failed(const char* file, int line, const char* why) noexcept;
}  // namespace gate::internal
