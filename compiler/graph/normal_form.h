#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

/// JSON of Graph brought into one form, so that equal means equal: what normalise.h is made of.
/// Keys are in lower case throughout.
namespace gate::graph {

/// Blank members and annotations gone, keys folded and sorted, lists sorted, enumerators folded.
/// `key`: the one that `value` stands under; free text keeps its case.
[[nodiscard]] boost::json::value cleaned(const boost::json::value& value, std::string_view key);
/// In the order of their texts, each once.
[[nodiscard]] boost::json::value sorted(boost::json::array array);
/// Members in one order again, after rules have added some.
[[nodiscard]] boost::json::value reordered(const boost::json::value& value);

/// The object under `key`; null when there is none.
[[nodiscard]] boost::json::object* object_at(boost::json::value& value, std::string_view key);
/// A comma-joined set as a list; a list stays one.
void as_list(boost::json::object& object, std::string_view key);
/// The list under `key` is `word` and nothing else.
[[nodiscard]] bool is_only(const boost::json::object& object, std::string_view key,
                           std::string_view word);
/// Takes `word` out of the list under `key`, and the list when nothing is left.
void drop_word(boost::json::object& object, std::string_view key, std::string_view word);
/// Takes a member away that says what is meant without it.
void drop_default(boost::json::object& object, std::string_view key,
                  const boost::json::value& usual);
/// Says what is meant where nothing is said.
void set_default(boost::json::object& object, std::string_view key,
                 const boost::json::value& usual);

}  // namespace gate::graph
