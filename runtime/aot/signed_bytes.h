#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <gate/policy_file.hpp>
#include <gate/result.hpp>
#include <string>
#include <string_view>

/// What both kinds of policy file are made of: little-endian numbers, hashes, signature blocks.
namespace gate::aot {

inline void put(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out += static_cast<char>(value >> (8 * i));
  }
}
inline std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}
template <std::size_t N>
std::string_view view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
template <std::size_t N>
std::array<std::uint8_t, N> copy(std::string_view bytes) {
  std::array<std::uint8_t, N> out{};
  std::memcpy(out.data(), bytes.data(), N);
  return out;
}
inline Error corrupt(std::string what) {
  return {ErrorCode::kCorrupt, "policy file: " + std::move(what)};
}

/// A signature block over `context` and `hash`; empty without a key.
[[nodiscard]] Result<std::string> sign_block(std::string_view context, std::string_view hash,
                                             const SaveOptions& options);
/// kDenied unless `block` is one that `trusted` made over them. `block` is empty or of
/// kSignatureBytes.
[[nodiscard]] Result<void> check_block(std::string_view block, std::string_view context,
                                       std::string_view hash, const PublicKey& trusted);

}  // namespace gate::aot
