#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gate::facts {

/// The JSON path of the first key that an object of `json` holds twice ("$.device.compliant"), if
/// any. A document that is not JSON has no answer here: the reader proper reports it. Readers
/// differ in which of two equal keys they believe, so a request with two is refused (CWE-436).
[[nodiscard]] std::optional<std::string> first_duplicate_key(std::string_view json);

}  // namespace gate::facts
