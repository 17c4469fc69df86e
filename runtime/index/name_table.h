#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gate::index {

/// (kind, name) -> number, by hashing with linear probing. Built once, then read by any number of
/// threads; a look-up touches one or two cache lines beside the name itself and allocates nothing.
class NameTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Sizes the table for `names` names with `bytes` characters together.
  void reserve(std::size_t names, std::size_t bytes);
  /// Names from here on are not kept: a request that carries one is refused before it is looked up.
  static constexpr std::size_t kNameBytesMax = 0xFFFF;

  /// The number of (kind, name); a new one gets `fresh`. Call reserve() first.
  std::uint32_t add(std::uint8_t kind, std::string_view name, std::uint32_t fresh);
  /// kNone if it was never added.
  [[nodiscard]] std::uint32_t find(std::uint8_t kind, std::string_view name) const noexcept;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Slot {
    std::uint16_t tag = 0;
    std::uint16_t size = 0;
    std::uint32_t id = kNone;
    std::uint32_t begin = 0;
  };
  [[nodiscard]] std::size_t locate(std::uint64_t hash, std::uint8_t kind,
                                   std::string_view name) const noexcept;
  std::vector<Slot> slots_{4};
  std::vector<char> text_;  ///< of every name: its kind, then its characters
};

}  // namespace gate::index
