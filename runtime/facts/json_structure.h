#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace gate::facts {

/// Where what begins in a JSON text, at the speed of the machine's widest instructions: the first
/// half of parsing, in a tenth of its time and without a copy. The only place that calls what
/// simdjson keeps to itself. So it is held against texts whose structure is known each time one of
/// these is made, some microseconds; a library that does anything else is not used. One thread at a
/// time.
class JsonStructure {
 public:
  struct Found {
    /// Where brackets, braces, colons, commas and values begin, outside of strings, ascending. So
    /// many more that lie behind the last one may be read, and point just behind the text.
    static constexpr std::size_t kPlacesBehind = 2;
    std::span<const std::uint32_t> places;
    /// Why it is not JSON, or nothing can be said of it; null: it may be JSON.
    const char* problem = nullptr;
  };
  /// Bytes behind a text that of() may read, whatever they hold.
  static constexpr std::size_t kPadding = 64;

  JsonStructure();
  ~JsonStructure();
  JsonStructure(const JsonStructure&) = delete;
  JsonStructure& operator=(const JsonStructure&) = delete;

  /// Finds out that strings are UTF-8, closed and without control characters, and where what
  /// begins. Valid until the next call.
  [[nodiscard]] Found of(std::string_view text);
  /// False: the library is not as it was when this was written, and of() has a problem with every
  /// text.
  [[nodiscard]] bool trusted() const noexcept { return trusted_; }

 private:
  class Library;
  std::unique_ptr<Library> library_;
  bool trusted_;
};

/// Whether `find` gives the structure of some texts that hold every case: what JsonStructure asks
/// of the library. kPadding bytes behind each of them may be read.
[[nodiscard]] bool finds_what_is_there(
    const std::function<JsonStructure::Found(std::string_view text)>& find);

}  // namespace gate::facts
