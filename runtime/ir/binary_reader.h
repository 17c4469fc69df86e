#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/ir/describe.h"

namespace gate::ir {

/// The binary parsing archive of describe.h, for untrusted bytes. After the first
/// fault every call is a no-op that leaves zeros, and every list ends.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool with_sources() const { return true; }
  [[nodiscard]] bool failed() const { return fault_.has_value(); }
  [[nodiscard]] bool at_end() const { return pos_ == bytes_.size(); }
  [[nodiscard]] std::string fault() const { return fault_.value_or(""); }
  void fail(std::string_view what);

  bool key(const char* word, bool /*present*/) {
    bool present = false;
    flag(word, present);
    return present;
  }
  void flag(const char* word, bool& value);
  template <typename T>
    requires std::is_integral_v<T>
  void value(T& v) {
    const std::uint64_t raw = varint();
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
      if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
        fail("a number is out of range");
        return;
      }
      v = static_cast<T>(wide);
    } else {
      if (raw > std::numeric_limits<T>::max()) {
        fail("a number is out of range");
        return;
      }
      v = static_cast<T>(raw);
    }
  }
  template <typename T>
  void hex(T& v) {
    value(v);
  }
  void value(std::string& s);
  void value(Cidr& c);
  void value(std::array<char, 2>& country);
  void value(MethodSet& methods);
  template <typename E>
  void choice(E& e, std::size_t count) {
    const std::uint8_t found = byte();
    if (found >= count) {
      fail("an enumerator is out of range");
      return;
    }
    e = static_cast<E>(found);
  }
  template <typename T, typename F>
  void list(std::vector<T>& v, F element) {
    // Each element takes a byte at least, so a count beyond the bytes left is a lie; and nothing is
    // reserved on the word of a count, so memory follows what was really read.
    const std::size_t n = count();
    for (std::size_t i = 0; i < n && !failed(); ++i) {
      element(v.emplace_back());
    }
  }
  template <typename F>
  void record(F fields) {
    fields();
  }
  void end_line() {}
  template <typename T>
  void table(const char* /*word*/, std::vector<T>& rows) {
    list(rows, [this](T& row) { describe(*this, row); });
  }
  void expressions(Program& p);

 protected:
  std::uint8_t byte();
  std::size_t count();
  std::string_view take(std::size_t size);

 private:
  [[nodiscard]] std::size_t left() const { return bytes_.size() - pos_; }
  std::uint64_t varint();

  std::string_view bytes_;
  std::size_t pos_ = 0;
  std::optional<std::string> fault_;
};

}  // namespace gate::ir
