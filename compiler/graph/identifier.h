#pragma once

#include <string>
#include <string_view>

namespace gate::graph {

/// An identifier of the policy language made from a display name: "loc GeoCloud-MEX" becomes
/// LocGeoCloudMEX, "Büro Köln" BüroKöln, "大阪 支社" 大阪_支社. Letters stay where the language
/// allows them in a name; of a name that mixes scripts, those of ASCII do. `fallback` stands in
/// front when nothing readable is left or it would start with a digit. Not unique.
[[nodiscard]] std::string identifier_from(std::string_view display_name, std::string_view fallback);

/// Whether `name` alone tells people what is called `display_name`: the same ASCII letters and
/// digits in the same order, and nothing else but spaces and punctuation.
[[nodiscard]] bool says_the_same(std::string_view name, std::string_view display_name);

/// "CA001: Require MFA" becomes "ca001-require-mfa": part of a file name of at most 80 bytes, cut
/// between words where it can be. Letters beyond ASCII stay. "policy" when nothing is left.
[[nodiscard]] std::string slug(std::string_view name);

}  // namespace gate::graph
