#pragma once

#include <fmt/format.h>

#include <array>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/ir/describe.h"

namespace gate::ir {

/// The printing archive of describe.h. Never fails.
class TextWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  /// `sink`: is handed what is written in pieces of whole lines, and outlives the writer; null: all
  /// is kept for take().
  explicit TextWriter(bool with_sources, const Sink* sink = nullptr)
      : with_sources_(with_sources), sink_(sink) {}

  [[nodiscard]] bool with_sources() const { return with_sources_; }
  /// What the sink has not seen.
  [[nodiscard]] std::string take() { return std::move(out_); }

  bool key(const char* word, bool present) {
    if (present) {
      token(word);
    }
    return present;
  }
  void flag(const char* word, bool value) { key(word, value); }
  template <typename T>
    requires std::is_integral_v<T>
  void value(T v) {
    token(fmt::format_int(v).c_str());
  }
  void hex(std::uint64_t v) { token(fmt::format("{:#x}", v)); }
  void value(const std::string& s) {
    space();
    out_ += '"';
    for (const char c : s) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte < 0x20 || byte == 0x7F) {
        fmt::format_to(std::back_inserter(out_), "\\x{:02x}", byte);
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }
  void value(const Cidr& c) {
    space();
    for (const std::uint8_t byte : c.address) {
      fmt::format_to(std::back_inserter(out_), "{:02x}", byte);
    }
    fmt::format_to(std::back_inserter(out_), "/{}", c.prefix);
  }
  void value(const std::array<char, 2>& country) {
    token(std::string_view(country.data(), country.size()));
  }
  void value(MethodSet methods) {
    space();
    out_ += '[';
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      if (methods.contains(static_cast<Method>(i))) {
        token(gate::name(static_cast<Method>(i)));
      }
    }
    for (std::size_t i = 0; i < kRestrictionsMax; ++i) {
      if (methods.contains_all(restriction_bit(i))) {
        token(fmt::format("restricted_{}", i));
      }
    }
    out_ += ']';
  }
  template <typename E>
  void choice(E e, std::size_t /*count*/) {
    token(name(e));
  }
  template <typename T, typename F>
  void list(std::vector<T>& v, F element) {
    space();
    out_ += '[';
    for (T& x : v) {
      element(x);
    }
    out_ += ']';
  }
  template <typename F>
  void record(F fields) {
    space();
    out_ += '{';
    fields();
    out_ += '}';
  }
  void end_line() {
    if (!out_.empty() && out_.back() != '\n') {
      out_ += '\n';
    }
    if (sink_ != nullptr && out_.size() >= kPiece) {
      (*sink_)(out_);
      out_.clear();
    }
  }
  template <typename T>
  void table(const char* word, std::vector<T>& rows) {
    std::size_t i = 0;
    for (T& row : rows) {
      token(word);
      value(i++);
      describe(*this, row);
      end_line();
    }
  }
  void expressions(Program& p) {
    for (std::size_t i = 0; i < p.exprs.size(); ++i) {
      token("expr");
      value(i);
      expression(p, p.exprs[i]);
      end_line();
    }
  }
  void expression(const Program& p, const Expr& e) {
    token(name(e.op));
    switch (operand_kind(e.op)) {
      case OperandKind::kNone:
        break;
      case OperandKind::kChildren:
        space();
        out_ += '[';
        for (std::uint32_t c = 0; c < e.count; ++c) {
          value(p.operands[e.first + c]);
        }
        out_ += ']';
        break;
      case OperandKind::kContext:
        hex(e.imm);
        break;
      case OperandKind::kTable:
        value(e.first);
        break;
    }
  }

 private:
  void space() {
    if (!out_.empty() && out_.back() != '\n' && out_.back() != '[' && out_.back() != '{') {
      out_ += ' ';
    }
  }
  void token(std::string_view text) {
    space();
    out_ += text;
  }
  static constexpr std::size_t kPiece = std::size_t{64} * 1024;
  std::string out_;
  bool with_sources_;
  const Sink* sink_;
};

}  // namespace gate::ir
