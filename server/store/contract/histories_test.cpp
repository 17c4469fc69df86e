// Histories of several threads on every store. Each must be one that the model could have produced,
// in an order that agrees with real time (T1, T6).

#include "server/store/contract/scenes.h"
#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

constexpr int kRounds = 50;

void expect_explained(Store& store, const Scene& scene) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (int round = 0; round < kRounds; ++round) {
    const int threads = 2 + round % 7;
    const std::vector<Event> events = play(store, scene, round, threads, seed);
    EXPECT_TRUE(too_late(events).empty()) << describe(too_late(events)) << "in\n"
                                          << describe(events);
    ASSERT_TRUE(explained(*model_of(scene, round), events))
        << "round " << round << " with " << threads << " threads\n"
        << describe(events);
  }
}

TEST_P(StoreContract, T1_RacingCodesHaveOneWinnerAndEveryTryIsCounted) {
  expect_explained(store_, kRacingCodes);
}
TEST_P(StoreContract, T3_RacingStepsHaveOneWinnerPerGeneration) {
  expect_explained(store_, kRacingSteps);
}
TEST_P(StoreContract, T6_RacingEnrolmentsOfOneUserHaveOneWinner) {
  expect_explained(store_, kRacingEnrolments);
}
TEST_P(StoreContract, E3_RacingRotationsHaveOneSuccessor) {
  expect_explained(store_, kRacingRotations);
}
TEST_P(StoreContract, T6_NothingIsIssuedOrRefreshedAfterARevocation) {
  expect_explained(store_, kRacingRevocations);
}

}  // namespace
}  // namespace gate::server::store_contract
