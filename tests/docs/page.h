#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The policy examples of a Markdown page: fenced blocks whose info string starts with `gate`.
namespace docs {

struct Example {
  std::size_t line = 0;       ///< of the opening fence, from 1
  std::string text;           ///< between the fences
  std::string expected_code;  ///< ```gate error G0201: this block must be refused with this code
};

/// The examples under one `## ` heading. Those without an expected code make up one policy set.
struct Chapter {
  std::string title;
  std::vector<Example> examples;
};

[[nodiscard]] std::vector<Chapter> chapters_of(std::string_view markdown);

}  // namespace docs
