#pragma once

#include <string_view>

namespace gate::server {

/// The digits at the head of a normalised number (`normalize_phone`) that say which country a
/// message to it is charged to, without the `+`: the country code of ITU-T E.164, and in the North
/// American plan the area code too (`1876`), because there the code 1 stands for two dozen
/// countries of very different prices. Part of `number`, never empty. A code that nobody was given
/// yet is taken for one of three digits, as E.164 gives out no others any more.
[[nodiscard]] std::string_view calling_prefix(std::string_view number);

}  // namespace gate::server
