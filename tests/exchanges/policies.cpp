#include "tests/exchanges/policies.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace exchanges {
namespace {

using gate::Flow;
using gate::Method;
using gate::MethodSet;
using gate::Outcome;
using gate::SignInFacts;
using gate::TargetKind;
using gate::server::PolicyVerdict;

PolicyVerdict allow(const SignInFacts& /*facts*/) {
  PolicyVerdict verdict;
  verdict.outcome = Outcome::kAllow;
  return verdict;
}

PolicyVerdict block(const SignInFacts& /*facts*/) {
  PolicyVerdict verdict;
  verdict.error_code = 53003;
  verdict.reasons = {"policy_blocks: test"};
  return verdict;
}

PolicyVerdict block_without_code(const SignInFacts& /*facts*/) {
  return {};
}

PolicyVerdict block_with_code(const SignInFacts& facts) {
  PolicyVerdict verdict = block(facts);
  verdict.error_code = 53000;
  return verdict;
}

PolicyVerdict block_and_revoke(const SignInFacts& facts) {
  PolicyVerdict verdict = block(facts);
  verdict.session.flags = gate::SessionControls::kRevokeAll;
  return verdict;
}

PolicyVerdict demand(const SignInFacts& facts, MethodSet seconds) {
  PolicyVerdict verdict = allow(facts);
  verdict.outcome = Outcome::kChallenge;
  verdict.required_text = "mfa";
  verdict.second_factors = seconds;
  return verdict;
}

/// Requires two different methods; e-mail and SMS codes are accepted as the second.
PolicyVerdict two_methods(const SignInFacts& facts) {
  MethodSet done;
  for (const gate::CompletedMethod& completed : facts.completed) {
    done.add(completed.method);
  }
  const MethodSet codes = MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp);
  const bool two = (done.bits() & (done.bits() - 1)) != 0;
  return two ? allow(facts) : demand(facts, MethodSet(codes.bits() & ~done.bits()));
}

/// Two factors, the second from `seconds`, which may have the method of the first. The server must
/// see that it is not the same mailbox.
PolicyVerdict two_proofs(const SignInFacts& facts, MethodSet seconds) {
  return facts.completed.size() >= 2 ? allow(facts) : demand(facts, seconds);
}

bool is_enrolment(const SignInFacts& facts) {
  return facts.target_kind == TargetKind::kUserAction;
}

PolicyVerdict sms_code(const SignInFacts& facts) {
  return is_enrolment(facts) ? allow(facts) : two_proofs(facts, MethodSet::of(Method::kSmsOtp));
}

PolicyVerdict email_code(const SignInFacts& facts) {
  return is_enrolment(facts) ? allow(facts) : two_proofs(facts, MethodSet::of(Method::kEmailOtp));
}

/// The app requires a code by e-mail; enrolment requires any second method.
PolicyVerdict email_code_and_careful_enrolment(const SignInFacts& facts) {
  return is_enrolment(facts) ? two_methods(facts) : email_code(facts);
}

PolicyVerdict two_methods_without_enrolment(const SignInFacts& facts) {
  return is_enrolment(facts) ? block_with_code(facts) : two_methods(facts);
}

PolicyVerdict two_methods_with_free_enrolment(const SignInFacts& facts) {
  return is_enrolment(facts) ? allow(facts) : two_methods(facts);
}

PolicyVerdict any_code(const SignInFacts& facts) {
  return two_proofs(facts, MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp));
}

PolicyVerdict what_no_method_gives(const SignInFacts& facts) {
  return demand(facts, MethodSet());
}

/// A requirement that nothing fulfils.
PolicyVerdict always_another_email_code(const SignInFacts& facts) {
  return demand(facts, MethodSet::of(Method::kEmailOtp));
}

PolicyVerdict two_methods_for_contexts(const SignInFacts& facts) {
  return facts.target_kind == TargetKind::kAuthContext ? two_methods(facts) : allow(facts);
}

PolicyVerdict block_contexts(const SignInFacts& facts) {
  return facts.target_kind == TargetKind::kAuthContext ? block(facts) : allow(facts);
}

PolicyVerdict block_refresh(const SignInFacts& facts) {
  return facts.flow == Flow::kRefresh ? block_with_code(facts) : allow(facts);
}

PolicyVerdict fresh_for_an_hour(const SignInFacts& facts) {
  const bool old = facts.flow == Flow::kRefresh && !facts.completed.empty() &&
                   facts.completed.front().age_s >= 3600;
  return old ? demand(facts, MethodSet()) : allow(facts);
}

PolicyVerdict only_from_the_office(const SignInFacts& facts) {
  return facts.ip == "198.51.100.7" ? allow(facts) : block(facts);
}

PolicyVerdict only_from_browsers(const SignInFacts& facts) {
  return facts.client == gate::ClientApp::kBrowser ? allow(facts) : block(facts);
}

PolicyVerdict only_from_android(const SignInFacts& facts) {
  return facts.platform == gate::Platform::kAndroid ? allow(facts) : block(facts);
}

PolicyVerdict only_tellers(const SignInFacts& facts) {
  const auto& roles = facts.roles;
  return std::find(roles.begin(), roles.end(), "teller") != roles.end() ? allow(facts)
                                                                        : block(facts);
}

PolicyVerdict only_up_to_1000(const SignInFacts& facts) {
  for (const SignInFacts::OwnedSignal& signal : facts.signals) {
    const std::int64_t* amount = std::get_if<std::int64_t>(&signal.value);
    if (signal.name == "amount" && amount != nullptr && *amount > 1000) {
      return block(facts);
    }
  }
  return allow(facts);
}

struct Named {
  std::string_view name;
  PolicyVerdict (*policy)(const SignInFacts&);
};
constexpr Named kPolicies[] = {
    {"allow", allow},
    {"block", block},
    {"block without a code", block_without_code},
    {"block with code 53000", block_with_code},
    {"block and revoke", block_and_revoke},
    {"two methods", two_methods},
    {"two methods, no enrolment", two_methods_without_enrolment},
    {"two methods, free enrolment", two_methods_with_free_enrolment},
    {"another code", any_code},
    {"sms code", sms_code},
    {"email code", email_code},
    {"email code, enrolment with two methods", email_code_and_careful_enrolment},
    {"always another email code", always_another_email_code},
    {"what no method gives", what_no_method_gives},
    {"two methods for contexts", two_methods_for_contexts},
    {"block contexts", block_contexts},
    {"block refresh", block_refresh},
    {"fresh for an hour", fresh_for_an_hour},
    {"only from the office", only_from_the_office},
    {"only from browsers", only_from_browsers},
    {"only from android", only_from_android},
    {"only tellers", only_tellers},
    {"only up to 1000", only_up_to_1000},
};

}  // namespace

void NamedPolicies::set(std::string_view name) {
  for (const Named& named : kPolicies) {
    if (named.name == name) {
      const std::lock_guard lock(mutex_);
      policy_ = named.policy;
      return;
    }
  }
  throw std::runtime_error("there is no policy `" + std::string(name) + "`");
}

PolicyVerdict NamedPolicies::decide(std::string_view /*tenant_id*/,
                                    const SignInFacts& facts) const {
  const std::lock_guard lock(mutex_);
  PolicyVerdict verdict = policy_ == nullptr ? allow(facts) : policy_(facts);
  verdict.policy_digest = "digest-of-the-test-policy";
  verdict.facts_json = R"({"user":")" + facts.user + R"("})";
  return verdict;
}

}  // namespace exchanges
