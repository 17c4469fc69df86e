#include <benchmark/benchmark.h>

#include <algorithm>
#include <gate/evaluator.hpp>
#include <gate/request_json.hpp>

#include "bench/evaluate/cases.h"
#include "bench/measure/allocations.h"
#include "runtime/set/state.h"

namespace gate::bench {
namespace {

void count_allocations(benchmark::State& state, std::uint64_t before) {
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations_of_this_thread() - before),
                         benchmark::Counter::kAvgIterations);
}

/// Calls `decide(i)` for one sign-in after the other and counts what it allocates.
template <typename Decide>
void measure(benchmark::State& state, std::size_t sign_ins, Decide decide) {
  std::size_t i = 0;
  const std::uint64_t before = allocations_of_this_thread();
  for (auto _ : state) {
    decide(i);
    i = i + 1 == sign_ins ? 0 : i + 1;
  }
  count_allocations(state, before);
}

/// All sign-ins at once.
void decide_batch(const Scenario& s, const PolicySet& set, bool by_user, benchmark::State& state) {
  const std::vector<SignInRequest> requests = batch_of(s, by_user);
  std::vector<Decision> decisions(s.size());
  const std::uint64_t before = allocations_of_this_thread();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(s.size()))) {
    set.evaluate_batch(requests, decisions);
    benchmark::DoNotOptimize(decisions.data());
  }
  count_allocations(state, before);
}

std::vector<PreparedRequest> prepare_all(const Scenario& s,
                                         const std::shared_ptr<const PolicySet>& set) {
  std::vector<PreparedRequest> prepared;
  prepared.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    prepared.emplace_back(set, s.request(i));
  }
  return prepared;
}

void add_set(const std::string& who, const Scenario& s,
             const std::shared_ptr<const PolicySet>& set) {
  const auto add = [&who](const char* what, const auto& function) {
    benchmark::RegisterBenchmark(("decide/" + std::string(what) + "/" + who).c_str(), function);
  };
  add("prepared", [&s, set](benchmark::State& state) {
    std::vector<PreparedRequest> prepared = prepare_all(s, set);
    measure(state, s.size(),
            [&](std::size_t i) { benchmark::DoNotOptimize(prepared[i].evaluate()); });
  });
  add("prepare", [&s, set](benchmark::State& state) {
    measure(state, s.size(), [&](std::size_t i) {
      PreparedRequest prepared(set, s.request(i));
      benchmark::DoNotOptimize(prepared);
    });
  });
  add("strings", [&s, set](benchmark::State& state) {
    measure(state, s.size(),
            [&](std::size_t i) { benchmark::DoNotOptimize(set->evaluate(s.request(i))); });
  });
  add("evaluator", [&s, set](benchmark::State& state) {
    const Evaluator evaluator(set);
    measure(state, s.size(),
            [&](std::size_t i) { benchmark::DoNotOptimize(evaluator.evaluate(s.request(i))); });
  });
  add("json", [&s, set](benchmark::State& state) {
    SignInReader reader;
    measure(state, s.size(), [&](std::size_t i) {
      benchmark::DoNotOptimize(set->evaluate(**reader.read(s.json[i])));
    });
  });
  add("batch", [&s, set](benchmark::State& state) { decide_batch(s, *set, false, state); });
  add("batch_by_user", [&s, set](benchmark::State& state) { decide_batch(s, *set, true, state); });
  for (const auto& [name, scope] : {std::pair("explain", ExplainScope::kApplied),
                                    std::pair("explain_words", ExplainScope::kAppliedInWords),
                                    std::pair("explain_every", ExplainScope::kEvery)}) {
    add(name, [&s, set, scope = scope](benchmark::State& state) {
      measure(state, s.size(),
              [&](std::size_t i) { benchmark::DoNotOptimize(set->explain(s.request(i), scope)); });
    });
  }
}

/// The other ways in: names numbered beforehand, the principal bound beforehand, the outcome alone.
void add_entry_points(const Scenario& s, const std::string& who,
                      const std::shared_ptr<const PolicySet>& set) {
  const auto add = [&](const char* what, auto decide) {
    benchmark::RegisterBenchmark(("decide/" + std::string(what) + "/" + who).c_str(),
                                 [&s, decide](benchmark::State& state) { decide(s, state); });
  };
  const auto intern_all = [set](const Scenario& all) {
    std::vector<InternedSignIn> interned;
    for (std::size_t i = 0; i < all.size(); ++i) {
      interned.emplace_back(*set, all.request(i));
    }
    return interned;
  };
  const auto bind_all = [set](const Scenario& all) {
    std::vector<PreparedPrincipal> bound;
    for (std::size_t i = 0; i < all.size(); ++i) {
      bound.emplace_back(*set, all.request(i));
    }
    return bound;
  };
  add("interned", [set, intern_all](const Scenario& all, benchmark::State& state) {
    const auto requests = intern_all(all);
    measure(state, all.size(),
            [&](std::size_t i) { benchmark::DoNotOptimize(set->evaluate(requests[i].request())); });
  });
  add("principal", [set, intern_all, bind_all](const Scenario& all, benchmark::State& state) {
    const auto requests = intern_all(all);
    const auto principals = bind_all(all);
    measure(state, all.size(), [&](std::size_t i) {
      benchmark::DoNotOptimize(set->evaluate(principals[i], requests[i].request()));
    });
  });
  add("principal_strings", [set, bind_all](const Scenario& all, benchmark::State& state) {
    const auto principals = bind_all(all);
    measure(state, all.size(), [&](std::size_t i) {
      benchmark::DoNotOptimize(set->evaluate(principals[i], all.request(i)));
    });
  });
  add("bind_principal", [set](const Scenario& all, benchmark::State& state) {
    measure(state, all.size(), [&](std::size_t i) {
      PreparedPrincipal principal(*set, all.request(i));
      benchmark::DoNotOptimize(principal);
    });
  });
  add("outcome", [set](const Scenario& all, benchmark::State& state) {
    const std::vector<PreparedRequest> prepared = prepare_all(all, set);
    measure(state, all.size(),
            [&](std::size_t i) { benchmark::DoNotOptimize(prepared[i].outcome()); });
  });
  add("outcome_principal",
      [set, intern_all, bind_all](const Scenario& all, benchmark::State& state) {
        const auto requests = intern_all(all);
        const auto principals = bind_all(all);
        measure(state, all.size(), [&](std::size_t i) {
          benchmark::DoNotOptimize(set->outcome(principals[i], requests[i].request()));
        });
      });
}

