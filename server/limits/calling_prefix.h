#pragma once

#include <string_view>

namespace gate::server {

/// The leading digits of a normalised number (`normalize_phone`), without `+`, that say where a
/// message is charged: the country code of ITU-T E.164. In the North American plan the area code is
/// included (`1876`), because code 1 covers two dozen countries with very different prices. Part of
/// `number`, never empty. An unassigned code counts as one of three digits, because E.164 assigns
/// no others any more.
[[nodiscard]] std::string_view calling_prefix(std::string_view number);

}  // namespace gate::server
