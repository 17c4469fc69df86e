#include "runtime/set/decide.h"

#include <algorithm>
#include <bit>

namespace gate {
namespace {

constexpr std::uint16_t kBlockedByPolicy = 53003;
/// MFA of the last five minutes is not asked for again (conditional-access 2.8).
constexpr std::uint32_t kEveryTimeToleranceS = 300;

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

bool stale(std::uint32_t frequency_s, std::uint64_t age_s) {
  if (frequency_s == SessionControls::kNoFrequency) {
    return false;
  }
  return age_s > (frequency_s == SessionControls::kEveryTime ? kEveryTimeToleranceS : frequency_s);
}

bool intersects(const std::array<std::uint64_t, 4>& a, const std::array<std::uint64_t, 4>& b) {
  return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

template <typename F>
void for_each_clause(const ClauseSet& set, F f) {
  for (std::size_t w = 0; w < set.words.size(); ++w) {
    for (std::uint64_t rest = set.words[w]; rest != 0; rest &= rest - 1) {
      f(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(rest))));
    }
  }
}

/// Ages. A sign-in is held against the oldest factor it used (every present factor must be fresh),
/// without factors against the session's age; a refresh or a request of which no age is known
/// counts as stale, a first sign-in as fresh. The password is never a second factor.
void find_ages(const SignInRequest& request, abi::DecisionFacts& facts) {
  bool any_second = (facts.satisfied & bit(ControlKind::kMfa)) != 0;
  const bool resumed = request.flow == Flow::kRefresh || request.flow == Flow::kRequest;
  const std::uint64_t session_s = request.session_age_s
                                      ? static_cast<std::uint64_t>(*request.session_age_s)
                                  : resumed ? abi::DecisionFacts::kAgeUnknown
                                            : 0;
  std::uint64_t newest[kMethodCount];
  for (const CompletedMethod& c : request.completed) {
    newest[static_cast<std::size_t>(c.method)] = abi::DecisionFacts::kAgeUnknown;
  }
  for (const CompletedMethod& c : request.completed) {
    std::uint64_t& age = newest[static_cast<std::size_t>(c.method)];
    age = std::min<std::uint64_t>(age, c.age_s);
  }
  bool has_second_age = false;
  for (const CompletedMethod& c : request.completed) {
    const std::uint64_t age = newest[static_cast<std::size_t>(c.method)];
    facts.oldest_s = std::max(facts.oldest_s, age);
    if (c.method != Method::kPassword) {
      facts.oldest_second_s = std::max(facts.oldest_second_s, age);
      has_second_age = true;
    }
  }
  if (request.completed.empty()) {
    facts.oldest_s = session_s;
    any_second = true;
  }
  if (!has_second_age && any_second) {
    facts.oldest_second_s = session_s;
  }
}

}  // namespace

abi::DecisionFacts decision_facts(const ir::Program& program,
                                  const SignInRequest& request) noexcept {
  abi::DecisionFacts facts;
  for (const CompletedMethod& c : request.completed) {
    facts.done.add(c.method);
  }
  for (const SatisfiedControl& s : request.satisfied) {
    if (s.kind != ControlKind::kTermsOfUse && s.kind != ControlKind::kCustom) {
      facts.satisfied |= bit(s.kind);
      continue;
    }
    auto& bits = s.kind == ControlKind::kTermsOfUse ? facts.terms : facts.custom;
    for (std::size_t i = 0; i < program.names.size(); ++i) {
      if (program.names[i] == s.name) {
        bits[i / 64] |= std::uint64_t{1} << (i % 64);
      }
    }
  }
  facts.compliant = request.device.registered && request.device.compliant == Tristate::kTrue;
  facts.hybrid_joined = request.device.registered && request.device.trust == DeviceTrust::kServerAd;
  facts.can_prompt =
      request.client != ClientApp::kOther && request.client != ClientApp::kExchangeActiveSync;
  find_ages(request, facts);
  return facts;
}

DecisionTables::DecisionTables(const ir::Program& program) : default_deny_(program.default_deny) {
  for (const ir::Clause& clause : program.clauses) {
    if (clause.any_of.size() == 1 && clause.any_of.front().kind == ControlKind::kMfa) {
      mfa_clause_ = static_cast<std::uint32_t>(clauses_.size());
    }
    add_clause(program, clause);
  }
  for (const ir::Effect& effect : program.effects) {
    EffectRow& row = effects_.emplace_back();
    row.block = effect.block;
    row.session = effect.session;
    row.has_frequency = effect.session.sign_in_frequency_s != SessionControls::kNoFrequency ||
                        effect.session.secondary_frequency_s != SessionControls::kNoFrequency;
    for (const std::uint32_t c : effect.clauses) {
      row.clauses.add(c);
    }
  }
  for (const ir::Policy& policy : program.policies) {
    effect_of_policy_.push_back(policy.effect);
  }
}

