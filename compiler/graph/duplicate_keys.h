#pragma once

#include <string>
#include <string_view>

namespace gate::graph {

/// The first key that stands twice in one object of a well-formed JSON text, in any case of its
/// letters; empty when there is none. Which of two members counts is anybody's guess, so a document
/// that has them is refused; the JSON library would keep the last one silently.
[[nodiscard]] std::string find_duplicate_key(std::string_view json_text);

}  // namespace gate::graph
