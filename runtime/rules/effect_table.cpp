#include "runtime/rules/effect_table.h"

#include <algorithm>
#include <utility>

namespace gate {
namespace {

/// MFA of the last five minutes is not asked for again (conditional-access 2.8).
constexpr std::uint32_t kEveryTimeToleranceS = 300;

// In the bits from EffectTable::kDegreesAt on.
constexpr unsigned kBrowserAt = 0;
constexpr unsigned kCloudAt = 2;
constexpr unsigned kAccessAt = 5;

/// An enumerator as that many low bits: the larger of two is the union.
std::uint64_t unary(unsigned value) {
  return (std::uint64_t{1} << value) - 1;
}
constexpr unsigned of_unary(unsigned bits) {
  constexpr unsigned kByThreeBits = 0x32212110;
  return kByThreeBits >> (4 * bits) & 3U;
}

}  // namespace

constinit const std::array<SessionControls, 256> EffectTable::kDegrees = [] {
  std::array<SessionControls, 256> all{};
  for (unsigned bits = 0; bits < all.size(); ++bits) {
    all[bits].persistent_browser =
        static_cast<PersistentBrowser>(of_unary(bits >> kBrowserAt & 3U));
    all[bits].cloud_app_security = static_cast<CloudAppSecurity>(of_unary(bits >> kCloudAt & 7U));
    all[bits].access_evaluation = static_cast<AccessEvaluation>(of_unary(bits >> kAccessAt & 7U));
  }
  return all;
}();

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
  narrow_clauses_.reserve(narrow ? program.effects.size() : 0);
  wide_clauses_.reserve(narrow ? 0 : program.effects.size());
  rest_.reserve(program.effects.size());
  for (const ir::Effect& effect : program.effects) {
    std::array<std::uint64_t, kClausesMax / 64> clauses{};
    for (const std::uint32_t c : effect.clauses) {
      clauses[c / 64] |= std::uint64_t{1} << (c % 64);
    }
    if (narrow) {
      narrow_clauses_.push_back(clauses[0]);
    } else {
      wide_clauses_.push_back(clauses);
    }
    rest_.push_back(pack(effect));
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
  const std::uint64_t degrees = unary(static_cast<unsigned>(s.persistent_browser)) << kBrowserAt |
                                unary(static_cast<unsigned>(s.cloud_app_security)) << kCloudAt |
                                unary(static_cast<unsigned>(s.access_evaluation)) << kAccessAt;
  return s.flags | degrees << kDegreesAt | (effect.block ? kBlock : 0) |
         both_.bit(s.sign_in_frequency_s) << kBothAt |
         second_.bit(s.secondary_frequency_s) << kSecondAt;
}

std::size_t EffectTable::bytes() const {
  return narrow_clauses_.size() * 8 + wide_clauses_.size() * sizeof(wide_clauses_[0]) +
         rest_.size() * 8 + effect_of_policy_.size() * 4 + sole_clause_.size() * 2;
}

}  // namespace gate
