#include "runtime/facts/json_structure.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>

namespace gate::facts {

static_assert(JsonStructure::kPadding >= simdjson::SIMDJSON_PADDING);

class JsonStructure::Library {
 public:
  Found find(std::string_view text) {
    Found found;
    found.problem = make_room(text.size());
    if (found.problem != nullptr) {
      return found;
    }
    auto& stages = *parser_.implementation;
    const auto error = stages.stage1(reinterpret_cast<const std::uint8_t*>(text.data()),
                                     text.size(), simdjson::stage1_mode::regular);
    if (error != simdjson::SUCCESS) {
      found.problem = simdjson::error_message(error);
      return found;
    }
    found.places = {stages.structural_indexes.get(), stages.n_structural_indexes};
    // Its own marks of the end, in room that it keeps for them.
    for (std::size_t i = 0; i < Found::kPlacesBehind; ++i) {
      stages.structural_indexes[found.places.size() + i] = static_cast<std::uint32_t>(text.size());
    }
    return found;
  }

 private:
  /// For a text of so many bytes; null, or why that cannot be.
  const char* make_room(std::size_t bytes) {
    if (bytes == 0) {
      return simdjson::error_message(simdjson::EMPTY);
    }
    if (room_ < bytes) {
      // Powers of two, so that a run of growing texts does not allocate each time.
      const std::size_t room = std::max<std::size_t>(4096, std::bit_ceil(bytes));
      if (const auto error = parser_.allocate(room); error != simdjson::SUCCESS) {
        room_ = 0;
        return simdjson::error_message(error);
      }
      room_ = room;
    }
    return nullptr;
  }

  static constexpr std::size_t kBytesMax = 256 * 1024 * 1024;
  simdjson::dom::parser parser_{kBytesMax};
  std::size_t room_ = 0;
};

JsonStructure::JsonStructure()
    : library_(std::make_unique<Library>()),
      trusted_(
          finds_what_is_there([this](std::string_view text) { return library_->find(text); })) {}
JsonStructure::~JsonStructure() = default;

JsonStructure::Found JsonStructure::of(std::string_view text) {
  return trusted_ ? library_->find(text)
                  : Found{{}, "the JSON library is not the one that this was written for"};
}

namespace {

struct Known {
  std::string_view text;
  std::string_view marks;  ///< a caret below each place; empty: it is not JSON
};

constexpr Known kKnown[] = {
    {R"({"a":[1,-2.5e3 , true],"b" : {}})",  //
     R"(^^  ^^^^^      ^ ^   ^^^   ^ ^^^)"},
    {R"(["\"}","\\",{"]":"\\\"[,:"},nul ])",  //
     R"(^^    ^^   ^^^  ^^        ^^^   ^)"},
    {"{\"\xC3\xA4\":\"\xE2\x82\xAC,\" }\n ,x", "^^   ^^      ^  ^^"},
    {"7", "^"},
    {R"({"a":"b)", ""},
    {R"(["\"])", ""},
    {"[\"\x01\"]", ""},
    {"[\"\xC3\"]", ""},
    {"  \n", ""},
};

bool is_found(const JsonStructure::Found& found, const Known& known, std::size_t before,
              std::size_t size) {
  if (known.marks.empty() || found.problem != nullptr) {
    return known.marks.empty() && found.problem != nullptr;
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < known.marks.size(); ++i) {
    if (known.marks[i] == '^' &&
        (next == found.places.size() || found.places[next++] != before + i)) {
      return false;
    }
  }
  const std::uint32_t* const behind = found.places.data() + found.places.size();
  return next == found.places.size() &&
         std::all_of(behind, behind + JsonStructure::Found::kPlacesBehind,
                     [size](std::uint32_t place) { return place == size; });
}

}  // namespace

bool finds_what_is_there(const std::function<JsonStructure::Found(std::string_view text)>& find) {
  // The library reads blocks of 64 bytes: each text lies across the border of two once.
  constexpr std::size_t kBefore[] = {0, 35, 50, 61, 64};
  std::string text;
  for (const Known& known : kKnown) {
    for (const std::size_t before : kBefore) {
      text.assign(before, ' ').append(known.text);
      const std::size_t size = text.size();
      text.append(JsonStructure::kPadding, '"');
      if (!is_found(find(std::string_view(text).substr(0, size)), known, before, size)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace gate::facts
