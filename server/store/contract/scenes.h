#pragma once

#include <random>

#include "server/store/contract/history.h"

/// Scenes: what several threads do at the same time, in independent rounds.
namespace gate::server::store_contract {

struct Scene {
  const char* name;
  /// Writes the initial data of round `round`.
  Result<void> (*set_up)(UnitOfWork& unit, int round);
  /// The operations of thread `thread`.
  void (*act)(History& history, int round, int thread, std::mt19937& dice);
};

/// Right and wrong codes and new challenges for one flow.
extern const Scene kRacingCodes;
/// Steps of one flow.
extern const Scene kRacingSteps;
/// Enrolments of one user, with blocked channels and new passwords in between.
extern const Scene kRacingEnrolments;
/// Rotations in one refresh family.
extern const Scene kRacingRotations;
/// Every kind of revocation against refresh and issue.
extern const Scene kRacingRevocations;

/// Runs one round in `threads` threads and returns its history.
[[nodiscard]] std::vector<Event> play(Store& store, const Scene& scene, int round, int threads,
                                      unsigned seed);
/// The model with the initial data of the round.
[[nodiscard]] std::unique_ptr<MemoryStore> model_of(const Scene& scene, int round);

}  // namespace gate::server::store_contract
