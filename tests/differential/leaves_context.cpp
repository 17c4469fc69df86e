// Facts with small vocabularies: flow, client, platform, risks, device state.

#include <fmt/format.h>

#include <algorithm>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

/// One of these facts. Values are numbers of its enumeration; 0 of those that may be absent is the
/// absent one.
struct Fact {
  const char* path;
  std::size_t count;
  std::size_t first_word;  ///< values before it have no word
  enum class Kind : std::uint8_t { kWord, kLevel, kFlag, kOptionalFlag } kind;
  bool may_be_absent;  ///< `== absent` may be written
  std::string_view (*word)(std::size_t);
  std::size_t (*get)(const SignInFacts&);
  void (*set)(SignInFacts&, std::size_t);
  /// How many values facts have, of which words hold for several: for 1 and 2 also the last, both.
  std::size_t values = 0;
};

template <typename E>
std::string_view word_of(std::size_t value) {
  return name(static_cast<E>(value));
}
std::string_view flag_word(std::size_t value) {
  return value != 0 ? "true" : "false";
}

#define FACT_OF(member, E)                                                             \
  word_of<E>, [](const SignInFacts& f) { return static_cast<std::size_t>(f.member); }, \
      [](SignInFacts& f, std::size_t v) { f.member = static_cast<E>(v); }
/// The flow of the sign-in, and the one that the session began with: a word holds for either.
std::size_t marks_of(const SignInFacts& f) {
  return static_cast<std::size_t>(f.transfer_method) |
         static_cast<std::size_t>(f.original_transfer_method);
}
void set_marks(SignInFacts& f, std::size_t marks) {
  constexpr TransferMethod kNow[] = {TransferMethod::kNone, TransferMethod::kNone,
                                     TransferMethod::kAuthenticationTransfer,
                                     TransferMethod::kAuthenticationTransfer};
  f.transfer_method = kNow[marks];
  f.original_transfer_method =
      marks % 2 != 0 ? TransferMethod::kDeviceCodeFlow : TransferMethod::kNone;
}

/// What is known of a device counts only when it is registered.
#define FACT_OF_DEVICE(member, E)                                                   \
  word_of<E>,                                                                       \
      [](const SignInFacts& f) {                                                    \
        return f.device.registered ? static_cast<std::size_t>(f.device.member) : 0; \
      },                                                                            \
      [](SignInFacts& f, std::size_t v) {                                           \
        f.device.registered = f.device.registered || v != 0;                        \
        f.device.member = static_cast<E>(v);                                        \
      }

using Kind = Fact::Kind;
const Fact kFacts[] = {
    {"flow", kFlowCount, 0, Kind::kWord, false, FACT_OF(flow, Flow)},
    {"client", kClientAppCount, 1, Kind::kWord, false, FACT_OF(client, ClientApp)},
    {"platform", kPlatformCount, 1, Kind::kWord, false, FACT_OF(platform, Platform)},
    {"sign_in_risk", kRiskCount, 0, Kind::kLevel, false, FACT_OF(sign_in_risk, Risk)},
    {"user_risk", kRiskCount, 0, Kind::kLevel, false, FACT_OF(user_risk, Risk)},
    {"service_principal_risk", kRiskCount, 0, Kind::kLevel, false,
     FACT_OF(service_principal_risk, Risk)},
    {"insider_risk", kInsiderRiskCount, 0, Kind::kLevel, false, FACT_OF(insider_risk, InsiderRisk)},
    {"transfer_method", kTransferMethodCount, 0, Kind::kWord, false, word_of<TransferMethod>,
     marks_of, set_marks, 4},
    {"user.kind", kUserKindCount, 0, Kind::kWord, false, FACT_OF(user_kind, UserKind)},
    {"device.registered", 2, 0, Kind::kFlag, false, flag_word,
     [](const SignInFacts& f) { return f.device.registered ? std::size_t{1} : 0; },
     [](SignInFacts& f, std::size_t v) { f.device.registered = v != 0; }},
    {"device.reported_lost", 2, 0, Kind::kFlag, false, flag_word,
     [](const SignInFacts& f) { return f.device.reported_lost ? std::size_t{1} : 0; },
     [](SignInFacts& f, std::size_t v) { f.device.reported_lost = v != 0; }},
    {"device.compliant", kTristateCount, 1, Kind::kOptionalFlag, true,
     FACT_OF_DEVICE(compliant, Tristate)},
    {"device.managed", kTristateCount, 1, Kind::kOptionalFlag, true,
     FACT_OF_DEVICE(managed, Tristate)},
    {"device.trust_type", kDeviceTrustCount, 1, Kind::kWord, true,
     FACT_OF_DEVICE(trust, DeviceTrust)},
    {"device.ownership", kDeviceOwnershipCount, 1, Kind::kWord, true,
     FACT_OF_DEVICE(ownership, DeviceOwnership)},
};
#undef FACT_OF
#undef FACT_OF_DEVICE

