#include "runtime/set/effect_table.h"

#include <algorithm>
#include <utility>

namespace gate {
namespace {

/// MFA of the last five minutes is not asked for again (conditional-access 2.8).
constexpr std::uint32_t kEveryTimeToleranceS = 300;

constexpr unsigned kBrowserAt = 8;
constexpr unsigned kCloudAt = 10;
constexpr unsigned kAccessAt = 13;

/// An enumerator as that many low bits: the larger of two is the union.
std::uint64_t unary(unsigned value) {
  return (std::uint64_t{1} << value) - 1;
}
unsigned of_unary(std::uint64_t bits) {
  constexpr unsigned kByThreeBits = 0x32212110;
  return kByThreeBits >> (4 * bits) & 3U;
}

}  // namespace

std::uint64_t stale_after(std::uint32_t frequency_s) noexcept {
  if (frequency_s == SessionControls::kNoFrequency) {
    return ~std::uint64_t{0};
  }
  return frequency_s == SessionControls::kEveryTime ? kEveryTimeToleranceS : frequency_s;
}

void EffectTable::Frequencies::add(const std::vector<std::uint32_t>& sorted) {
  values.fill(SessionControls::kNoFrequency);
  count = static_cast<std::uint32_t>(std::min(sorted.size(), kMax));
  std::copy_n(sorted.begin(), count, values.begin());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> limits;
  for (std::uint32_t i = 0; i < count; ++i) {
    limits.emplace_back(stale_after(values[i]), 1U << i);
  }
  std::sort(limits.begin(), limits.end());
  for (std::uint32_t i = 0; i < count; ++i) {
    limits_s[i] = limits[i].first;
    bits_of_first[i + 1] = bits_of_first[i] | limits[i].second;
  }
}

std::uint64_t EffectTable::Frequencies::bit(std::uint32_t value) const {
  const auto end = values.begin() + count;
  const auto at = std::lower_bound(values.begin(), end, value);
  return at == end || *at != value ? 0 : std::uint64_t{1} << (at - values.begin());
}

EffectTable::EffectTable(const ir::Program& program) {
  find_frequencies(program);
  const bool narrow = program.clauses.size() <= 64;
  narrow_.reserve(narrow ? program.effects.size() : 0);
  wide_.reserve(narrow ? 0 : program.effects.size());
  for (const ir::Effect& effect : program.effects) {
    EffectBits<kClausesMax / 64> row;
    row.rest = pack(effect);
    for (const std::uint32_t c : effect.clauses) {
      row.clauses[c / 64] |= std::uint64_t{1} << (c % 64);
    }
    if (narrow) {
      narrow_.push_back({{row.clauses[0]}, row.rest});
    } else {
      wide_.push_back(row);
    }
  }
  effect_of_policy_.reserve(program.policies.size());
  sole_clause_.reserve(program.policies.size());
  for (const ir::Policy& policy : program.policies) {
    effect_of_policy_.push_back(policy.effect);
    const auto& clauses = program.effects[policy.effect].clauses;
    sole_clause_.push_back(clauses.size() == 1 ? static_cast<std::uint16_t>(clauses.front())
                                               : kNoSoleClause);
  }
}

void EffectTable::find_frequencies(const ir::Program& program) {
  std::vector<std::uint32_t> both;
  std::vector<std::uint32_t> second;
  for (const ir::Effect& effect : program.effects) {
    both.push_back(effect.session.sign_in_frequency_s);
    second.push_back(effect.session.secondary_frequency_s);
  }
  for (auto* values : {&both, &second}) {
    std::erase(*values, SessionControls::kNoFrequency);
    std::sort(values->begin(), values->end());
    values->erase(std::unique(values->begin(), values->end()), values->end());
    fits_ = fits_ && values->size() <= Frequencies::kMax;
  }
  both_.add(both);
  second_.add(second);
}

std::uint64_t EffectTable::pack(const ir::Effect& effect) const {
  const SessionControls& s = effect.session;
  return s.flags | unary(static_cast<unsigned>(s.persistent_browser)) << kBrowserAt |
         unary(static_cast<unsigned>(s.cloud_app_security)) << kCloudAt |
         unary(static_cast<unsigned>(s.access_evaluation)) << kAccessAt |
         (effect.block ? kBlock : 0) | both_.bit(s.sign_in_frequency_s) << kBothAt |
         second_.bit(s.secondary_frequency_s) << kSecondAt;
}

void EffectTable::unpack(std::uint64_t rest, SessionControls& session) const noexcept {
  constexpr std::uint64_t kField = (std::uint64_t{1} << Frequencies::kMax) - 1;
  if ((rest & ~kBlock) == 0) {
    session = {};
    return;
  }
  session.flags = static_cast<std::uint8_t>(rest);
  session.persistent_browser = static_cast<PersistentBrowser>(of_unary(rest >> kBrowserAt & 3U));
  session.cloud_app_security = static_cast<CloudAppSecurity>(of_unary(rest >> kCloudAt & 7U));
  session.access_evaluation = static_cast<AccessEvaluation>(of_unary(rest >> kAccessAt & 7U));
  session.sign_in_frequency_s = both_.shortest(rest >> kBothAt & kField);
  session.secondary_frequency_s = second_.shortest(rest >> kSecondAt & kField);
}

std::size_t EffectTable::bytes() const {
  return narrow_.size() * sizeof(EffectBits<1>) +
         wide_.size() * sizeof(EffectBits<kClausesMax / 64>) + effect_of_policy_.size() * 4 +
         sole_clause_.size() * 2;
}

}  // namespace gate
