#include "tests/exchanges/symbols.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace exchanges {
namespace {

constexpr std::string_view kOpen = "«";
constexpr std::string_view kClose = "»";
constexpr std::string_view kTimes = " × ";

}  // namespace

void Symbols::learn(std::string_view kind, std::string_view value) {
  add(kind, value, true);
}

void Symbols::learn_without_length(std::string_view kind, std::string_view value) {
  add(kind, value, false);
}

void Symbols::add(std::string_view kind, std::string_view value, bool shows_length) {
  const bool known = std::any_of(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.value == value; });
  if (known || value.empty()) {
    return;
  }
  const int number = ++counts_[std::string(kind)];
  entries_.push_back(
      {std::string(value), std::string(kind) + " " + std::to_string(number), shows_length});
}

std::string Symbols::write(std::string text) {
  for (Entry& entry : entries_) {
    for (std::size_t at = text.find(entry.value); at != std::string::npos;
         at = text.find(entry.value, at)) {
      std::string word(kOpen);
      word += entry.name;
      if (entry.shows_length) {
        word += ": " + std::to_string(entry.value.size()) + " characters";
        entry.shows_length = false;
      }
      word += kClose;
      text.replace(at, entry.value.size(), word);
      at += word.size();
    }
  }
  return text;
}

std::string Symbols::read(std::string_view text) const {
  std::string out;
  for (;;) {
    const std::size_t open = text.find(kOpen);
    const std::size_t close = open == std::string_view::npos ? open : text.find(kClose, open);
    if (close == std::string_view::npos) {
      return out.append(text);
    }
    out += text.substr(0, open);
    out += value_of(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    text.remove_prefix(close + kClose.size());
  }
}

std::string Symbols::value_of(std::string_view name) const {
  if (const std::size_t times = name.find(kTimes); times != std::string_view::npos) {
    const std::string_view digits = name.substr(times + kTimes.size());
    int count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    std::string repeated;
    for (int i = 0; i < count; ++i) {
      repeated += name.substr(0, times);
    }
    return repeated;
  }
  const auto counted = counts_.find(name);
  const std::string wanted = counted == counts_.end()
                                 ? std::string(name)
                                 : std::string(name) + " " + std::to_string(counted->second);
  for (const Entry& entry : entries_) {
    if (entry.name == wanted) {
      return entry.value;
    }
  }
  throw std::runtime_error("«" + std::string(name) + "» stands for nothing");
}

}  // namespace exchanges
