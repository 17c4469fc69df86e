#pragma once

#include <string>
#include <string_view>

namespace gate::graph {

/// ASCII letters to lower case, everything else as it is.
[[nodiscard]] inline std::string fold_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return out;
}

/// Equal but for the case of ASCII letters.
[[nodiscard]] inline bool equal_fold(std::string_view a, std::string_view b) {
  return a.size() == b.size() && fold_case(a) == fold_case(b);
}

/// Without the spaces around it.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace gate::graph
