#pragma once

#include <string>
#include <string_view>

#include "server/http/message.h"
#include "tests/exchanges/server_under_test.h"
#include "tests/exchanges/symbols.h"

namespace exchanges {

/// The request, parts of which an answer repeats.
inline constexpr std::string_view kRequestId = "0a1b2c3d-0000-4000-8000-000000000001";

/// The request that these lines describe (README.md), without their marks.
[[nodiscard]] gate::server::HttpRequest read_request(const std::string& lines,
                                                     const Symbols& symbols);

/// The answer as lines. It is complete: values that are not written as they were sent can be
/// reconstructed from the lines.
[[nodiscard]] std::string write_answer(const gate::server::HttpResponse& response,
                                       const ServerUnderTest& server, Symbols& symbols);

}  // namespace exchanges