/// A test that holds for the values of `mask`.
Leaf of_values(const Fact& fact, std::uint32_t mask) {
  Leaf leaf;
  leaf.truth =
      whether([&fact, mask](const SignInFacts& f) { return (mask >> fact.get(f) & 1U) != 0; });
  leaf.make = [&fact, mask](Dice& dice, SignInFacts& f, bool holds) {
    std::vector<std::size_t> good;
    for (std::size_t v = 0; v < std::max(fact.count, fact.values); ++v) {
      if (((mask >> v & 1U) != 0) == holds) {
        good.push_back(v);
      }
    }
    if (!good.empty()) {
      fact.set(f, dice.pick(good));
    }
  };
  return leaf;
}

std::uint32_t all_of(const Fact& fact) {
  return (1U << std::max(fact.count, fact.values)) - 1;
}
/// The values for which `fact == word` holds.
std::uint32_t values_of(const Fact& fact, std::size_t word) {
  return 1U << word | (fact.values != 0 && word != 0 ? 1U << (fact.values - 1) : 0);
}

}  // namespace

std::size_t Leaves::context_facts() {
  return std::size(kFacts);
}

Leaf Leaves::context_test(std::size_t which) {
  const Fact& fact = kFacts[which];
  use("fact", fact.path);
  const auto value = fact.first_word + d_.below(fact.count - fact.first_word);
  const auto word = [&](std::size_t v) {
    use("word", fmt::format("{} {}", fact.path, fact.word(v)));
    return std::string(fact.word(v));
  };
  const std::uint32_t one = values_of(fact, value);
  const auto leaf = [&](std::string text, std::uint32_t mask) {
    Leaf out = of_values(fact, mask);
    out.text = std::move(text);
    return out;
  };
  if (fact.may_be_absent && d_.one_in(4)) {
    const bool equal = d_.one_in(2);
    use("operator", equal ? "== absent" : "!= absent");
    return leaf(fmt::format("{} {} absent", fact.path, equal ? "==" : "!="),
                equal ? 1U : all_of(fact) & ~1U);
  }
  const bool flag = fact.kind == Kind::kFlag || fact.kind == Kind::kOptionalFlag;
  if (flag && d_.one_in(3)) {
    const std::size_t yes = fact.count - 1;
    (void)word(yes);
    return leaf(fact.path, 1U << yes);
  }
  if (!flag && d_.one_in(3)) {  // a list
    const bool negative = d_.one_in(2);
    std::uint32_t mask = 0;
    std::vector<std::string> words;
    for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
      const auto v = fact.first_word + d_.below(fact.count - fact.first_word);
      mask |= values_of(fact, v);
      words.push_back(word(v));
    }
    use("operator", negative ? "not in" : "in");
    return leaf(fmt::format("{} {} {}", fact.path, negative ? "not in" : "in", bracketed(words)),
                negative ? all_of(fact) & ~mask : mask);
  }
  if (fact.kind == Kind::kLevel && d_.one_in(2)) {
    if (d_.one_in(4)) {
      const auto high = value + d_.below(fact.count - value);
      const bool negative = d_.one_in(3);
      use("operator", negative ? "not between" : "between");
      std::uint32_t mask = 0;
      for (std::size_t v = value; v <= high; ++v) {
        mask |= 1U << v;
      }
      const std::string low_word = word(value);
      return leaf(fmt::format("{}{} between {} and {}", fact.path, negative ? " not" : "", low_word,
                              word(high)),
                  negative ? all_of(fact) & ~mask : mask);
    }
    const std::string chosen = op({"<", "<=", ">", ">="});
    std::uint32_t mask = 0;
    for (std::size_t v = 0; v < fact.count; ++v) {
      const bool in = chosen == "<"    ? v < value
                      : chosen == "<=" ? v <= value
                      : chosen == ">"  ? v > value
                                       : v >= value;
      mask |= in ? 1U << v : 0;
    }
    if (d_.one_in(4)) {
      use("operator", "value first");
      const std::string mirrored = (chosen[0] == '<' ? ">" : "<") + chosen.substr(1);
      return leaf(fmt::format("{} {} {}", word(value), mirrored, fact.path), mask);
    }
    return leaf(fmt::format("{} {} {}", fact.path, chosen, word(value)), mask);
  }
  const std::string chosen = op({"==", "!="});
  const std::uint32_t mask = chosen == "==" ? one : all_of(fact) & ~one;
  const bool hole = !flag && d_.one_in(2);
  Leaf out = leaf(hole ? fmt::format("{} {} {}", fact.path, chosen, kHole)
                       : fmt::format("{} {} {}", fact.path, chosen, word(value)),
                  mask);
  if (hole) {
    out.hole = {"word", word(value)};
  }
  return out;
}

}  // namespace gate::differential
