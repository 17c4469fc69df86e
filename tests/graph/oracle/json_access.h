#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Reading Graph JSON the way Graph clients write it: keys in any case, null and absent alike.
/// Part of the independent reading: includes nothing of compiler/ or runtime/.
namespace graph_oracle {

namespace json = boost::json;

/// True when the two are equal but for the case of ASCII letters.
[[nodiscard]] bool same(std::string_view a, std::string_view b);

/// The member of an object, by a key in any case; null when absent, JSON null, or not an object.
[[nodiscard]] const json::value* member(const json::value* object, std::string_view key);

/// A string member, or `otherwise`.
[[nodiscard]] std::string text(const json::value* object, std::string_view key,
                               std::string_view otherwise = {});
/// A boolean member, or false.
[[nodiscard]] bool flag(const json::value* object, std::string_view key);
/// A number member, or `otherwise`.
[[nodiscard]] std::int64_t number(const json::value* object, std::string_view key,
                                  std::int64_t otherwise);
/// A member that is a list of strings, one string, or a comma-joined set: always a list.
[[nodiscard]] std::vector<std::string> list(const json::value* object, std::string_view key);

/// True when `values` holds `value`, in any case.
[[nodiscard]] bool holds(const std::vector<std::string>& values, std::string_view value);
/// True when `values` holds one of `some`.
[[nodiscard]] bool holds_any(const std::vector<std::string>& values,
                             const std::vector<std::string>& some);

}  // namespace graph_oracle
