#pragma once

#include <gate/gate.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "runtime/c/handles.h"

/// Everything that every function of the C interface does at its border: structs of another age,
/// errors, exceptions.
namespace gate::c {

inline gate_str to_c(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
/// False for NULL with a size: there is no such text.
inline bool is_text(gate_str s) noexcept {
  return s.data != nullptr || s.size == 0;
}
inline std::string_view to_view(gate_str s) noexcept {
  return s.size == 0 ? std::string_view() : std::string_view(s.data, s.size);
}
[[nodiscard]] gate_status to_status(ErrorCode code) noexcept;

/// Reports a failure and returns its status. Without memory for the handle *error stays NULL.
gate_status fail(gate_error** error, gate_status status, std::string_view message) noexcept;
gate_status fail(gate_error** error, const Error& reason) noexcept;

/// A struct that came in is copied into this version's: a smaller one is refused, and a larger one
/// whose unknown part is not zero asks for something that this library does not know.
template <typename T>
bool read_struct(const T* from, T& to) noexcept {
  std::size_t size = 0;
  if (from == nullptr) {
    return false;
  }
  std::memcpy(&size, from, sizeof size);
  if (size < sizeof(T) || size > sizeof(T) + 4096) {
    return false;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  if (!std::all_of(bytes + sizeof(T), bytes + size, [](unsigned char b) { return b == 0; })) {
    return false;
  }
  std::memcpy(&to, from, sizeof(T));
  return true;
}

/// Gives a struct back; the part that this library does not know becomes zero.
template <typename T>
bool write_struct(T from, T* to) noexcept {
  std::size_t size = 0;
  if (to == nullptr) {
    return false;
  }
  std::memcpy(&size, to, sizeof size);
  if (size < sizeof(T) || size > sizeof(T) + 4096) {
    return false;
  }
  from.struct_size = size;
  std::memcpy(to, &from, sizeof(T));
  std::memset(reinterpret_cast<unsigned char*>(to) + sizeof(T), 0, size - sizeof(T));
  return true;
}

/// Runs `body`, which returns a status, and lets no exception out.
template <typename F>
gate_status guarded(gate_error** error, F body) noexcept {
  if (error != nullptr) {
    *error = nullptr;
  }
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return fail(error, GATE_INTERNAL, "out of memory");
  } catch (const std::exception& e) {
    return fail(error, GATE_INTERNAL, e.what());
  } catch (...) {
    return fail(error, GATE_INTERNAL, "an exception of unknown type");
  }
}

/// Fills *decision; false if it is no decision of any version that this library knows.
[[nodiscard]] bool give(const Decision& decision, gate_decision* out) noexcept;
/// The same of a verdict.
[[nodiscard]] bool give(const Verdict& verdict, gate_verdict* out) noexcept;

}  // namespace gate::c
