#pragma once

#include <chrono>
#include <cstdint>
#include <gate/result.hpp>
#include <string>

#include "bench/load/http_client.h"
#include "bench/load/people.h"
#include "bench/load/report.h"

namespace gate::load {

/// How much to do. The run ends with whatever comes first; sign-ins under way are finished.
struct Plan {
  Origin origin;
  std::string outbox_file;
  std::size_t connections = 8;
  std::uint64_t sign_ins = 1000;
  std::chrono::seconds time{60};
};

/// Signs people in over that many connections at once, each person over one connection only, so
/// that no two sign-ins wait for the same address. Blocks; one thread. Failures of single sign-ins
/// are in the outcome. kInvalidArgument when there are fewer people than connections.
[[nodiscard]] Result<Outcome> run_load(const Plan& plan, const People& people);

}  // namespace gate::load
