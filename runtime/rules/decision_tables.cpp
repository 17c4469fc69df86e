#include <algorithm>
#include <bit>
#include <map>

#include "runtime/ir/context.h"
#include "runtime/ir/reach.h"
#include "runtime/rules/decide.h"

namespace gate {
namespace {

constexpr std::uint16_t kBlockedByPolicy = 53003;
/// A risky sign-in of somebody who has no second factor yet (conditional-access 2.5).
constexpr std::uint16_t kProofUpBlockedByRisk = 53004;
/// What a user can register on the way through a sign-in; everything else comes from somebody else
/// (a certificate, a temporary pass, a federation) or from setting up a device (Windows Hello,
/// sign-in by telephone). The reference says "registrable" without a list (conditional-access 2.7):
/// this list is ours.
constexpr MethodSet kRegistrable =
    MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp) |
    MethodSet::of(Method::kVoice) | MethodSet::of(Method::kSoftwareOath) |
    MethodSet::of(Method::kFido2) | MethodSet::of(Method::kAuthenticatorPush);

constexpr std::uint32_t bit(ControlKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

/// The number of a block for want of `control` (conditional-access 2.5).
std::uint16_t error_code_for(ControlKind control) {
  switch (control) {
    case ControlKind::kCompliantDevice:
      return 53000;
    case ControlKind::kHybridJoinedDevice:
      return 53001;
    case ControlKind::kApprovedApp:
      return 53002;
    case ControlKind::kAppProtection:
      return 53009;
    case ControlKind::kCompliantNetwork:
    case ControlKind::kMfa:
    case ControlKind::kStrength:
    case ControlKind::kPasswordChange:
    case ControlKind::kRiskRemediation:
    case ControlKind::kTermsOfUse:
    case ControlKind::kCustom:
      return kBlockedByPolicy;
  }
  return kBlockedByPolicy;
}

bool intersects(const std::array<std::uint64_t, 4>& a, const std::array<std::uint64_t, 4>& b) {
  return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

}  // namespace

DecisionTables::DecisionTables(const ir::Program& program)
    : bits_(program), default_deny_(program.default_deny) {
  clauses_.reserve(program.clauses.size());
  for (const ir::Clause& clause : program.clauses) {
    if (clause.any_of.size() == 1 && clause.any_of.front().kind == ControlKind::kMfa) {
      mfa_clause_ = static_cast<std::uint32_t>(clauses_.size());
    }
    add_clause(program, clause);
  }
  combinations_.shrink_to_fit();
  effects_.reserve(program.effects.size());
  for (const ir::Effect& effect : program.effects) {
    EffectRow& row = effects_.emplace_back();
    row.session = effect.session;
    row.block = effect.block;
    row.stale_after_s = stale_after(effect.session.sign_in_frequency_s);
    row.second_stale_after_s = stale_after(effect.session.secondary_frequency_s);
    for (const std::uint32_t c : effect.clauses) {
      row.clauses.add(c);
    }
  }
  for (const ir::MethodRestriction& r : program.restrictions) {
    restricted_.push_back(r.method);
  }
  for (std::size_t i = 0; i < program.string_slots.size(); ++i) {
    if (program.string_slots[i].signal && program.string_slots[i].name == ir::kGpsCountrySignal) {
      refusing_fact_ = static_cast<std::uint16_t>(abi::kStringFact + i);
    }
  }
  find_what_meets();
  find_displaced(program);
  const std::vector<bool> risky = expressions_about_risk(program);
  about_risk_.reserve(program.policies.size());
  for (const ir::Policy& policy : program.policies) {
    about_risk_.push_back(risky[policy.condition]);
  }
}

std::vector<bool> DecisionTables::expressions_about_risk(const ir::Program& program) {
  const std::uint64_t risks = ir::context_field(ir::ContextFact::kSignInRisk).mask() |
                              ir::context_field(ir::ContextFact::kUserRisk).mask();
  std::vector<bool> about(program.exprs.size(), false);
  for (std::size_t i = 0; i < about.size(); ++i) {  // children come before their parents
    const ir::Expr& e = program.exprs[i];
    about[i] = e.op == ir::Op::kContextIn && (e.imm & risks) != 0;
    for (std::uint32_t c = 0; c < e.count; ++c) {
      about[i] = about[i] || about[program.operands[e.first + c]];
    }
  }
  return about;
}

void DecisionTables::find_displaced(const ir::Program& program) {
  on_all_resources_.reserve(program.policies.size());
  displaces_.reserve(program.policies.size());
  for (const ir::Policy& policy : program.policies) {
    on_all_resources_.push_back(ir::is_all_resources(policy.include_targets));
    displaces_.push_back(ir::displaces_strengths(program, policy));
    some_displaces_ = some_displaces_ || displaces_.back();
  }
  if (!some_displaces_) {
    return;
  }
  for (const ir::Effect& effect : program.effects) {
    ClauseSet& left = without_strengths_.emplace_back();
    for (const std::uint32_t c : effect.clauses) {
      const auto found = std::find(program.clauses.begin(), program.clauses.end(),
                                   ir::without_strengths(program.clauses[c]));
      if (found != program.clauses.end()) {  // verify(): else nothing is left
        left.add(static_cast<std::size_t>(found - program.clauses.begin()));
      }
    }
  }
}

void DecisionTables::find_what_meets() {
  std::map<std::uint32_t, std::uint64_t> clauses_of;
  for (std::size_t c = 0; c < clauses_.size(); ++c) {
    const ClauseRow& row = clauses_[c];
    if (!row.interactive) {
      not_interactive_.add(c);
    }
    if (clauses_.size() > 64) {
      continue;
    }
    const std::uint64_t clause = std::uint64_t{1} << c;
    for (std::uint32_t i = row.combinations_begin; i < row.combinations_end; ++i) {
      clauses_of[combinations_[i].bits()] |= clause;
    }
    for (std::size_t k = 0; k < kControlKindCount; ++k) {
      met_by_vouched_[k] |= (row.vouched >> k & 1U) != 0 ? clause : 0;
    }
    met_by_compliant_ |= row.compliant ? clause : 0;
    met_by_hybrid_ |= row.hybrid_joined ? clause : 0;
    const auto any = [](const auto& words) { return words != std::array<std::uint64_t, 4>{}; };
    by_names_ |= any(row.terms) || any(row.custom) ? clause : 0;
  }
  group(clauses_of);
}

void DecisionTables::group(const std::map<std::uint32_t, std::uint64_t>& clauses_of) {
  for (const auto& [methods, clauses] : clauses_of) {
    if (groups_.empty() || groups_.back().met_by.size() == 64) {
      groups_.emplace_back();
    }
    CombinationGroup& last = groups_.back();
    const std::uint64_t combination = std::uint64_t{1} << last.met_by.size();
    last.all |= combination;
    last.met_by.push_back(clauses);
    for (unsigned q = 0; q < last.needing_one_of.size(); ++q) {
      const unsigned needed = methods >> (4 * q) & 15U;
      quarters_ = needed != 0 ? std::max(quarters_, q + 1) : quarters_;
      for (unsigned missing = 0; missing < 16; ++missing) {
        last.needing_one_of[q][missing] |= (needed & missing) != 0 ? combination : 0;
      }
    }
  }
}

inline std::uint64_t DecisionTables::met_by_methods(std::uint32_t missing) const noexcept {
  std::uint64_t met = 0;
  for (const CombinationGroup& some : groups_) {
    std::uint64_t incomplete = 0;
    std::uint32_t rest = missing;
    for (unsigned q = 0; q < quarters_; ++q, rest >>= 4U) {
      incomplete |= some.needing_one_of[q][rest & 15U];
    }
    for (std::uint64_t done = some.all & ~incomplete; done != 0; done &= done - 1) {
      met |= some.met_by[static_cast<unsigned>(std::countr_zero(done))];
    }
  }
  return met;
}

inline std::uint64_t DecisionTables::met_of_few(const abi::DecisionFacts& facts) const noexcept {
  std::uint64_t met =
      (facts.compliant ? met_by_compliant_ : 0) | (facts.hybrid_joined ? met_by_hybrid_ : 0);
  for (std::uint32_t rest = facts.satisfied; rest != 0; rest &= rest - 1) {
    met |= met_by_vouched_[static_cast<unsigned>(std::countr_zero(rest))];
  }
  constexpr std::uint32_t kNamed = bit(ControlKind::kTermsOfUse) | bit(ControlKind::kCustom);
  const std::uint64_t by_names = (facts.satisfied & kNamed) != 0 ? by_names_ : 0;
  for (std::uint64_t rest = by_names; rest != 0; rest &= rest - 1) {
    const auto c = static_cast<unsigned>(std::countr_zero(rest));
    const bool named =
        intersects(clauses_[c].terms, facts.terms) || intersects(clauses_[c].custom, facts.custom);
    met |= std::uint64_t{named} << c;
  }
  return met | met_by_methods(~facts.done.bits());
}

void DecisionTables::status_of(const abi::DecisionFacts& facts, SignInStatus& out) const noexcept {
  out.met = {};
  if (clauses_.size() <= 64) {
    out.met.words[0] = met_of_few(facts);
  } else {
    for (std::size_t c = 0; c < clauses_.size(); ++c) {
      if (met(clauses_[c], facts)) {
        out.met.add(c);
      }
    }
  }
  out.dead_ends = not_interactive_;
  if (!facts.can_prompt) {
    out.dead_ends.words.fill(~std::uint64_t{0});
  }
  out.stale = bits_.stale(facts);
  out.each_policy = facts.registration_known || refusing_fact_ != abi::kNoFact ||
                    may_displace(facts) || !bits_.fits();
}

void DecisionTables::add_clause(const ir::Program& program, const ir::Clause& clause) {
  ClauseRow& row = clauses_.emplace_back();
  row.first = clause.any_of.front().kind;
  row.combinations_begin = static_cast<std::uint32_t>(combinations_.size());
  for (const ir::Control& c : clause.any_of) {
    row.interactive |= is_interactive(c.kind);
    row.other_prompt |= is_interactive(c.kind) && c.kind != ControlKind::kMfa &&
                        c.kind != ControlKind::kStrength && c.kind != ControlKind::kPasswordChange;
    switch (c.kind) {
      case ControlKind::kMfa:
      case ControlKind::kStrength: {
        row.by_methods = true;
        row.vouched |= c.kind == ControlKind::kMfa ? bit(c.kind) : 0U;
        const auto& all = program.strengths[c.param].combinations;
        combinations_.insert(combinations_.end(), all.begin(), all.end());
        break;
      }
      case ControlKind::kCompliantDevice:
        row.compliant = true;
        break;
      case ControlKind::kHybridJoinedDevice:
        row.hybrid_joined = true;
        break;
      case ControlKind::kPasswordChange:
        row.password_change = true;
        row.vouched |= bit(c.kind);
        break;
      case ControlKind::kApprovedApp:
      case ControlKind::kAppProtection:
      case ControlKind::kCompliantNetwork:
      case ControlKind::kRiskRemediation:
        row.vouched |= bit(c.kind);
        break;
      case ControlKind::kTermsOfUse:
        row.terms[c.param / 64] |= std::uint64_t{1} << (c.param % 64);
        break;
      case ControlKind::kCustom:
        row.custom[c.param / 64] |= std::uint64_t{1} << (c.param % 64);
        break;
    }
  }
  row.combinations_end = static_cast<std::uint32_t>(combinations_.size());
  if (row.by_methods) {
    by_methods_.add(clauses_.size() - 1);
    pair_methods(row);
  }
  if (row.password_change) {
    password_changes_.add(clauses_.size() - 1);
  }
}

void DecisionTables::pair_methods(ClauseRow& row) {
  const auto begin = combinations_.begin() + row.combinations_begin;
  const auto of_two = std::partition(begin, combinations_.end(), [](MethodSet combination) {
    const std::uint32_t but_one = combination.bits() & (combination.bits() - 1);
    return (but_one & (but_one - 1)) != 0;
  });
  row.combinations_of_two = static_cast<std::uint32_t>(of_two - combinations_.begin());
  row.partners = static_cast<std::uint32_t>(partners_.size());
  Partners& partners = partners_.emplace_back();
  for (auto it = of_two; it != combinations_.end(); ++it) {
    const std::uint32_t bits = it->bits();
    const std::uint32_t other = bits & (bits - 1);
    if (other == 0) {
      partners.alone = partners.alone | *it;
      continue;
    }
    MethodSet& of_first = partners.of[static_cast<unsigned>(std::countr_zero(bits))];
    MethodSet& of_other = partners.of[static_cast<unsigned>(std::countr_zero(other))];
    of_first = of_first | MethodSet(other);
    of_other = of_other | MethodSet(bits ^ other);
  }
}

bool DecisionTables::met(const ClauseRow& row, const abi::DecisionFacts& facts) const noexcept {
  if ((row.vouched & facts.satisfied) != 0 || (row.compliant && facts.compliant) ||
      (row.hybrid_joined && facts.hybrid_joined) || intersects(row.terms, facts.terms) ||
      intersects(row.custom, facts.custom)) {
    return true;
  }
  // Without an early end, so that the compiler compares several at a time.
  const std::uint32_t missing = ~facts.done.bits();
  std::uint32_t found = 0;
  for (std::uint32_t i = row.combinations_begin; i < row.combinations_end; ++i) {
    found |= (combinations_[i].bits() & missing) == 0 ? 1U : 0U;
  }
  return found != 0;
}

MethodSet DecisionTables::completing(const ClauseRow& row, MethodSet done) const noexcept {
  // With one method done, what completes a combination of two is the other one.
  const Partners& partners = partners_[row.partners];
  std::uint32_t found = partners.alone.bits();
  for (std::uint32_t rest = done.bits(); rest != 0; rest &= rest - 1) {
    found |= partners.of[static_cast<unsigned>(std::countr_zero(rest))].bits();
  }
  found &= ~done.bits();
  for (std::uint32_t i = row.combinations_begin; i < row.combinations_of_two; ++i) {
    const std::uint32_t missing = combinations_[i].bits() & ~done.bits();
    const bool is_one = (missing & (missing - 1)) == 0;  // or none: then nothing is added
    found |= is_one ? missing : 0;
  }
  return plain(MethodSet(found));
}

MethodSet DecisionTables::plain(MethodSet methods) const noexcept {
  MethodSet out(methods.bits() & ((1U << kMethodCount) - 1));
  for (std::size_t i = 0; i < restricted_.size(); ++i) {
    if (methods.contains_all(ir::restriction_bit(i))) {
      out.add(restricted_[i]);
    }
  }
  return out;
}

bool DecisionTables::reachable(const ClauseRow& row, MethodSet done,
                               MethodSet able) const noexcept {
  for (std::uint32_t i = row.combinations_begin; i < row.combinations_end; ++i) {
    if (able.contains_all(plain(MethodSet(combinations_[i].bits() & ~done.bits())))) {
      return true;
    }
  }
  return false;
}

/// A user who has no method for a clause registers one during the sign-in, if the clause has one
/// that can be registered; but not in a risky sign-in (conditional-access 2.5 and 2.7).
ClauseState DecisionTables::unmet_state(const ClauseRow& row, const abi::DecisionFacts& facts,
                                        bool about_risk) const noexcept {
  if (!row.interactive || !facts.can_prompt) {
    return ClauseState::kDeadEnd;
  }
  if ((!row.by_methods && !row.password_change) || row.other_prompt || !facts.registration_known ||
      reachable(row, facts.done, facts.registered)) {
    return ClauseState::kPrompt;
  }
  // MFA comes before the change of a password, and it cannot be registered there (2.5).
  if (row.password_change && mfa_clause_ != kNoClause) {
    const ClauseRow& mfa = clauses_[mfa_clause_];
    if (met(mfa, facts) || reachable(mfa, facts.done, facts.registered)) {
      return ClauseState::kPrompt;
    }
  }
  return about_risk || !reachable(row, facts.done, facts.registered | kRegistrable)
             ? ClauseState::kCannotRegister
             : ClauseState::kPrompt;
}

std::uint16_t DecisionTables::block_code(const Findings& findings) noexcept {
  return findings.blocked || !findings.dead_end ? kBlockedByPolicy
         : findings.proof_up_blocked            ? kProofUpBlockedByRisk
                                                : error_code_for(findings.dead_end_control);
}

Verdict DecisionTables::verdict(const Findings& findings, const abi::DecisionFacts& facts,
                                bool stale, const ClauseSet& unmet) noexcept {
  Verdict out;
  if (blocks(findings, facts, stale)) {
    out.error_code = block_code(findings);
    return out;
  }
  out.outcome = unmet.empty() && !stale ? Outcome::kAllow : Outcome::kChallenge;
  out.reauthenticate = stale;
  out.unmet = unmet;
  return out;
}

MethodSet DecisionTables::second_factors(const ClauseSet& unmet, MethodSet done) const noexcept {
  std::uint32_t all = ~std::uint32_t{0};
  bool some = false;
  const std::size_t words = clauses_.size() <= 64 ? 1 : unmet.words.size();
  for (std::size_t w = 0; w < words; ++w) {
    for (std::uint64_t rest = unmet.words[w] & by_methods_.words[w]; rest != 0; rest &= rest - 1) {
      const auto clause = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
      all &= completing(clauses_[clause], done).bits();
      some = true;
    }
  }
  return MethodSet(some ? all : 0);
}

Verdict verdict_of(const Decision& decision) noexcept {
  Verdict v;
  v.outcome = decision.outcome;
  v.reauthenticate = decision.reauthenticate;
  v.error_code = decision.error_code;
  if (decision.outcome == Outcome::kChallenge) {
    v.unmet = decision.unmet;
  }
  return v;
}

Decision rejected(RequestFault fault) noexcept {
  Decision d;
  d.error_code = kBlockedByPolicy;
  d.reason_count = 1;
  d.reasons[0] =
      Reason{ReasonCode::kRequestRejected, static_cast<std::uint16_t>(fault), Reason::kNoPolicy};
  return d;
}

}  // namespace gate
