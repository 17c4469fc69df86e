#pragma once

#include <functional>

#include "server/http/message.h"

namespace gate::server {

/// Answers one request. Called from the workers' threads, many at a time; may block (argon2,
/// fsync). Throws nothing.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

}  // namespace gate::server
