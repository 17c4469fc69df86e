#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// Wipes a text at the end of the scope, however it is left.
class WipeAtEnd {
 public:
  explicit WipeAtEnd(std::string& text) : text_(text) {}
  WipeAtEnd(const WipeAtEnd&) = delete;
  WipeAtEnd& operator=(const WipeAtEnd&) = delete;
  ~WipeAtEnd() { wipe(text_); }

 private:
  std::string& text_;
};

/// Wipes memory before it is given back, for containers that hold secrets among other things.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  explicit(false) WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) = default;
};

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
