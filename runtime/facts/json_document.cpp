#include "runtime/facts/json_document.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/ir/utf8.h"

namespace gate::facts {

JsonDocument::Answer JsonDocument::parse(std::string_view text) {
  Answer answer;
  if (room_ < text.size()) {
    // Powers of two, so that a run of growing documents does not allocate each time.
    const std::size_t room = std::max<std::size_t>(4096, std::bit_ceil(text.size()));
    padded_ = std::make_unique_for_overwrite<char[]>(room + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser_.allocate(room, kDepthMax); error != simdjson::SUCCESS) {
      room_ = 0;
      answer.problem = simdjson::error_message(error);
      return answer;
    }
    room_ = room;
  }
  if (text.empty()) {
    answer.problem = simdjson::error_message(simdjson::EMPTY);
    return answer;
  }
  std::memcpy(padded_.get(), text.data(), text.size());
  std::memset(padded_.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
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
