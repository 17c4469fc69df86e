#pragma once

#include <functional>
#include <string>

#include "server/http/message.h"

namespace gate::server {

/// The content of `/readyz`. `detail` is the text of a JSON object for operators; it names no user
/// and holds no secret.
struct Readiness {
  bool ready = false;
  std::string detail = "{}";
};

/// Called on the socket thread for every `/readyz`, so it must be quick and never block.
using ReadinessProbe = std::function<Readiness()>;

/// True for the two paths below. They are answered on the socket thread, so that the server reports
/// that it is alive even when all workers are busy.
[[nodiscard]] bool is_health_path(std::string_view path) noexcept;

/// `/healthz`: 200 while the process runs. `/readyz`: 200 when the server can decide and store; 503
/// with the detail otherwise, and while it stops.
[[nodiscard]] HttpResponse answer_health(const HttpRequest& request, const ReadinessProbe& probe,
                                         bool stopping);

}  // namespace gate::server
