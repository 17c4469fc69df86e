#include "tests/docs/page.h"

#include <sstream>

namespace docs {

std::vector<Chapter> chapters_of(std::string_view markdown) {
  std::vector<Chapter> chapters(1);
  std::istringstream lines{std::string(markdown)};
  Example* open = nullptr;  // the example whose text is being read
  bool other_fence = false;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const bool fence = line.starts_with("```");
    if (open != nullptr) {
      if (fence) {
        open = nullptr;
      } else {
        open->text += line + "\n";
      }
    } else if (fence && !other_fence && (line == "```gate" || line.starts_with("```gate "))) {
      constexpr std::string_view kError = "```gate error ";
      Example& example = chapters.back().examples.emplace_back();
      example.line = number;
      if (line.starts_with(kError)) {
        example.expected_code = line.substr(kError.size());
      }
      open = &example;
    } else if (fence) {
      other_fence = !other_fence;
    } else if (!other_fence && line.starts_with("## ")) {
      chapters.push_back({line.substr(3), {}});
    }
  }
  return chapters;
}

}  // namespace docs
