#include <algorithm>
#include <bit>
#include <gate/interned.hpp>

#include "runtime/ir/reach.h"
#include "runtime/rules/decide.h"

namespace gate {
namespace {

constexpr std::uint32_t bit(ControlKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

/// Ages. A sign-in is held against the oldest factor it used (every present factor must be fresh),
/// without factors against the session's age; an age that is not known is too old, but a second
/// factor that a first sign-in does not speak of is none. The password is never a second factor.
/// MFA that the caller vouches for is a factor too, as old as the session; without an age it is too
/// old, but for somebody who used a second factor beside a first. For an authentication context
/// every factor that is present must be inside the interval (conditional-access 2.8), also of a
/// frequency that elsewhere looks at the second factor alone.
template <typename Request>
void find_ages(const Request& request, const std::uint32_t* ages_s, abi::DecisionFacts& facts) {
  const bool claimed = (facts.satisfied & bit(ControlKind::kMfa)) != 0;
  const bool resumed = request.flow == Flow::kRefresh || request.flow == Flow::kRequest;
  const std::uint64_t session_s = request.session_age_s
                                      ? static_cast<std::uint64_t>(*request.session_age_s)
                                      : abi::DecisionFacts::kAgeUnknown;
  constexpr std::uint32_t kPassword = MethodSet::of(Method::kPassword).bits();
  const std::uint32_t second = facts.done.bits() & ~kPassword;
  std::uint32_t oldest_second_s = 0;
  for (std::uint32_t rest = second; rest != 0; rest &= rest - 1) {
    oldest_second_s = std::max(oldest_second_s, ages_s[std::countr_zero(rest)]);
  }
  facts.oldest_second_s = oldest_second_s;
  facts.oldest_s = oldest_second_s;
  if (facts.done.contains(Method::kPassword)) {
    facts.oldest_s = std::max(oldest_second_s, ages_s[static_cast<std::size_t>(Method::kPassword)]);
  }
  constexpr std::uint32_t kMethods = (1U << kMethodCount) - 1;
  const std::uint32_t methods = facts.done.bits() & kMethods;
  const bool two_methods = (methods & (methods - 1)) != 0;
  if (facts.done.empty()) {
    facts.oldest_s = session_s;
    facts.oldest_second_s = claimed || resumed || request.session_age_s ? session_s : 0;
  } else if (claimed && (request.session_age_s || second == 0 || !two_methods)) {
    facts.oldest_s = std::max(facts.oldest_s, session_s);
    facts.oldest_second_s = std::max(facts.oldest_second_s, session_s);
  }
  if (request.target_kind == TargetKind::kAuthContext) {
    facts.oldest_second_s = facts.oldest_s;
  }
}

bool equal_folded(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}
bool allows(const std::vector<std::string>& values, std::string_view presented) {
  return values.empty() ||
         std::any_of(values.begin(), values.end(),
                     [presented](const std::string& v) { return equal_folded(presented, v); });
}

template <typename Request, typename Name>
std::string_view text_fact(const Request& request, Name name) {
  for (const auto& fact : request.strings) {
    if (fact.name == name) {
      return fact.value;
    }
  }
  return {};
}
template <typename Request, typename Name>
const std::span<const std::string_view>* list_fact(const Request& request, Name name) {
  for (const auto& fact : request.lists) {
    if (fact.name == name) {
      return &fact.values;
    }
  }
  return nullptr;
}

/// The facts that are looked for here, by name or by number.
struct FactNames {
  std::string_view aaguid = "fido2.aaguid";
  std::string_view issuer_ski = "x509.issuer_ski";
  std::string_view policy_oids = "x509.policy_oids";
  std::string_view registered = ir::kRegisteredMethods;
  std::string_view register_security_info = ir::kRegisterSecurityInfo;
};

/// Whether what was presented is of an allowed model, from an allowed issuer and under an allowed
/// policy: every list that is not empty must be met.
template <typename Request, typename Names>
bool presented(const ir::MethodRestriction& r, const Request& request, const Names& names) {
  const auto* oids = r.policy_oids.empty() ? nullptr : list_fact(request, names.policy_oids);
  return allows(r.aaguids, text_fact(request, names.aaguid)) &&
         allows(r.issuer_skis, text_fact(request, names.issuer_ski)) &&
         (r.policy_oids.empty() ||
          (oids != nullptr && std::any_of(oids->begin(), oids->end(), [&r](std::string_view oid) {
             return allows(r.policy_oids, oid);
           })));
}

template <typename Request, typename Names>
void find_registration(const Request& request, const Names& names, abi::DecisionFacts& facts) {
  const auto* registered = list_fact(request, names.registered);
  if (registered == nullptr) {
    return;
  }
  facts.registration_known = true;
  for (const std::string_view word : *registered) {
    if (const auto method = parse_method(word)) {
      facts.registered.add(*method);
    }
  }
}

bool same_name(std::string_view a, std::string_view b) {
  return a == b;
}
/// What the set has no number for is not the same as something else without one.
bool same_name(NameNumber a, NameNumber b) {
  return a == b && a != kUnnamed;
}

void find_name(const ir::Program& program, std::string_view name,
               std::array<std::uint64_t, 4>& bits) {
  for (std::size_t i = 0; i < program.names.size(); ++i) {
    if (program.names[i] == name) {
      bits[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}
void find_name(const ir::Program& program, NameNumber name, std::array<std::uint64_t, 4>& bits) {
  if (name < program.names.size()) {
    find_name(program, program.names[name], bits);
  }
}

template <typename Request, typename Names>
void find_facts(const ir::Program& program, const Request& request, const Names& names,
                MethodSet done, const std::uint32_t* ages_s, abi::DecisionFacts& facts) {
  // Member by member: to clear the whole first takes longer than all that follows.
  facts.done = done;
  facts.satisfied = 0;
  facts.terms = {};
  facts.custom = {};
  for (const auto& s : request.satisfied) {
    facts.satisfied |= bit(s.kind);
    if (s.kind == ControlKind::kTermsOfUse || s.kind == ControlKind::kCustom) {
      find_name(program, s.name, s.kind == ControlKind::kTermsOfUse ? facts.terms : facts.custom);
    }
  }
  facts.compliant = request.device.registered && request.device.compliant == Tristate::kTrue;
  facts.hybrid_joined = request.device.registered && request.device.trust == DeviceTrust::kServerAd;
  facts.can_prompt = request.client != ClientApp::kOther &&
                     request.client != ClientApp::kExchangeActiveSync &&
                     request.user_kind != UserKind::kB2bDirectConnectUser &&
                     request.user_kind != UserKind::kServicePrincipal;
  facts.registration_known = false;
  facts.registered = {};
  find_registration(request, names, facts);
  find_ages(request, ages_s, facts);
  for (std::size_t i = 0; i < program.restrictions.size(); ++i) {
    const ir::MethodRestriction& r = program.restrictions[i];
    if (done.contains(r.method) && presented(r, request, names)) {
      facts.done = facts.done | ir::restriction_bit(i);
    }
  }
  facts.registers_security_info = request.target_kind == TargetKind::kUserAction &&
                                  same_name(request.target, names.register_security_info);
}

}  // namespace

abi::DecisionFacts decision_facts(const ir::Program& program,
                                  const SignInRequest& request) noexcept {
  std::uint32_t ages_s[kMethodCount];
  const MethodSet done = newest_ages(request.completed, ages_s);
  abi::DecisionFacts facts;
  find_facts(program, request, FactNames{}, done, ages_s, facts);
  return facts;
}
void decision_facts(const ir::Program& program, const SignInRequest& request, MethodSet done,
                    const std::uint32_t* ages_s, abi::DecisionFacts& out) noexcept {
  find_facts(program, request, FactNames{}, done, ages_s, out);
}
void decision_facts(const ir::Program& program, const InternedRequest& request,
                    const FactNumbers& names, MethodSet done, const std::uint32_t* ages_s,
                    abi::DecisionFacts& out) noexcept {
  find_facts(program, request, names, done, ages_s, out);
}

}  // namespace gate
