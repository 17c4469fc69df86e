#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/object_reader.h"

/// The enumerations of the Graph schema: read in any case, kept as documented, refused when
/// unknown (an unknown member must never widen a policy silently, conditional-access 8 #19).
namespace gate::graph {

using Words = std::initializer_list<std::string_view>;

/// The documented spelling of `word`, or "" with an error at `path`.
[[nodiscard]] std::string known_word(std::string_view word, Words known, const std::string& path,
                                     Findings& findings);
/// A string member that must be one of `known`; "" when absent.
[[nodiscard]] std::string word(ObjectReader& object, std::string_view key, Words known);
/// A list or comma-joined set of words.
[[nodiscard]] std::vector<std::string> words(ObjectReader& object, std::string_view key,
                                             Words known);
/// A list of combinations of methods, each in Graph's spelling: "password,sms". An error at the
/// element for what is not a method.
[[nodiscard]] std::vector<std::string> combinations(ObjectReader& object, std::string_view key);
/// The methods of a combination, without the spaces around them.
[[nodiscard]] std::vector<std::string_view> methods_of(std::string_view combination);
/// A string that becomes a comment: "" with an error when it would turn the text.
[[nodiscard]] std::string comment(ObjectReader& object, std::string_view key);
/// A list of ids in which `special` words may stand in any case.
[[nodiscard]] std::vector<std::string> ids(ObjectReader& object, std::string_view key,
                                           Words special);

}  // namespace gate::graph
