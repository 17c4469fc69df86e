#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/evaluate/cases.h"
#include "bench/workload/log_text.h"
#include "runtime/replay/worker.h"

namespace gate::bench {
namespace {

/// So many records as a log, none equal to another: the sign-ins of the scenario, each by many
/// users.
constexpr std::size_t kRecords = 16'384;

std::vector<replay::Block> log_of(const Scenario& s, LogForm form) {
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20;  // as gatec cuts them
  std::vector<replay::Block> blocks(1);
  for (std::size_t i = 0; i < kRecords; ++i) {
    SignInFacts facts = s.workload.sign_ins[i % s.size()];
    if (const std::size_t turn = i / s.size(); turn != 0) {
      facts.user = fmt::format("{}.{}", turn, facts.user);
    }
    const std::string record = log_record(form, facts, i);
    if (blocks.back().bytes.size() + record.size() > kBlockBytes) {
      blocks.emplace_back();
    }
    replay::Block& block = blocks.back();
    block.records.push_back({block.bytes.size(), record.size(), i + 1, nullptr});
    block.bytes += record;
  }
  for (replay::Block& block : blocks) {
    block.bytes.append(replay::Block::kPadding, '\0');
  }
  return blocks;
}

/// One record per iteration through everything that a thread of `gatec replay` does.
void replay_log(benchmark::State& state, const Scenario& s, LogForm form, bool known) {
  const std::vector<replay::Block> blocks = log_of(s, form);
  replay::Comparer comparer(s.native, s.tables);
  replay::Worker worker(comparer, known ? 2 * kRecords : 0);
  const auto work = [&worker, &blocks] {
    for (const replay::Block& block : blocks) {
      worker.work(block);
    }
  };
  work();
  const replay::Tally& tally = worker.tally();
  if (tally.decided != kRecords || tally.distinct != kRecords || tally.malformed != 0 ||
      tally.changes[0].sign_ins != kRecords) {
    state.SkipWithError("not every record was decided once and alike by both sets");
    return;
  }
  std::uint64_t turns = 1;
  while (state.KeepRunningBatch(kRecords)) {
    work();
    ++turns;
  }
  if (tally.decided != turns * kRecords || tally.distinct != (known ? 1 : turns) * kRecords) {
    state.SkipWithError("records were not taken for what they are");
  }
  std::size_t bytes = 0;
  for (const replay::Block& block : blocks) {
    bytes += block.bytes.size();
  }
  state.counters["bytes_per_record"] = static_cast<double>(bytes) / kRecords;
}

/// The comparison alone: two sets decide, and nothing differs.
void compare(benchmark::State& state, const Scenario& s) {
  const replay::Comparer comparer(s.native, s.tables);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(comparer.compare({&s.request(i), 1}, nullptr));
    i = i + 1 == s.size() ? 0 : i + 1;
  }
}

}  // namespace

void register_replay(const Scenario& s) {
  for (const LogForm form : {LogForm::kRequests, LogForm::kAudit, LogForm::kEntra}) {
    for (const bool known : {true, false}) {
      const std::string row =
          fmt::format("replay/{}_{}/native", name(form), known ? "known" : "new");
      benchmark::RegisterBenchmark(row.c_str(), [&s, form, known](benchmark::State& state) {
        replay_log(state, s, form, known);
      });
    }
  }
  benchmark::RegisterBenchmark("replay/decide/native",
                               [&s](benchmark::State& state) { compare(state, s); });
}

}  // namespace gate::bench
