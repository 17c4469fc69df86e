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
  /// Starts all parts, or none. It fails on an error in the initial policy set, an unreadable key,
  /// or a port in use. `log` must outlive the service.
  static Result<std::unique_ptr<Service>> start(const Config& config, Logger& log);
  /// Calls `stop` if it was not called.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Loads policies, templates of messages, certificate and databases of places again, as SIGHUP
  /// requests. On failure the old ones stay, and the failure is logged.
  void reload();
  /// Call this about every `policies.poll_milliseconds`, from one thread. It checks the files of
  /// policies and places and performs the due steps of the signing keys.
  void tick();
  /// Stops accepting, finishes the requests under way, and sends the messages that were claimed.
  void stop();

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gate::server
