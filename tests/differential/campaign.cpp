#include "tests/differential/campaign.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/differential/generate.h"
#include "tests/differential/relations.h"

namespace gate::differential {
namespace {

/// Sizes at which words, blocks and layouts end.
constexpr std::size_t kEdges[] = {0,   1,   2,   63,  64,  65,  127,  128,  129,
                                  240, 255, 256, 257, 511, 513, 1023, 1024, 1025};

/// One set in five is of the next of these sizes, so that consecutive seeds see them all.
std::size_t size_of(std::uint64_t seed, Dice& dice, std::size_t most) {
  if (seed % 5 == 0) {
    return std::min(kEdges[seed / 5 % std::size(kEdges)], most);
  }
  return 1 + dice.below(dice.one_in(3) ? 40 : 10);
}

struct Generated {
  World world;
  SetText set;
  std::vector<SignInFacts> requests;
};

Generated generate(std::uint64_t seed, Dice& dice, const RoundOptions& options,
                   Features& features) {
  Generated out;
  out.world = World::random(dice);
  const std::size_t size = size_of(seed, dice, options.policies_max);
  out.set = random_set(out.world, dice, features, size);
  const std::size_t aims = size == 0 ? 0 : 3 + dice.below(4);
  for (std::size_t i = 0; i < aims; ++i) {
    for (SignInFacts& each : sign_ins_for(dice.pick(out.set.policies), out.world, dice)) {
      out.requests.push_back(std::move(each));
    }
  }
  for (std::size_t i = 0; i < 5; ++i) {
    out.requests.push_back(random_sign_in(out.world, dice));
  }
  return out;
}

void count(const Generated& made, Statistics& s) {
  ++s.sets;
  s.policies += made.set.policies.size();
  ++s.sizes[made.set.policies.size()];
  s.largest_set = std::max(s.largest_set, made.set.policies.size());
  s.requests += made.requests.size();
  for (const SignInFacts& each : made.requests) {
    s.with_many_groups += each.groups.size() >= 64 ? 1 : 0;
  }
}

/// The smallest case that differs in the same way.
template <typename Differs>
Finding finding_of(const Generated& made, const Difference& difference, std::uint64_t seed,
                   bool smaller, Differs differs) {
  const SignInFacts facts =
      made.requests.empty() ? SignInFacts{} : made.requests.at(difference.request);
  Finding out{difference, {made.set, facts}, seed};
  if (!smaller) {
    return out;
  }
  out.smallest =
      shrink({made.set, facts}, [&](const Case& c) { return differs(c).kind == difference.kind; });
  out.difference = differs(out.smallest);
  if (out.difference.kind.empty()) {  // it takes more than one request
    out.difference = difference;
    out.smallest = {made.set, facts};
  }
  return out;
}

}  // namespace

std::vector<std::size_t> edge_sizes() {
  return {std::begin(kEdges), std::end(kEdges)};
}

std::optional<Finding> run_round(std::uint64_t seed, const RoundOptions& options,
                                 Statistics& statistics) {
  Dice dice(seed);
  const Generated made = generate(seed, dice, options, statistics.features);
  count(made, statistics);
  Layout layout;
  layout.seed = seed;
  layout.files = dice.one_in(3) ? 1 + dice.below(6) : 1;
  layout.shuffle_declarations = dice.one_in(2);
  layout.features = &statistics.features;

  Check how;
  how.planted = options.planted;
  how.planted_in = options.planted_in;
  how.statistics = &statistics;
  // In turn, so that a few rounds have seen all of it.
  how.effort.code = options.planted != nullptr || seed % 4 == 0;
  how.effort.files = options.planted != nullptr || seed % 8 < 2;
  if (options.planted != nullptr) {
    how.effort.only = options.planted->executor;
  }
  how.explain_every = made.set.policies.size() > 100 ? 10 : 1;
  if (const Difference found = check(made.set, layout, made.requests, how); !found.kind.empty()) {
    Check again = how;
    again.statistics = nullptr;
    again.explain_every = 1;
    const auto names = executor_names();
    if (std::find(names.begin(), names.end(), found.kind) != names.end()) {
      again.effort.only = found.kind;
    }
    Layout plain;
    plain.plain = true;
    return finding_of(made, found, seed, options.smaller, [&](const Case& c) {
      const Difference difference = check(c.set, plain, {c.facts}, again);
      return difference.kind.empty() && found.kind.starts_with("compile")
                 ? check(c.set, layout, {c.facts}, again)
                 : difference;
    });
  }
  if (options.planted != nullptr || made.set.policies.size() > 130) {
    return std::nullopt;
  }
  const std::string_view relation = relations()[seed % relations().size()];
  const Difference found = relate(relation, made.set, made.world, made.requests, seed, &statistics);
  if (found.kind.empty()) {
    return std::nullopt;
  }
  return finding_of(made, found, seed, options.smaller, [&](const Case& c) {
    return relate(relation, c.set, made.world, {c.facts}, seed, nullptr);
  });
}

std::string report(const Finding& finding, const std::string& folder) {
  const std::string remark = fmt::format("seed {}: {}\n{}", finding.seed, finding.difference.kind,
                                         finding.difference.text);
  const std::string command = write_reproducer(finding.smallest, folder, remark);
  std::string out = remark + "\n";
  Layout plain;
  plain.plain = true;
  for (const SourceFile& file : render(finding.smallest.set, plain)) {
    out += "--- " + file.name + "\n" + file.text;
  }
  return out + command + "\n";
}

}  // namespace gate::differential
