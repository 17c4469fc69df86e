#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gate {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256. Aborts if the crypto library cannot hash at all.
[[nodiscard]] Sha256 sha256(std::string_view data);
/// The same of data that comes in pieces. Not thread-safe.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(const Sha256Hasher&) = delete;
  Sha256Hasher& operator=(const Sha256Hasher&) = delete;
  void add(std::string_view data);
  /// Of all that was added. At most once.
  [[nodiscard]] Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
/// In 64 lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(const Sha256& digest);
[[nodiscard]] std::string sha256_hex(std::string_view data);
/// Lower-case hexadecimal digits of any bytes.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace gate
