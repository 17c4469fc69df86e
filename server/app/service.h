#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <memory>

#include "server/config/config.h"

namespace gate::server {

class Logger;

/// The whole server, assembled from a configuration: store, keys, policies, endpoints, delivery,
/// listener.
class Service {
 public:
  /// Starts everything, or nothing: an error in the initial policy set, an unreadable key, a port
  /// in use leave nothing running. `log` must outlive the service.
  static Result<std::unique_ptr<Service>> start(const Config& config, Logger& log);
  /// Stops if `stop` was not called.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// What SIGHUP asks for: policies and certificate again. Failures are logged, and what is in
  /// force stays.
  void reload();
  /// To be called about every `policies.poll_milliseconds` by one thread: looks at policy files,
  /// takes due steps of signing keys.
  void tick();
  /// Stops accepting, answers what is under way, sends what is claimed.
  void stop();

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gate::server
