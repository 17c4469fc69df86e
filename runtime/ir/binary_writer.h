#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/ir/describe.h"

namespace gate::ir {

/// The binary printing archive of describe.h: LEB128 numbers (zigzag for signed ones), one byte for
/// flags, presence and enumerators, counts before elements. Never fails.
class BinaryWriter {
 public:
  [[nodiscard]] bool with_sources() const { return true; }
  [[nodiscard]] std::string take() { return std::move(out_); }

  bool key(const char* /*word*/, bool present) {
    byte(present ? 1 : 0);
    return present;
  }
  void flag(const char* word, bool value) { key(word, value); }
  template <typename T>
    requires std::is_integral_v<T>
  void value(T v) {
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(v);
      varint((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
    } else {
      varint(v);
    }
  }
  void hex(std::uint64_t v) { varint(v); }
  void value(const std::string& s) {
    varint(s.size());
    out_ += s;
  }
  void value(const Cidr& c) {
    out_.append(reinterpret_cast<const char*>(c.address.data()), c.address.size());
    byte(c.prefix);
  }
  void value(const std::array<char, 2>& country) { out_.append(country.data(), country.size()); }
  void value(MethodSet methods) { varint(methods.bits()); }
  template <typename E>
  void choice(E e, std::size_t /*count*/) {
    byte(static_cast<std::uint8_t>(e));
  }
  template <typename T, typename F>
  void list(std::vector<T>& v, F element) {
    varint(v.size());
    for (T& x : v) {
      element(x);
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
  void expressions(Program& p) {
    list(p.exprs, [this, &p](const Expr& e) { expression(p, e); });
  }

 protected:
  void byte(std::uint8_t b) { out_ += static_cast<char>(b); }

  std::string out_;

 private:
  void expression(const Program& p, const Expr& e) {
    byte(static_cast<std::uint8_t>(e.op));
    switch (operand_kind(e.op)) {
      case OperandKind::kNone:
        break;
      case OperandKind::kChildren:
        varint(e.count);
        for (std::uint32_t c = 0; c < e.count; ++c) {
          varint(p.operands[e.first + c]);
        }
        break;
      case OperandKind::kContext:
        varint(e.imm);
        break;
      case OperandKind::kTable:
        varint(e.first);
        break;
    }
  }
  void varint(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) {
      byte(static_cast<std::uint8_t>(v | 0x80));
    }
    byte(static_cast<std::uint8_t>(v));
  }
};

}  // namespace gate::ir
