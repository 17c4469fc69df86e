#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gate::graph {

/// A range of addresses without bits behind its prefix: "10.0.0.4/27" is "10.0.0.0/27". Graph takes
/// and keeps both; the policy language wants the one that says which addresses are meant. The text
/// itself where there is nothing to mend; empty for what is not a range.
[[nodiscard]] std::optional<std::string> canonical_cidr(std::string_view text);

}  // namespace gate::graph
