#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/graph/model.h"
#include "compiler/graph/object_reader.h"

namespace gate::graph {

/// `conditions.times` in its published shape (conditional-access 1.6). Nothing for all times.
/// Ranges of dates and times are refused, and so is a zone that is unknown.
[[nodiscard]] std::optional<Times> read_times(ObjectReader& conditions, Findings& findings);

/// The IANA zone of a `timeZone`: an IANA name, a name of Windows ("Pacific Standard Time"), UTC,
/// or an offset in whole hours ("+02"); "" when it is none of these.
[[nodiscard]] std::string zone_of(std::string_view written);

}  // namespace gate::graph
