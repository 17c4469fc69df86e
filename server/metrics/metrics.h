#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/limits/send_caps.h"

namespace gate::server {

/// The counters of one process, from zero at its start. They name no user, tenant, address or
/// number, and are for operators alone. Every member may be called from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// A message was not sent because of a cap: `gated_send_cap_refusals_total` (B5). A few
  /// nanoseconds.
  void send_cap_reached(const SendCap& cap) noexcept;

  /// How many pieces of machine code were found to be wrong since the process began:
  /// `gated_wrong_machine_code`, a gauge, for it is counted elsewhere. Not zero is a fault to
  /// report.
  void wrong_machine_code(std::uint64_t pieces) noexcept;

  /// All counters in the text format of Prometheus, those that are still zero included.
  [[nodiscard]] std::string text() const;
  static constexpr const char* kTextType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Counters;
  std::unique_ptr<Counters> counters_;
};

}  // namespace gate::server
