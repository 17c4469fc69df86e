#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace gate::facts {

/// Parses one document after the other into memory that is used again. What simdjson takes for JSON
/// is RFC 8259 and UTF-8, with one exception that is dealt with here: an escaped half of a
/// surrogate pair. One thread at a time.
class JsonDocument {
 public:
  /// Deepest nesting of arrays and objects.
  static constexpr std::size_t kDepthMax = 32;

  struct Answer {
    simdjson::dom::element root;    ///< with all below it, valid until the next parse
    const char* problem = nullptr;  ///< why it is not JSON; null if it is
  };
  [[nodiscard]] Answer parse(std::string_view text);

  /// False for a text of the document whose escapes make up no UTF-8.
  [[nodiscard]] bool is_text(std::string_view text) const noexcept;
  /// is_text() is going to be asked about texts of another document.
  void expect_escapes() noexcept { has_escapes_ = true; }

 private:
  /// For a text of so many bytes; null, or why that cannot be.
  const char* make_room(std::size_t bytes);

  static constexpr std::size_t kPadding = simdjson::SIMDJSON_PADDING;
  simdjson::dom::parser parser_{kCapacityMax};
  static constexpr std::size_t kCapacityMax = 256 * 1024 * 1024;
  std::unique_ptr<char[]> padded_;
  std::size_t room_ = 0;
  bool has_escapes_ = false;
};

}  // namespace gate::facts