/// The binding alone, into memory that is used again: what a decision from strings pays before it
/// decides.
void add_binding(const Scenario& s) {
  benchmark::RegisterBenchmark("decide/bind/native", [&s](benchmark::State& state) {
    const index::Index& index = *internal::state_of(*s.native).index;
    index::Bound bound;
    measure(state, s.size(), [&](std::size_t i) {
      benchmark::DoNotOptimize(index.bind(s.request(i), nullptr, Plan::kEnforced, bound));
    });
  });
}

/// Both baselines in the three forms; `evaluate(bound, answer)`.
template <typename Make>
void add_baseline(const std::string& who, const Scenario& s, Make make) {
  benchmark::RegisterBenchmark(("decide/prepared/" + who).c_str(),
                               [&s, make](benchmark::State& state) {
                                 auto evaluate = make();
                                 Answer answer;
                                 answer.applied.reserve(s.workload.policies.size());
                                 measure(state, s.size(), [&](std::size_t i) {
                                   evaluate(s.bound[i], answer);
                                   benchmark::DoNotOptimize(answer);
                                 });
                               });
  benchmark::RegisterBenchmark(("decide/strings/" + who).c_str(),
                               [&s, make](benchmark::State& state) {
                                 auto evaluate = make();
                                 Answer answer;
                                 answer.applied.reserve(s.workload.policies.size());
                                 BoundSignIn bound = s.bound.front();
                                 measure(state, s.size(), [&](std::size_t i) {
                                   s.binder->bind(s.request(i), bound);
                                   evaluate(bound, answer);
                                   benchmark::DoNotOptimize(answer);
                                 });
                               });
  benchmark::RegisterBenchmark(("decide/json/" + who).c_str(), [&s, make](benchmark::State& state) {
    auto evaluate = make();
    Answer answer;
    BoundSignIn bound = s.bound.front();
    SignInReader reader;
    measure(state, s.size(), [&](std::size_t i) {
      s.binder->bind(**reader.read(s.json[i]), bound);
      evaluate(bound, answer);
      benchmark::DoNotOptimize(answer);
    });
  });
}

/// The same decisions on one thread and on two, each with requests of its own.
void add_threads(const Scenario& s) {
  for (const int threads : {1, 2}) {
    benchmark::RegisterBenchmark("decide/threads/native",
                                 [&s](benchmark::State& state) {
                                   std::vector<PreparedRequest> prepared = prepare_all(s, s.native);
                                   measure(state, s.size(), [&](std::size_t i) {
                                     benchmark::DoNotOptimize(prepared[i].evaluate());
                                   });
                                 })
        ->Threads(threads)
        ->UseRealTime();
  }
}

}  // namespace

std::vector<SignInRequest> batch_of(const Scenario& s, bool by_user) {
  std::vector<SignInRequest> requests;
  for (std::size_t i = 0; i < s.size(); ++i) {
    SignInRequest& request = requests.emplace_back(s.request(i));
    if (by_user) {
      const SignInRequest& who = s.request(i % std::max<std::size_t>(s.size() / 8, 1));
      request.user = who.user;
      request.user_kind = who.user_kind;
      request.external_tenant = who.external_tenant;
      request.groups = who.groups;
      request.roles = who.roles;
    }
  }
  return requests;
}

void register_decisions(const Scenario& s) {
  add_set("native", s, s.native);
  add_set("tables", s, s.tables);
  add_entry_points(s, "native", s.native);
  add_entry_points(s, "tables", s.tables);
  add_set("interpreter", s, s.interpreted);
  add_baseline("plain_loop", s, [&s] {
    return [&s](const BoundSignIn& bound, Answer& answer) { s.loop->evaluate(bound, answer); };
  });
  add_baseline("bitset", s, [&s] {
    return [&s, scratch = BitsetEvaluator::Scratch()](const BoundSignIn& bound,
                                                      Answer& answer) mutable {
      s.bitset->evaluate(bound, scratch, answer);
    };
  });
  add_binding(s);
  add_threads(s);
}

}  // namespace gate::bench
