#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// The bytes of a text, without a copy.
[[nodiscard]] inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Overwrites memory in a way that the optimiser may not remove.
void wipe(void* memory, std::size_t size) noexcept;
/// Wipes and empties a text that held a code, a password or a key.
void wipe(std::string& text) noexcept;

/// Key material. It can be moved but not copied, wipes itself, and cannot be printed.
class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteSpan bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(bytes_.data(), bytes_.size()); }

  [[nodiscard]] Secret clone() const { return Secret(ByteSpan(bytes_)); }
  [[nodiscard]] ByteSpan bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
};

}  // namespace gate::server
