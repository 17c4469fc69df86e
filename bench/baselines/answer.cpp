#include "bench/baselines/answer.h"

#include <algorithm>
#include <bit>

namespace gate::bench {
namespace {

enum class Kleene : std::uint8_t { kFalse, kUnknown, kTrue };

Kleene of(bool value) {
  return value ? Kleene::kTrue : Kleene::kFalse;
}

Kleene value_of(const Leaf& leaf, const BoundSignIn& s) {
  const auto id = static_cast<Id>(leaf.value);
  switch (leaf.what) {
    case Leaf::What::kAmountAbove:
      return s.has_amount ? of(s.amount > leaf.value) : Kleene::kUnknown;
    case Leaf::What::kFailuresAtLeast:
      return of(s.failures >= leaf.value);
    case Leaf::What::kNewPayee:
      return of(s.new_payee);
    case Leaf::What::kSignInRiskAtLeast:
      return of(s.sign_in_risk >= leaf.value);
    case Leaf::What::kUserRiskAtLeast:
      return of(s.user_risk >= leaf.value);
    case Leaf::What::kPlatformIs:
      return of(s.platform == leaf.value);
    case Leaf::What::kLocationIn:
      return of(std::binary_search(s.places.begin(), s.places.end(), id));
    case Leaf::What::kInGroup:
      return of(std::binary_search(s.groups.begin(), s.groups.end(), id));
    case Leaf::What::kAppIs:
      return of(s.target_kind == TargetKind::kApp && s.target == id);
    case Leaf::What::kReportedLost:
      return of(s.reported_lost);
    case Leaf::What::kMethodDone:
      return of((s.done >> id & 1U) != 0);
  }
  return Kleene::kUnknown;
}

// The generator nests expressions three deep at most.
Kleene value_of(const Expression& e, const BoundSignIn& s) {  // NOLINT(misc-no-recursion)
  switch (e.kind) {
    case Expression::Kind::kLeaf:
      return value_of(e.leaf, s);
    case Expression::Kind::kNot: {
      const Kleene value = value_of(e.children.front(), s);
      return static_cast<Kleene>(2 - static_cast<int>(value));
    }
    case Expression::Kind::kAnd: {
      Kleene least = Kleene::kTrue;
      for (const Expression& child : e.children) {
        least = std::min(least, value_of(child, s));
        if (least == Kleene::kFalse) {
          break;
        }
      }
      return least;
    }
    case Expression::Kind::kOr: {
      Kleene most = Kleene::kFalse;
      for (const Expression& child : e.children) {
        most = std::max(most, value_of(child, s));
        if (most == Kleene::kTrue) {
          break;
        }
      }
      return most;
    }
  }
  return Kleene::kUnknown;
}

}  // namespace

bool met(const ClauseSpec& clause, const BoundSignIn& s) {
  constexpr auto kServerAd = static_cast<std::uint8_t>(DeviceTrust::kServerAd);
  return (clause.vouched & s.vouched) != 0 || (clause.compliant && s.compliant) ||
         (clause.hybrid && s.trust == kServerAd) || (clause.terms && s.terms) ||
         std::any_of(clause.combinations.begin(), clause.combinations.end(),
                     [&s](std::uint32_t c) { return (s.done & c) == c; });
}

bool residual_holds(const Conditions& c, const BoundSignIn& s) {
  if (c.model_test) {
    const bool holds = s.has_model && (*c.model_test == TextTest::kEquals ? s.model == c.model
                                       : *c.model_test == TextTest::kStartsWith
                                           ? s.model.starts_with(c.model)
                                           : s.model.find(c.model) != std::string::npos);
    if (!holds) {
      return false;
    }
  }
  return !c.expression || value_of(*c.expression, s) != Kleene::kFalse;
}

void Demands::conclude(const BoundSignIn& s, Answer& answer) const {
  constexpr std::uint64_t kTolerance = 300;  // "every time" spares what is five minutes old
  answer.required = required_;
  const bool reauthenticate = frequency_s_ != Session::kNone &&
                              s.oldest_s > (frequency_s_ == 0 ? kTolerance : frequency_s_);
  bool challenge = reauthenticate;
  bool dead_end = reauthenticate && !s.can_prompt;
  const auto table = clause_table();
  for (std::uint64_t rest = required_; rest != 0; rest &= rest - 1) {
    const ClauseSpec& clause = table[static_cast<std::size_t>(std::countr_zero(rest))];
    if (!met(clause, s)) {
      challenge = true;
      dead_end = dead_end || !clause.interactive || !s.can_prompt;
    }
  }
  answer.outcome = block_ || dead_end ? Outcome::kBlock
                   : challenge        ? Outcome::kChallenge
                                      : Outcome::kAllow;
}

}  // namespace gate::bench