void DecisionTables::add_clause(const ir::Program& program, const ir::Clause& clause) {
  ClauseRow& row = clauses_.emplace_back();
  row.first = clause.any_of.front().kind;
  row.combinations_begin = static_cast<std::uint32_t>(combinations_.size());
  for (const ir::Control& c : clause.any_of) {
    row.interactive |= is_interactive(c.kind);
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
}

bool DecisionTables::met(const ClauseRow& row, const abi::DecisionFacts& facts) const noexcept {
  if ((row.vouched & facts.satisfied) != 0 || (row.compliant && facts.compliant) ||
      (row.hybrid_joined && facts.hybrid_joined) || intersects(row.terms, facts.terms) ||
      intersects(row.custom, facts.custom)) {
    return true;
  }
  for (std::uint32_t i = row.combinations_begin; i < row.combinations_end; ++i) {
    if (facts.done.contains_all(combinations_[i])) {
      return true;
    }
  }
  return false;
}

MethodSet DecisionTables::completing(const ClauseRow& row, MethodSet done) const noexcept {
  MethodSet found;
  for (std::uint32_t i = row.combinations_begin; i < row.combinations_end; ++i) {
    const std::uint32_t missing = combinations_[i].bits() & ~done.bits();
    if (std::has_single_bit(missing)) {
      found = found | MethodSet(missing);
    }
  }
  return found;
}

bool DecisionMaker::is_met(std::uint32_t clause) noexcept {
  if (!looked_at_.contains(clause)) {
    looked_at_.add(clause);
    if (!tables_.met(tables_.clause(clause), facts_)) {
      decision_.unmet.add(clause);
    }
  }
  return !decision_.unmet.contains(clause);
}

void DecisionMaker::ask(std::uint32_t policy, std::uint32_t clause) noexcept {
  decision_.required.add(clause);
  const auto detail = static_cast<std::uint16_t>(clause);
  if (is_met(clause)) {
    met_.add(ReasonCode::kControlMet, policy, detail);
    return;
  }
  const DecisionTables::ClauseRow& row = tables_.clause(clause);
  if (row.interactive && facts_.can_prompt) {
    unmet_.add(ReasonCode::kControlUnmet, policy, detail);
  } else {
    dead_end_ = true;
    dead_end_control_ = std::min(dead_end_control_, row.first);
    dead_ends_.add(ReasonCode::kControlUnmet, policy, detail);
  }
  // Whoever has to change a password does MFA first (CAD-006).
  if (row.password_change && !is_met(tables_.mfa_clause())) {
    if (!tables_.effect_of(policy).clauses.contains(tables_.mfa_clause())) {
      ask(policy, tables_.mfa_clause());
    }
  }
}

void DecisionMaker::apply(std::uint32_t policy, std::uint16_t unknown_fact) noexcept {
  const DecisionTables::EffectRow& effect = tables_.effect_of(policy);
  ++decision_.applied_count;
  decision_.session.merge(effect.session);
  if (effect.block) {
    blocked_ = true;
    blocks_.add(ReasonCode::kPolicyBlocks, policy, 0);
  }
  if (unknown_fact != abi::kNoFact) {
    unknown_.add(ReasonCode::kUnknownSignal, policy, unknown_fact);
  }
  for_each_clause(effect.clauses, [this, policy](std::uint32_t c) { ask(policy, c); });
  if (effect.has_frequency &&
      (stale(effect.session.sign_in_frequency_s, facts_.oldest_s) ||
       stale(effect.session.secondary_frequency_s, facts_.oldest_second_s))) {
    decision_.reauthenticate = true;
    reauthenticate_.add(ReasonCode::kReauthenticate, policy, 0);
  }
}

void DecisionMaker::conclude() noexcept {
  if (decision_.applied_count == 0) {
    // A set may refuse whatever no policy speaks about; otherwise that is allowed.
    blocked_ = tables_.default_deny();
    blocks_.add(blocked_ ? ReasonCode::kDefaultDeny : ReasonCode::kNoPolicyApplies,
                Reason::kNoPolicy, 0);
  }
  if (blocked_ || dead_end_ || (decision_.reauthenticate && !facts_.can_prompt)) {
    decision_.outcome = Outcome::kBlock;
    decision_.error_code =
        blocked_ || !dead_end_ ? kBlockedByPolicy : error_code_for(dead_end_control_);
    decision_.reauthenticate = false;
    return;
  }
  if (decision_.unmet.empty() && !decision_.reauthenticate) {
    decision_.outcome = Outcome::kAllow;
    return;
  }
  decision_.outcome = Outcome::kChallenge;
  bool first = true;
  for_each_clause(decision_.unmet, [this, &first](std::uint32_t c) {
    const DecisionTables::ClauseRow& row = tables_.clause(c);
    if (row.by_methods) {
      const MethodSet completing = tables_.completing(row, facts_.done);
      decision_.second_factors = first ? completing : (decision_.second_factors & completing);
      first = false;
    }
  });
}

void DecisionMaker::collect_reasons() noexcept {
  for (const ReasonList* list :
       {&blocks_, &dead_ends_, &unmet_, &reauthenticate_, &unknown_, &met_}) {
    for (std::size_t i = 0; i < list->count; ++i) {
      if (decision_.reason_count == Decision::kReasonsMax) {
        return;
      }
      decision_.reasons[decision_.reason_count++] = list->items[i];
    }
  }
}

Decision DecisionMaker::finish() noexcept {
  conclude();
  collect_reasons();
  return decision_;
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
