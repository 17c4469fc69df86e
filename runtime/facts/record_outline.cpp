#include "runtime/facts/record_outline.h"

#include <algorithm>
#include <array>
#include <gate/vocabulary.hpp>
#include <optional>
#include <span>

#include "runtime/facts/entra_words.h"
#include "runtime/facts/json_structure.h"
#include "runtime/facts/log_record.h"
#include "runtime/facts/name_slots.h"

namespace gate::facts {

/// What may stand in a place that is left out. Anything else there stays in the outline.
enum class RecordOutline::Left : std::uint8_t {
  kNothing,    ///< members below it may be left out
  kText,       ///< a string without escapes
  kFlowId,     ///< the same, but no flow of a request
  kNumber,     ///< a whole number without sign
  kTimeText,   ///< a string that time_of_log() reads, if times do not count
  kTimeNumber  ///< a whole number, if times do not count
};

struct RecordOutline::Name {
  std::string_view name;
  std::uint8_t in = 0;  ///< bits of Of: where the name means this
  Left left = Left::kNothing;
  Of below = Of::kNobody;

  static constexpr std::uint8_t bit(Of of) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(of));
  }
  static const NameSlots<Name> kAll;
};

constexpr NameSlots<RecordOutline::Name> RecordOutline::Name::kAll = [] {
  constexpr std::uint8_t kRow = bit(Of::kRecord);
  constexpr std::uint8_t kSignIn = bit(Of::kRecord) | bit(Of::kEntra);
  return NameSlots<Name>{
      // server/admin writes audit rows.
      Name{"seq", kRow, Left::kNumber},
      Name{"at_micros", kRow, Left::kNumber},
      Name{"flow", kRow, Left::kFlowId},
      Name{"facts_hash", kRow, Left::kText},
      Name{"prev_hash", kRow, Left::kText},
      Name{"hash", kRow, Left::kText},
      Name{"facts", kRow, Left::kNothing, Of::kFacts},
      Name{"now_unix_s", static_cast<std::uint8_t>(kRow | bit(Of::kFacts)), Left::kTimeNumber},
      // Microsoft Graph, resource type signIn; Azure Monitor, category SignInLogs.
      Name{"time", kRow, Left::kText},
      Name{"durationMs", kRow, Left::kNumber},
      Name{"properties", kRow, Left::kNothing, Of::kEntra},
      Name{"id", kSignIn, Left::kText},
      Name{"correlationId", kSignIn, Left::kText},
      Name{"originalRequestId", kSignIn, Left::kText},
      Name{"uniqueTokenIdentifier", kSignIn, Left::kText},
      Name{"sessionId", kSignIn, Left::kText},
      Name{"processingTimeInMilliseconds", kSignIn, Left::kNumber},
      Name{"createdDateTime", kSignIn, Left::kTimeText},
      Name{"authenticationDetails", kSignIn, Left::kNothing, Of::kStep},
      Name{"authenticationStepDateTime", bit(Of::kStep), Left::kText},
  };
}();

namespace {

// The brackets and braces of ASCII differ in one bit.
constexpr bool opens(char c) {
  return (c | 0x20) == '{';
}
constexpr bool closes(char c) {
  return (c | 0x20) == '}';
}
constexpr bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Of those that JSON and std::int64_t both have.
bool is_whole_number(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  return !text.empty() && text.size() <= kDigitsMax && (text.front() != '0' || text.size() == 1) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What is between the quotes, if there are no escapes.
std::optional<std::string_view> plain_text(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"' ||
      text.find('\\') != text.npos) {
    return std::nullopt;
  }
  return text.substr(1, text.size() - 2);
}

}  // namespace

static_assert(RecordOutline::kPadding >= JsonStructure::kPadding);

RecordOutline::RecordOutline(bool with_time)
    : with_time_(with_time), library_(std::make_unique<JsonStructure>()) {}
RecordOutline::~RecordOutline() = default;

/// The value at next_, if it is no object and no array and the last one before a comma or brace:
/// what stands up to there, without blanks, for JSON allows nothing else.
std::string_view RecordOutline::scalar() const {
  const char behind = at(next_ + 1);
  if (behind != ',' && behind != '}') {
    return {};
  }
  const std::size_t begin = structure_[next_];
  std::size_t end = structure_[next_ + 1];
  while (end > begin && blank(text_[end - 1])) {
    --end;
  }
  return text_.substr(begin, end - begin);
}

