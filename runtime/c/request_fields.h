#pragma once

#include <gate/gate.h>

#include <cstddef>
#include <cstdint>
#include <gate/request.hpp>

/// What gate_request and gate_interned_request have in common: everything that is no name.
namespace gate::c {

/// An enumerator of the caller's; one that does not fit becomes 255, which no vocabulary has and
/// the evaluator refuses.
template <typename E>
E enumerator(std::uint32_t number) noexcept {
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): meant, and every value has room
  return static_cast<E>(number < 0xFF ? number : 0xFF);
}
inline bool is_flag(std::uint32_t value) noexcept {
  return value <= 1;
}
template <typename T>
bool is_array(const T* data, std::size_t count) noexcept {
  return data != nullptr || count == 0;
}

/// False for a flag that is neither 0 nor 1.
template <typename From>
bool are_flags(const From& r) noexcept {
  return is_flag(r.device_registered) && is_flag(r.device_reported_lost) &&
         is_flag(r.has_session_age) && is_flag(r.has_now) && is_flag(r.has_device_first_seen);
}

/// Enumerators, device and numbers.
template <typename From, typename To>
void take_values(const From& r, To& out) noexcept {
#define GATE_ENUMERATOR(type, member, c_member) out.member = enumerator<type>(r.c_member);
#include "runtime/request/request_enumerators.def"
#undef GATE_ENUMERATOR
  out.device.registered = r.device_registered != 0;
  out.device.reported_lost = r.device_reported_lost != 0;
  if (r.has_session_age != 0) {
    out.session_age_s = r.session_age_s;
  }
  if (r.has_device_first_seen != 0) {
    out.device.first_seen_s = r.device_first_seen_s;
  }
  if (r.has_now != 0) {
    out.now_unix_s = r.now_unix_s;
  }
}

/// The value of a gate_signal or gate_interned_signal; false if it makes no sense.
template <typename From>
bool read_signal_value(const From& signal, SignalValue& out) noexcept {
  if (signal.type == GATE_SIGNAL_INTEGER) {
    out = signal.integer;
  } else if (signal.type == GATE_SIGNAL_BOOLEAN && (signal.integer == 0 || signal.integer == 1)) {
    out = signal.integer == 1;
  } else if (signal.type == GATE_SIGNAL_TEXT) {
    out = signal.text.size == 0 ? std::string_view()
                                : std::string_view(signal.text.data, signal.text.size);
  } else {
    return false;
  }
  return true;
}

}  // namespace gate::c
