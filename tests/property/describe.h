#pragma once

#include <gate/decision.hpp>
#include <string>

namespace gate::property {

/// The members in which two decisions differ, as text; empty if they are equal.
[[nodiscard]] std::string difference(const char* first_name, const Decision& first,
                                     const char* second_name, const Decision& second);

}  // namespace gate::property