/// Leaves the value at next_ out if it is such a one.
void RecordOutline::leave_out(Left what) {
  const bool time = what == Left::kTimeText || what == Left::kTimeNumber;
  if (time && with_time_) {
    return;
  }
  const std::string_view value = scalar();
  if (what == Left::kNumber || what == Left::kTimeNumber) {
    if (!is_whole_number(value)) {
      return;
    }
  } else {
    const auto text = plain_text(value);
    if (!text || (what == Left::kTimeText && !time_of_log(*text)) ||
        (what == Left::kFlowId && parse_flow(*text))) {
      return;
    }
  }
  const std::size_t begin = structure_[next_];
  outline_.append(text_, copied_, begin - copied_);
  gaps_.push_back(static_cast<std::uint32_t>(outline_.size()));
  copied_ = begin + value.size();
}

/// Behind the array or object at `i`, or to the end. Most of a record is passed here.
std::size_t RecordOutline::behind(std::size_t i) const {
  const char* const text = text_.data();
  const std::uint32_t* const places = structure_.data();
  const std::size_t size = structure_.size();
  std::size_t depth = 0;
  do {
    const char c = text[places[i]];
    depth += opens(c) ? 1 : 0;
    depth -= closes(c) ? 1 : 0;
    ++i;
  } while (depth != 0 && i < size);
  return i;
}

/// Over the array at next_, of objects of that kind.
bool RecordOutline::array(Of of) {
  ++next_;
  if (at(next_) == ']') {
    ++next_;
    return true;
  }
  while (next_ < structure_.size()) {
    const char first = at(next_);
    if (first == '{') {
      if (!object(of)) {
        return false;
      }
    } else {
      next_ = opens(first) ? behind(next_) : next_ + 1;
    }
    const char c = at(next_++);
    if (c != ',') {
      return c == ']';
    }
  }
  return false;
}

/// Over the value at next_, of the member of that name.
bool RecordOutline::named(const Name& name) {
  const char first = at(next_);
  if (first == '{' && name.left == Left::kNothing) {
    return object(name.below);
  }
  if (first == '[' && name.left == Left::kNothing) {
    return array(name.below);
  }
  if (opens(first)) {
    next_ = behind(next_);
    return true;
  }
  if (name.left != Left::kNothing) {
    leave_out(name.left);
  }
  ++next_;
  return true;
}

/// Over the object at next_.
bool RecordOutline::object(Of of) {
  const char* const text = text_.data();
  const std::uint32_t* const places = structure_.data();
  std::size_t i = next_ + 1;
  if (at(i) == '}') {
    next_ = i + 1;
    return true;
  }
  for (;;) {
    // A key, a colon, a value, and a comma or the end. A text that ends too soon may go on in what
    // stands behind it, but then does not end where it ends.
    if (i + 2 >= structure_.size()) {
      return false;
    }
    const std::uint32_t key = places[i];
    const std::uint32_t colon = places[i + 1];
    if (text[key] != '"' || text[colon] != ':') {
      return false;
    }
    i += 2;
    // A key with blanks behind it has a name that we do not know.
    const Name* const name =
        Name::kAll.find({text + key + 1, text[colon - 1] == '"' ? colon - key - 2 : 0});
    if (name != nullptr && (name->in & Name::bit(of)) != 0) {
      next_ = i;
      if (!named(*name)) {
        return false;
      }
      i = next_;
    } else {
      i = opens(text[places[i]]) ? behind(i) : i + 1;
    }
    const char c = text[places[i]];
    ++i;
    if (c != ',') {
      next_ = i;
      return c == '}';
    }
  }
}

std::string_view RecordOutline::of(std::string_view json) {
  outline_.clear();
  gaps_.clear();
  if (json.size() > LogReader::kRecordBytesMax) {
    return {};
  }
  const JsonStructure::Found structure = library_->of(json);
  if (structure.problem != nullptr) {
    return {};
  }
  text_ = json;
  structure_ = structure.places;
  outline_.reserve(json.size() + json.size() / 4);
  next_ = 0;
  copied_ = 0;
  if (at(0) != '{' || !object(Of::kRecord) || next_ != structure_.size()) {
    return {};
  }
  outline_.append(text_, copied_, text_.size() - copied_);
  // Where the gaps are is part of it: what stands around them could look like another record's.
  gaps_.push_back(static_cast<std::uint32_t>(gaps_.size()));
  outline_.append(reinterpret_cast<const char*>(gaps_.data()), gaps_.size() * sizeof gaps_[0]);
  return outline_;
}

}  // namespace gate::facts
