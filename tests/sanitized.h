#pragma once

/// How much work a test can ask for: code runs 2 to 3 times slower under AddressSanitizer and up to
/// 20 times under ThreadSanitizer.
namespace gate {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace gate
