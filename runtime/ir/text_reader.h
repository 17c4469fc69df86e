#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/ir/describe.h"

namespace gate::ir {

/// The parsing archive of describe.h. After the first fault every call is a no-op, so callers need
/// not look; loops end because nothing is ever consumed again.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) { skip(); }

  [[nodiscard]] bool with_sources() const { return true; }
  [[nodiscard]] bool failed() const { return fault_.has_value(); }
  [[nodiscard]] bool at_end() const { return pos_ == text_.size(); }
  /// "line:column: what was expected".
  [[nodiscard]] std::string fault() const { return fault_.value_or(""); }
  void fail(std::string_view expected);

  bool key(const char* word, bool /*present*/) { return !failed() && take_word(word); }
  void flag(const char* word, bool& value) { value = key(word, true); }
  void expect(const char* word) {
    if (!key(word, true)) {
      fail(word);
    }
  }
  template <typename T>
    requires std::is_integral_v<T>
  void value(T& v) {
    number(v, 10);
  }
  template <typename T>
  void hex(T& v) {
    if (!failed() && text_.substr(pos_).starts_with("0x")) {
      pos_ += 2;
      number(v, 16);
    } else {
      fail("a hexadecimal number");
    }
  }
  void value(std::string& s);
  void value(Cidr& c);
  void value(std::array<char, 2>& country);
  void value(MethodSet& methods);
  template <typename E>
  void choice(E& e, std::size_t count) {
    const std::string_view found = word();
    for (std::size_t i = 0; !failed() && i < count; ++i) {
      if (name(static_cast<E>(i)) == found) {
        e = static_cast<E>(i);
        pos_ += found.size();
        skip();
        return;
      }
    }
    fail("a known name");
  }
  template <typename T, typename F>
  void list(std::vector<T>& v, F element) {
    open('[');
    while (!failed() && !take(']')) {
      element(v.emplace_back());
    }
  }
  template <typename F>
  void record(F fields) {
    open('{');
    fields();
    open('}');
  }
  void end_line() {}
  template <typename T>
  void table(const char* kind, std::vector<T>& rows) {
    while (!failed() && take_word(kind)) {
      index(rows.size());
      T row{};
      describe(*this, row);
      rows.push_back(std::move(row));
    }
  }
  void expressions(Program& p);

 private:
  void skip();
  [[nodiscard]] std::string_view word() const;
  bool take_word(std::string_view expected);
  bool take(char c);
  void open(char c) {
    if (!failed() && !take(c)) {
      fail(std::string_view(&c, 1));
    }
  }
  void index(std::size_t expected);
  template <typename T>
  void number(T& v, int base) {
    if (failed()) {
      return;
    }
    const char* begin = text_.data() + pos_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), v, base);
    if (error != std::errc{}) {
      fail("a number in range");
      return;
    }
    pos_ += static_cast<std::size_t>(end - begin);
    skip();
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::optional<std::string> fault_;
};

}  // namespace gate::ir
