// C6: the medians of the time that known, unknown and suppressed names take, through every endpoint
// that takes a name and in the requests after it. `./dev test --long` runs it with 2,000 pairs.
//
//   timing_pairs [PAIRS]
//
// The requests of the kinds of names alternate, in an order that is drawn each time, so that other
// load affects all of them alike. Exits 1 if two medians differ by 5 % of the larger or by 2 ms.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/native_auth/name_chains.h"

namespace gate::server::testing_support {
namespace {

constexpr double kShareMax = 0.05;
constexpr double kMillisecondsMax = 2.0;
constexpr int kNames = 50;  // of each kind: fewer tries of each than the limits admit

/// Times in milliseconds, by step and kind.
using Samples = std::vector<std::vector<std::vector<double>>>;

void run_once(TestServer& server, const NameChain& chain, std::size_t kind, int number,
              Samples& samples) {
  const std::string name = name_of(chain.kinds[kind], number);
  std::string token;
  for (std::size_t step = 0; step < chain.steps.size(); ++step) {
    const HttpRequest request = chain.steps[step].shot(name, token).request();
    const auto begun = std::chrono::steady_clock::now();
    const HttpResponse response = server.send(request);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    samples[step][kind].push_back(took.count());
    const Reply reply = TestServer::read(response);
    token = reply.token().empty() ? token : reply.token();
  }
}

double median(std::vector<double>& of) {
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), middle, of.end());
  return *middle;
}

/// Prints the medians of one step. False: they can be told apart.
bool report(const NameChain& chain, std::size_t step, std::vector<std::vector<double>>& by_kind) {
  const double first = median(by_kind[0]);
  bool equal = true;
  for (std::size_t kind = 0; kind < by_kind.size(); ++kind) {
    const double own = median(by_kind[kind]);
    const double gap = std::abs(own - first);
    const bool near = gap < kShareMax * std::max(own, first) && gap < kMillisecondsMax;
    equal = equal && near;
    std::printf("| %s | %s | %s | %.3f | %+.1f %%%s |\n", chain.name, chain.steps[step].name,
                chain.kinds[kind].c_str(), own, 100 * (own - first) / first, near ? "" : " FAR");
  }
  return equal;
}

bool measure(const NameChain& chain, int pairs, std::mt19937& dice) {
  TestServer server(settings_for_chains());
  provision_names(server, chain, kNames);
  Samples samples(chain.steps.size(), std::vector<std::vector<double>>(chain.kinds.size()));
  Samples warming = samples;
  std::vector<std::size_t> order(chain.kinds.size());
  for (std::size_t kind = 0; kind < order.size(); ++kind) {
    order[kind] = kind;
  }
  for (int i = -kNames; i < pairs; ++i) {
    std::shuffle(order.begin(), order.end(), dice);
    for (const std::size_t kind : order) {
      run_once(server, chain, kind, (i + kNames) % kNames, i < 0 ? warming : samples);
    }
    server.clock.advance(2 * kMicrosPerMinute);  // away from the limits per hour and day
    if (i % 50 == 0) {
      static_cast<void>(server.last_code());
      static_cast<void>(server.store->sweep(server.clock.now(), 1000));
    }
  }
  bool equal = true;
  for (std::size_t step = 0; step < samples.size(); ++step) {
    equal = report(chain, step, samples[step]) && equal;
  }
  std::fflush(stdout);
  return equal;
}

int measure_all(int pairs) {
  std::mt19937 dice(std::random_device{}());
  std::printf(
      "%d pairs\n| chain | request | name | median ms | beside the first "
      "|\n|---|---|---|---|---|\n",
      pairs);
  bool equal = true;
  for (const NameChain& chain : name_chains()) {
    equal = measure(chain, pairs, dice) && equal;
  }
  return equal ? 0 : 1;
}

}  // namespace
}  // namespace gate::server::testing_support

int main(int argc, char** argv) {
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 2000;
  if (pairs < 10) {
    std::fputs("timing_pairs: at least 10 pairs\n", stderr);
    return 2;
  }
  return gate::server::testing_support::measure_all(pairs);
}
