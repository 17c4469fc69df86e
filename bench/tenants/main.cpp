// Many tenants in one process: what one costs cold and warm, and how long the first decision of a
// cold one takes. Every decision is checked against what the tenant's policies say.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <gate/policy_file.hpp>
#include <gate/policy_host.hpp>
#include <random>
#include <string>
#include <vector>

#include "runtime/ir/builder.h"
#include "runtime/set/build.h"

namespace {

using namespace gate;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLong{60'000};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Policies as a small tenant has them. Number 0 blocks members of the tenant's own group
/// "blocked".
std::string tenant_file(std::size_t tenant, std::size_t policies) {
  using F = ir::ContextFact;
  ir::ProgramBuilder b;
  ir::Effect block;
  block.block = true;
  ir::Effect mfa;
  mfa.clauses = {b.clause({{{ControlKind::kMfa, 0}}})};
  const std::uint32_t effects[] = {b.effect(block), b.effect(mfa)};
  for (std::size_t i = 0; i < policies; ++i) {
    ir::Policy p;
    p.id = fmt::format("t{}-p{}", tenant, i);
    p.name = fmt::format("CA{:03} of tenant {}", i, tenant);
    p.include.members = {
        b.symbol(ir::SymbolKind::kGroup, i == 0 ? fmt::format("blocked-{}", tenant)
                                                : fmt::format("group-{}-{}", tenant, i % 4))};
    p.include_targets.all = i % 3 == 0;
    if (!p.include_targets.all) {
      p.include_targets.members = {b.symbol(ir::SymbolKind::kApp, fmt::format("app-{}", i % 5))};
    }
    p.condition = i % 2 == 0
                      ? b.constant(true)
                      : b.context_in(F::kSignInRisk, ir::context_field(F::kSignInRisk).bit(2) |
                                                         ir::context_field(F::kSignInRisk).bit(3));
    p.effect = effects[i == 0 ? 0 : 1];
    b.policy(std::move(p));
  }
  auto set = build_policy_set(b.finish());
  GATE_CHECK(set, "the tenant's set must build");
  return *save_policy_set(**set);
}

std::shared_ptr<const PolicySet> set_of(PolicyHost& host, std::size_t tenant) {
  auto set = host.get(fmt::format("tenant-{}", tenant), kLong);
  GATE_CHECK(set, "every tenant has a set");
  return *set;
}

/// Blocked by this tenant's policies, allowed by every other's.
void check(const PolicySet& set, std::size_t tenant) {
  const std::string group = fmt::format("blocked-{}", tenant);
  const std::string_view groups[] = {group};
  SignInRequest request;
  request.groups = groups;
  request.target = "mail";
  GATE_CHECK(set.evaluate(request).outcome == Outcome::kBlock, "the tenant's own policies decide");
  const std::string_view others[] = {"blocked-by-another"};
  request.groups = others;
  GATE_CHECK(set.evaluate(request).outcome == Outcome::kAllow, "and only those");
}

struct Options {
  std::size_t tenants = 100'000;
  std::size_t policies = 10;
  std::size_t warm = 10'000;
  std::size_t cold_hits = 2'000;
};

void measure(const Options& o) {
  PolicyHost::Limits limits;
  limits.warm_bytes_max = std::size_t{8} << 30U;  // nothing is evicted: it is counted here
  PolicyHost host(limits);
  const std::size_t empty = resident_bytes();
  for (std::size_t t = 0; t < o.tenants; ++t) {
    GATE_CHECK(host.put(fmt::format("tenant-{}", t), tenant_file(t, o.policies)), "room for all");
  }
  const std::size_t cold = resident_bytes();
  for (std::size_t t = 0; t < o.warm; ++t) {
    check(*set_of(host, t), t);
  }
  const std::size_t warm = resident_bytes();
  const PolicyHost::Counts counts = host.counts();

  std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): the same tenants every time
  std::vector<double> cold_us;
  std::vector<bool> asked(o.tenants, false);
  while (cold_us.size() < o.cold_hits) {
    const std::size_t t = o.warm + random() % (o.tenants - o.warm);
    if (asked[t]) {
      continue;
    }
    asked[t] = true;
    const auto begin = Clock::now();
    const auto set = set_of(host, t);
    check(*set, t);
    cold_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  std::sort(cold_us.begin(), cold_us.end());
  constexpr std::size_t kHits = 200'000;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < kHits; ++i) {
    GATE_CHECK(host.get("tenant-7", kLong), "warm");
  }
  const double hit_ns =
      std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / kHits;

  const auto per = [](std::size_t bytes, std::size_t n) { return n == 0 ? 0 : bytes / n; };
  fmt::print(
      "{{\"tenants\": {}, \"policies_each\": {}, \"file_bytes\": {}, \"cold_bytes\": {}, "
      "\"warm_bytes\": {}, \"warm_bytes_counted\": {}, \"cold_hit_us\": {{\"p50\": {:.1f}, "
      "\"p99\": "
      "{:.1f}, \"max\": {:.1f}}}, \"warm_hit_ns\": {:.0f}}}\n",
      o.tenants, o.policies, per(counts.cold_bytes, o.tenants), per(cold - empty, o.tenants),
      per(warm - cold, o.warm), per(counts.warm_bytes, counts.warm), cold_us[cold_us.size() / 2],
      cold_us[cold_us.size() * 99 / 100], cold_us.back(), hit_ns);
}

int run(int argc, char** argv) {
  CLI::App app(
      "What a tenant costs in PolicyHost; prints JSON. Bytes are of one tenant, resident.");
  Options o;
  app.add_option("--tenants", o.tenants)->check(CLI::Range(10, 1'000'000));
  app.add_option("--policies", o.policies, "of each tenant")->check(CLI::Range(1, 1000));
  app.add_option("--warm", o.warm, "tenants to keep warm");
  app.add_option("--cold-hits", o.cold_hits, "cold tenants to ask");
  CLI11_PARSE(app, argc, argv);
  if (o.warm + o.cold_hits > o.tenants || o.cold_hits == 0) {
    std::fputs("--warm and --cold-hits together are more than --tenants, or there are none\n",
               stderr);
    return 2;
  }
  measure(o);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gate_bench_tenants: %s\n", error.what());
    return 1;
  }
}
