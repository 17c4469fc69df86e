#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/graph/whatif.h"

namespace gate::graph {
namespace {

struct Candidate {
  std::string text;
  std::function<void(SignInFacts&)> apply;
};

bool passes(const PolicySet& policies, const SignInFacts& facts) {
  const SignInView view(facts);
  return policies.evaluate(view.request()).outcome == Outcome::kAllow;
}

void add_methods(const SignInFacts& facts, std::vector<Candidate>& out) {
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    const bool done = std::ranges::any_of(facts.completed,
                                          [&](const auto& each) { return each.method == method; });
    if (!done) {
      out.push_back({fmt::format("complete {}", name(method)),
                     [method](SignInFacts& f) { f.completed.push_back({method, 0}); }});
    }
  }
  out.push_back({"authenticate again", [](SignInFacts& f) {
                   for (auto& each : f.completed) {
                     each.age_s = 0;
                   }
                   f.session_age_s = 0;
                 }});
}

/// The terms of use and custom controls that the clauses of the set name: terms_of_use "x".
void add_named_controls(const PolicySet& policies, std::vector<Candidate>& out) {
  for (std::size_t i = 0; i < policies.clause_count(); ++i) {
    const auto clause = policies.clause(i);
    for (const auto kind : {ControlKind::kTermsOfUse, ControlKind::kCustom}) {
      const auto word = fmt::format("{} \"", name(kind));
      const auto at = clause.find(word);
      const auto end = at == std::string_view::npos ? at : clause.find('"', at + word.size());
      if (end != std::string_view::npos) {
        const std::string id(clause.substr(at + word.size(), end - at - word.size()));
        out.push_back({fmt::format("satisfy {} \"{}\"", name(kind), id),
                       [kind, id](SignInFacts& f) { f.satisfied.push_back({kind, id}); }});
      }
    }
  }
}

void add_controls(std::vector<Candidate>& out) {
  const auto control = [&](ControlKind kind, std::string text) {
    out.push_back({std::move(text), [kind](SignInFacts& f) { f.satisfied.push_back({kind, ""}); }});
  };
  control(ControlKind::kPasswordChange, "change the password");
  control(ControlKind::kRiskRemediation, "remediate the risk");
  control(ControlKind::kApprovedApp, "use an approved app");
  control(ControlKind::kAppProtection, "use an app with a protection policy");
  control(ControlKind::kCompliantNetwork, "come from a compliant network");
}

void add_devices(std::vector<Candidate>& out) {
  out.push_back({"sign in from a compliant device", [](SignInFacts& f) {
                   f.device.registered = true;
                   f.device.compliant = Tristate::kTrue;
                 }});
  out.push_back({"sign in from a hybrid-joined device", [](SignInFacts& f) {
                   f.device.registered = true;
                   f.device.trust = DeviceTrust::kServerAd;
                 }});
  out.push_back({"the device is no longer reported lost",
                 [](SignInFacts& f) { f.device.reported_lost = false; }});
}

void add_circumstances(const SignInFacts& facts, std::vector<Candidate>& out) {
  const auto when = [&](bool differs, std::string text, std::function<void(SignInFacts&)> apply) {
    if (differs) {
      out.push_back({std::move(text), std::move(apply)});
    }
  };
  when(facts.client != ClientApp::kBrowser, "use a browser",
       [](SignInFacts& f) { f.client = ClientApp::kBrowser; });
  when(facts.client != ClientApp::kNativeApp, "use a modern app",
       [](SignInFacts& f) { f.client = ClientApp::kNativeApp; });
  when(facts.transfer_method != TransferMethod::kNone ||
           facts.original_transfer_method != TransferMethod::kNone,
       "begin the session without device code flow or authentication transfer", [](SignInFacts& f) {
         f.transfer_method = f.original_transfer_method = TransferMethod::kNone;
       });
  when(facts.sign_in_risk != Risk::kNone, "the risk of the sign-in is dismissed",
       [](SignInFacts& f) { f.sign_in_risk = Risk::kNone; });
  when(facts.user_risk != Risk::kNone, "the risk of the user is dismissed",
       [](SignInFacts& f) { f.user_risk = Risk::kNone; });
  when(facts.insider_risk != InsiderRisk::kNone, "the insider risk is dismissed",
       [](SignInFacts& f) { f.insider_risk = InsiderRisk::kNone; });
  when(facts.service_principal_risk != Risk::kNone, "the risk of the workload is dismissed",
       [](SignInFacts& f) { f.service_principal_risk = Risk::kNone; });
  for (std::size_t i = 1; i < kPlatformCount; ++i) {
    const auto platform = static_cast<Platform>(i);
    when(facts.platform != platform, fmt::format("use {}", name(platform)),
         [platform](SignInFacts& f) { f.platform = platform; });
  }
}

/// Depth-first over sets of exactly `left` candidates, in their order: the first that passes.
bool find(const PolicySet& policies, const std::vector<Candidate>& candidates, std::size_t from,
          std::size_t left, const SignInFacts& facts, std::vector<Change>& chosen) {
  for (std::size_t i = from; i + left <= candidates.size(); ++i) {
    auto changed = facts;
    candidates[i].apply(changed);
    chosen.push_back({candidates[i].text});
    if (left == 1 ? passes(policies, changed)
                  : find(policies, candidates, i + 1, left - 1, changed, chosen)) {
      return true;
    }
    chosen.pop_back();
  }
  return false;
}

}  // namespace

std::vector<Change> nearest_change(const PolicySet& policies, const SignInFacts& facts) {
  std::vector<Change> chosen;
  if (passes(policies, facts)) {
    return chosen;
  }
  // What the person can do comes first, what an administrator must do last.
  std::vector<Candidate> candidates;
  add_methods(facts, candidates);
  add_named_controls(policies, candidates);
  add_controls(candidates);
  add_devices(candidates);
  add_circumstances(facts, candidates);
  for (std::size_t size = 1; size <= kChangesMax; ++size) {
    if (find(policies, candidates, 0, size, facts, chosen)) {
      return chosen;
    }
  }
  return chosen;
}

}  // namespace gate::graph
