#include "runtime/facts/json_document.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/base/utf8.h"

namespace gate::facts {

const char* JsonDocument::make_room(std::size_t bytes) {
  if (bytes == 0) {
    return simdjson::error_message(simdjson::EMPTY);
  }
  if (room_ < bytes) {
    // Powers of two, so that a run of growing documents does not allocate each time.
    const std::size_t room = std::max<std::size_t>(4096, std::bit_ceil(bytes));
    padded_ = std::make_unique_for_overwrite<char[]>(room + kPadding);
    if (const auto error = parser_.allocate(room, kDepthMax); error != simdjson::SUCCESS) {
      room_ = 0;
      return simdjson::error_message(error);
    }
    room_ = room;
  }
  return nullptr;
}

JsonDocument::Answer JsonDocument::parse(std::string_view text) {
  Answer answer;
  answer.problem = make_room(text.size());
  if (answer.problem != nullptr) {
    return answer;
  }
  std::memcpy(padded_.get(), text.data(), text.size());
  std::memset(padded_.get() + text.size(), ' ', kPadding);
  has_escapes_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
  const auto error = parser_.parse(padded_.get(), text.size(), false).get(answer.root);
  if (error != simdjson::SUCCESS) {
    answer.problem = simdjson::error_message(error);
  }
  return answer;
}

bool JsonDocument::is_text(std::string_view text) const noexcept {
  return !has_escapes_ || is_utf8(text);
}

}  // namespace gate::facts
