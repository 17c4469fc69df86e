#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/limits/send_caps.h"

namespace gate::server {

/// The counters of one process, from zero at its start. They are for operators only, and name no
/// user, tenant, address or number. Every member may be called from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Counts a message that a cap refused: `gated_send_cap_refusals_total` (B5). Takes a few
  /// nanoseconds.
  void send_cap_reached(const SendCap& cap) noexcept;

  /// The number of wrong pieces of machine code found since the process began:
  /// `gated_wrong_machine_code`. It is a gauge, because it is counted elsewhere. If it is not zero,
  /// report the fault.
  void wrong_machine_code(std::uint64_t pieces) noexcept;

  /// All counters in the text format of Prometheus, including those that are zero.
  [[nodiscard]] std::string text() const;
  static constexpr const char* kTextType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Counters;
  std::unique_ptr<Counters> counters_;
};

}  // namespace gate::server
