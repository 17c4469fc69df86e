// A bug planted in any one executor is found from policies as text, and shown small.

#include <gtest/gtest.h>

#include "tests/differential/campaign.h"

namespace gate::differential {
namespace {

constexpr std::uint64_t kRoundsMax = 400;

/// The first finding of a bug; the same from run to run.
std::optional<Finding> find(const Planted& planted, bool smaller) {
  Statistics ignored;
  for (std::uint64_t seed = 1; seed <= kRoundsMax; ++seed) {
    bool planted_in = false;
    RoundOptions options;
    options.policies_max = 60;
    options.planted = &planted;
    options.planted_in = &planted_in;
    options.smaller = smaller;
    auto found = run_round(seed, options, ignored);
    if (found && planted_in) {
      return found;
    }
    EXPECT_FALSE(found) << "without the bug\n"
                        << report(*found, ::testing::TempDir() + "gate_unplanted");
  }
  return std::nullopt;
}

void expect_found(const Planted& planted, const std::string& bug, std::string_view kind,
                  bool smaller) {
  const auto found = find(planted, smaller);
  ASSERT_TRUE(found) << bug << " in " << planted.executor << " is not found";
  EXPECT_EQ(found->difference.kind, kind) << bug;
  if (smaller) {
    EXPECT_LE(found->smallest.set.policies.size(), 2U)
        << report(*found, ::testing::TempDir() + "gate_planted");
  }
}

TEST(Planted, EveryBugOfATableIsFoundAndShownByTwoPoliciesAtMost) {
  for (const std::string_view tables : {"row tables", "posting tables"}) {
    for (const property::ProgramMutant& mutant : property::program_mutants()) {
      expect_found({tables, &mutant, nullptr}, mutant.name, tables, true);
    }
  }
}

TEST(Planted, EveryBugOfTheInterpreterDisagreesWithTheText) {
  for (const property::ProgramMutant& mutant : property::program_mutants()) {
    if (std::string_view(mutant.name) != "report-only enforced") {  // a state is no meaning
      expect_found({"interpreter", &mutant, nullptr}, mutant.name, "meaning", true);
    }
  }
}

TEST(Planted, ABugIsFoundInEveryOtherExecutor) {
  const auto& mutants = property::program_mutants();
  for (const std::string_view executor : executor_names()) {
    for (const std::size_t i : {std::size_t{0}, std::size_t{5}, std::size_t{12}}) {
      expect_found({executor, &mutants.at(i), nullptr}, mutants.at(i).name, executor, false);
    }
  }
}

TEST(Planted, EveryBugOfGeneratedCodeIsFound) {
  for (const property::ShapeMutant& mutant : property::shape_mutants()) {
    expect_found({"planted code", nullptr, &mutant}, mutant.name, "planted code", false);
  }
}

}  // namespace
}  // namespace gate::differential
