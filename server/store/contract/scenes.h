#pragma once

#include <random>

#include "server/store/contract/history.h"

/// Scenes: what several threads do at once, in rounds that have nothing to do with each other.
namespace gate::server::store_contract {

struct Scene {
  const char* name;
  /// Writes what the threads of round `round` find.
  Result<void> (*set_up)(UnitOfWork& unit, int round);
  /// What thread `thread` does.
  void (*act)(History& history, int round, int thread, std::mt19937& dice);
};

/// Right and wrong codes, and new ones, for one flow.
extern const Scene kRacingCodes;
/// Steps of one flow.
extern const Scene kRacingSteps;
/// Enrolments of one user, with blocks and new passwords between them.
extern const Scene kRacingEnrolments;
/// Rotations of one family.
extern const Scene kRacingRotations;
/// Every kind of revocation against refresh and issue.
extern const Scene kRacingRevocations;

/// Plays one round in `threads` threads, and gives what happened.
[[nodiscard]] std::vector<Event> play(Store& store, const Scene& scene, int round, int threads,
                                      unsigned seed);
/// The model as the round finds it.
[[nodiscard]] std::unique_ptr<MemoryStore> model_of(const Scene& scene, int round);

}  // namespace gate::server::store_contract
