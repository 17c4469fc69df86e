#include "runtime/replay/record_splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gate::replay {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
/// Enough to tell by.
constexpr std::size_t kLookAhead = std::size_t{64} << 10;

/// Whether the text is one object from end to end: then each line is a record.
bool is_whole_object(std::string_view line) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 1) {
        return line.find_first_not_of(kBlanks, i + 1) == std::string_view::npos;
      }
      depth -= depth == 0 ? 0 : 1;
    }
  }
  return false;
}

/// Whether a document begins like the answer of Graph: a member `value` that is an array.
bool has_value_array(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t begin = ++i;
      for (; i < text.size() && text[i] != '"'; ++i) {
        i += text[i] == '\\' ? 1 : 0;
      }
      if (depth != 1 || text.substr(begin, i - begin) != "value") {
        continue;
      }
      const std::size_t colon = text.find_first_not_of(kBlanks, i + 1);
      const std::size_t open = colon == text.npos || text[colon] != ':'
                                   ? text.npos
                                   : text.find_first_not_of(kBlanks, colon + 1);
      if (open != text.npos && text[open] == '[') {
        return true;
      }
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return false;
    }
  }
  return false;
}

}  // namespace

RecordSplitter::RecordSplitter(std::size_t record_bytes_max, OnRecord on_record)
    : on_record_(std::move(on_record)), max_(record_bytes_max) {}

void RecordSplitter::feed(std::string_view bytes) {
  if (form_ == Form::kUnknown) {
    held_.append(bytes);
    find_form(false);
  } else if (form_ == Form::kLines) {
    feed_lines(bytes);
  } else {
    feed_document(bytes);
  }
}

void RecordSplitter::find_form(bool over) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!mark_looked_for_ && (over || held_.size() >= kByteOrderMark.size())) {
    held_.erase(0, held_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    mark_looked_for_ = true;  // a second one is no mark, however the bytes come
  }
  const std::string_view text = held_;
  if (!over && text.size() < kLookAhead) {
    return;
  }
  const std::size_t begin = text.find_first_not_of(kBlanks);
  const std::size_t end = begin == text.npos ? begin : text.find('\n', begin);
  form_ = Form::kLines;
  if (begin != text.npos && text[begin] == '[') {
    form_ = Form::kDocument;
    record_depth_ = 2;
  } else if (begin != text.npos && text[begin] == '{') {
    const bool whole = is_whole_object(text.substr(begin, end == text.npos ? end : end - begin));
    const std::size_t next = end == text.npos ? end : text.find_first_not_of(kBlanks, end);
    if (has_value_array(text.substr(begin))) {
      form_ = Form::kDocument;
      record_depth_ = 3;
    } else if (!whole && next != text.npos && text[next] != '{') {
      // An object over several lines. A first line that is merely broken looks like that too, but
      // then the next one begins with an object.
      form_ = Form::kDocument;
      record_depth_ = 1;
    }
  }
  const std::string all = std::exchange(held_, {});
  feed(all);
}

void RecordSplitter::keep(std::string_view bytes) {
  if (held_.size() + bytes.size() > max_) {
    too_long_ = true;
    held_.clear();
  }
  if (!too_long_) {
    held_.append(bytes);
  }
}

void RecordSplitter::end_record() {
  if (too_long_) {
    on_record_({}, begin_, "longer than a record may be");
  } else {
    on_record_(held_, begin_, nullptr);
  }
  held_.clear();
  too_long_ = false;
}

void RecordSplitter::end_line() {
  const bool blank = !too_long_ && held_.find_first_not_of(kBlanks) == std::string::npos;
  begin_ = line_;
  if (blank) {
    held_.clear();
  } else {
    end_record();
  }
  ++line_;
}

void RecordSplitter::feed_lines(std::string_view bytes) {
  while (!bytes.empty()) {
    const void* const found = std::memchr(bytes.data(), '\n', bytes.size());
    if (found == nullptr) {
      keep(bytes);
      return;
    }
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (held_.empty() && !too_long_ && size <= max_) {
      const std::string_view line = bytes.substr(0, size);
      if (line.find_first_not_of(kBlanks) != std::string_view::npos) {
        on_record_(line, line_, nullptr);
      }
      ++line_;
    } else {
      keep(bytes.substr(0, size));
      end_line();
    }
    bytes.remove_prefix(size + 1);
  }
}

/// A character outside of texts.
void RecordSplitter::structural(char c) {
  if (c == '{' || c == '[') {
    ++depth_;
    if (in_record_) {
      return;
    }
    in_array_ |= record_depth_ == 3 && c == '[' && depth_ == 2 && key_ == "value";
    if (c == '{' && depth_ == record_depth_ && (record_depth_ != 3 || in_array_)) {
      in_record_ = true;
      begin_ = line_;
    }
  } else if (c == '}' || c == ']') {
    depth_ -= depth_ == 0 ? 0 : 1;
    in_array_ = in_array_ && depth_ >= 2;
  }
}

void RecordSplitter::feed_document(std::string_view bytes) {
  std::size_t kept = 0;  // bytes before this one are dealt with
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    line_ += c == '\n' ? 1 : 0;
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      if (!in_record_ && in_string_ && key_.size() < 16) {
        key_ += c;
      }
      continue;
    }
    if (c == '"') {
      in_string_ = true;
      if (!in_record_) {
        key_.clear();
      }
      continue;
    }
    const bool was_in_record = in_record_;
    structural(c);
    if (!was_in_record && in_record_) {
      kept = i;
    } else if (was_in_record && depth_ + 1 == record_depth_) {
      keep(bytes.substr(kept, i + 1 - kept));
      in_record_ = false;
      end_record();
      kept = i + 1;
    }
  }
  if (in_record_) {
    keep(bytes.substr(kept));
  }
}

void RecordSplitter::finish() {
  if (form_ == Form::kUnknown) {
    find_form(true);
  }
  if (form_ == Form::kLines) {
    end_line();
  } else if (in_record_ || depth_ != 0 || in_string_) {
    held_.clear();
    on_record_({}, in_record_ ? begin_ : line_, "the document ends in the middle");
  }
}

}  // namespace gate::replay
