#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace gate::facts {

/// Where in a document a value stands: a chain on the stack, written out only for a complaint.
class JsonPath {
 public:
  JsonPath() = default;
  JsonPath(const JsonPath& above, std::string_view key) : above_(&above), key_(key) {}
  JsonPath(const JsonPath& above, std::size_t index)
      : above_(&above), index_(index), is_index_(true) {}

  /// "$.device.compliant", "$.groups[1]".
  [[nodiscard]] std::string text() const {
    std::string out;
    write(out);
    return out;
  }

 private:
  void write(std::string& out) const {  // NOLINT(misc-no-recursion): as deep as a document
    if (above_ == nullptr) {
      out = "$";
      return;
    }
    above_->write(out);
    if (is_index_) {
      fmt::format_to(std::back_inserter(out), "[{}]", index_);
    } else {
      fmt::format_to(std::back_inserter(out), ".{}", key_);
    }
  }

  const JsonPath* above_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace gate::facts
