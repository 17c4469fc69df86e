#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "runtime/index/applied.h"
#include "runtime/index/policy_combiner.h"
#include "runtime/rules/effect_table.h"

namespace gate::index {

/// The policies that apply, as the postings give them: what PolicyCombiner asks of its Source. The
/// first ones are kept with their effects, and tested all at once without a branch: which of them
/// ask for what is different in every request, and a branch guessed wrong costs more than the test.
template <std::size_t kWords>
class ListedPolicies {
 public:
  using Clauses = std::array<std::uint64_t, kWords>;

  ListedPolicies(const EffectTable& effects, const Applied& applied)
      : effects_(effects), applied_(applied) {}

  /// As RowPolicies; comes before all others.
  std::uint32_t gather(EffectBits<kWords>& sum) noexcept {
    EffectBits<kWords> all;
    std::uint32_t count = 0;
    applied_.for_each([&](std::uint32_t policy) {
      const std::uint32_t effect = effects_.effect_of(policy);
      const std::uint32_t at = std::min(count, kFirst);
      effect_of_[at] = effect;
      policies_[at] = policy;
      ++count;
      all.add(effects_.template of_effect<kWords>(effect));
      return false;
    });
    sum = all;
    count_ = count;
    return count;
  }
  [[nodiscard]] bool some_block() const noexcept {
    bool found = false;
    applied_.for_each([this, &found](std::uint32_t policy) {
      found = (effects_.template of<kWords>(policy).rest & EffectTable::kBlock) != 0;
      return found;
    });
    return found;
  }
  /// f(policy), as in RowPolicies.
  template <typename F>
  void for_each(F f) const noexcept {
    applied_.for_each([&f](std::uint32_t policy) {
      f(policy);
      return false;
    });
  }
  ReasonsOut give_asks(const Clauses& which, ReasonCode code, ReasonsOut out) const noexcept {
    for_each_passing(
        [&which](std::uint32_t, const EffectBits<kWords>& row) {
          std::uint64_t both = 0;
          for (std::size_t w = 0; w < kWords; ++w) {
            both |= row.clauses[w] & which[w];
          }
          return both != 0;
        },
        [&](std::uint32_t policy, std::uint32_t effect) {
          const Clauses asks = effects_.template of_effect<kWords>(effect).clauses;
          for (std::size_t w = 0; w < kWords; ++w) {
            for (std::uint64_t rest = asks[w] & which[w]; rest != 0; rest &= rest - 1) {
              const auto clause = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
              out.add(code, static_cast<std::uint16_t>(clause), policy);
              if (out.full()) {
                return true;
              }
            }
          }
          return false;
        });
    return out;
  }
  ReasonsOut give_with(std::uint64_t bits, ReasonCode code, ReasonsOut out) const noexcept {
    for_each_passing(
        [bits](std::uint32_t, const EffectBits<kWords>& row) { return (row.rest & bits) != 0; },
        [code, &out](std::uint32_t policy, std::uint32_t) {
          out.add(code, 0, policy);
          return out.full();
        });
    return out;
  }
  [[nodiscard]] bool some_unknown() const noexcept { return applied_.some_unknown(); }
  template <typename Fact>
  ReasonsOut give_unknown(const Fact& fact, ReasonsOut out) const noexcept {
    for_each_passing([this](std::uint32_t policy,
                            const EffectBits<kWords>&) { return applied_.is_unknown(policy); },
                     [&fact, &out](std::uint32_t policy, std::uint32_t) {
                       out.add(ReasonCode::kUnknownSignal, fact(policy), policy);
                       return out.full();
                     });
    return out;
  }
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return applied_.is_unknown(policy);
  }

 private:
  /// Of the policies that pass the test, f(policy, its effect) until it returns true.
  template <typename Test, typename F>
  void for_each_passing(Test test, F f) const noexcept {
    const std::uint32_t first = std::min(count_, kFirst);
    std::uint64_t passing = 0;
    for (std::uint32_t i = 0; i < first; ++i) {
      const auto effect = effects_.template of_effect<kWords>(effect_of_[i]);
      passing |= std::uint64_t{test(policies_[i], effect)} << i;
    }
    for (; passing != 0; passing &= passing - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(passing));
      if (f(policies_[i], effect_of_[i])) {
        return;
      }
    }
    if (count_ <= kFirst) {
      return;
    }
    std::uint32_t skip = kFirst;
    applied_.for_each([&](std::uint32_t policy) {
      if (skip > 0) {
        --skip;
        return false;
      }
      const std::uint32_t effect = effects_.effect_of(policy);
      return test(policy, effects_.template of_effect<kWords>(effect)) && f(policy, effect);
    });
  }

  static constexpr std::uint32_t kFirst = 64;
  const EffectTable& effects_;
  const Applied& applied_;
  std::uint32_t count_ = 0;
  std::uint32_t effect_of_[kFirst + 1];  ///< the last one takes what is too much
  std::uint32_t policies_[kFirst + 1];
};

}  // namespace gate::index
