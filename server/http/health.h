#pragma once

#include <functional>
#include <string>

#include "server/http/message.h"

namespace gate::server {

/// What `/readyz` says. `detail` is a JSON object text for operators; it names no user and holds no
/// secret.
struct Readiness {
  bool ready = false;
  std::string detail = "{}";
};

/// Asked on the socket thread for every `/readyz`, so it must be quick and never block.
using ReadinessProbe = std::function<Readiness()>;

/// True for the two paths below. They are answered on the socket thread, so that a server whose
/// workers are all busy still tells its orchestrator that it is alive.
[[nodiscard]] bool is_health_path(std::string_view path) noexcept;

/// `/healthz`: 200 while the process serves at all. `/readyz`: 200 when it can decide and store,
/// 503 with the detail otherwise and while stopping.
[[nodiscard]] HttpResponse answer_health(const HttpRequest& request, const ReadinessProbe& probe,
                                         bool stopping);

}  // namespace gate::server
