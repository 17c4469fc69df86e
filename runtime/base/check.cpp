#include <cstdio>
#include <cstdlib>
#include <gate/export.hpp>
#include <gate/result.hpp>

namespace gate {

const char* error_code_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kExpired:
      return "expired";
    case ErrorCode::kLimitExceeded:
      return "limit_exceeded";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

namespace internal {
void check_failed(const char* file, int line, const char* why) noexcept {
  std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, why);
  std::abort();
}
}  // namespace internal

}  // namespace gate
