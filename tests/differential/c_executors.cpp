#include "tests/differential/c_executors.h"

#include <gate/gate.h>

#include <algorithm>
#include <iterator>

#include "runtime/request/validate.h"
#include "tests/differential/c_interned.h"
#include "tests/differential/c_request.h"

namespace gate::differential {
namespace {

struct Release {
  void operator()(gate_policy_set* set) const { gate_policy_set_release(set); }
  void operator()(gate_evaluator* evaluator) const { gate_evaluator_free(evaluator); }
  void operator()(gate_bound* bound) const { gate_bound_free(bound); }
  void operator()(gate_principal* principal) const { gate_principal_free(principal); }
  void operator()(gate_explanation* explanation) const { gate_explanation_free(explanation); }
};
template <typename T>
using Handle = std::unique_ptr<T, Release>;

class ThroughC : public Executor {
 public:
  ThroughC(std::string_view name, Handle<gate_policy_set> set)
      : name_(name), set_(std::move(set)) {}
  std::string_view name() const override { return name_; }

 protected:
  [[nodiscard]] const gate_policy_set* set() const { return set_.get(); }
  /// A call that fails blocks, and says nothing else.
  static Decision answer(gate_status status, const gate_decision& decision) {
    Decision out = differential::from_c(decision);
    if (status != GATE_OK) {
      out = {};
      out.error_code = 1;
    }
    return out;
  }

 private:
  std::string_view name_;
  Handle<gate_policy_set> set_;
};

class Plain final : public ThroughC {
 public:
  using ThroughC::ThroughC;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const CRequest request(facts);
    gate_decision d = gate_decision_new();
    const auto call =
        plan == Plan::kEnforced ? gate_policy_set_evaluate : gate_policy_set_evaluate_report_only;
    const gate_status status = call(set(), &request.get(), &d);
    return answer(status, d);
  }
};

class BoundC final : public ThroughC {
 public:
  using ThroughC::ThroughC;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const Handle<gate_bound> bound = bind(facts);
    if (plan != Plan::kEnforced || bound == nullptr) {
      return std::nullopt;
    }
    gate_decision d = gate_decision_new();
    const gate_status status = gate_bound_evaluate(bound.get(), &d);
    return answer(status, d);
  }
  /// A request beyond the limits is not copied: an error in place of a decision.
  bool refuses(const SignInFacts& facts) const override { return bind(facts) == nullptr; }

 private:
  Handle<gate_bound> bind(const SignInFacts& facts) const {
    const CRequest request(facts);
    gate_bound* raw = nullptr;
    (void)gate_bind(set(), &request.get(), &raw, nullptr);
    return Handle<gate_bound>(raw);
  }
};

/// What stays if a call fails, and what no set says.
gate_verdict unanswered() {
  gate_verdict v = gate_verdict_new();
  v.error_code = 1;
  return v;
}
Verdict from_c(const gate_verdict& v) {
  Verdict out;
  out.outcome = static_cast<Outcome>(v.outcome);
  out.reauthenticate = v.reauthenticate != 0;
  out.error_code = static_cast<std::uint16_t>(v.error_code);
  std::copy(std::begin(v.unmet), std::end(v.unmet), out.unmet.words.begin());
  return out;
}

class PrincipalC final : public ThroughC {
 public:
  using ThroughC::ThroughC;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const Handle<gate_principal> who = bind(facts);
    if (plan != Plan::kEnforced || who == nullptr) {
      return std::nullopt;
    }
    const CRequest request(facts);
    gate_decision d = gate_decision_new();
    const gate_status status = gate_principal_evaluate(who.get(), set(), &request.get(), &d);
    return answer(status, d);
  }
  std::optional<Verdict> verdict(const SignInFacts& facts, Plan plan) const override {
    const Handle<gate_principal> who = bind(facts);
    if (plan != Plan::kEnforced || who == nullptr) {
      return std::nullopt;
    }
    const CRequest request(facts);
    gate_verdict v = unanswered();
    (void)gate_principal_outcome(who.get(), set(), &request.get(), &v);
    return from_c(v);
  }
  /// A principal beyond the limits is not bound: an error in place of a decision.
  bool refuses(const SignInFacts& facts) const override { return bind(facts) == nullptr; }

 private:
  Handle<gate_principal> bind(const SignInFacts& facts) const {
    const CRequest request(facts);
    gate_principal* raw = nullptr;
    (void)gate_principal_new(set(), &request.get(), 0, &raw, nullptr);
    return Handle<gate_principal>(raw);
  }
};

class InternedC final : public ThroughC {
 public:
  using ThroughC::ThroughC;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced || refuses(facts)) {
      return std::nullopt;
    }
    const CRequest request(facts);
    const CInterned numbers(set(), request.get());
    gate_decision d = gate_decision_new();
    const gate_status status = gate_policy_set_evaluate_interned(set(), &numbers.get(), &d);
    return answer(status, d);
  }
  std::optional<Verdict> verdict(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced || refuses(facts)) {
      return std::nullopt;
    }
    const CRequest request(facts);
    const CInterned numbers(set(), request.get());
    gate_verdict v = unanswered();
    (void)gate_policy_set_outcome_interned(set(), &numbers.get(), &v);
    return from_c(v);
  }
  /// Names that are no text have no numbers, and a place may have none.
  bool refuses(const SignInFacts& facts) const override {
    const CRequest request(facts);
    return validate(SignInView(facts).request()) != RequestFault::kNone ||
           !CInterned(set(), request.get()).has_place();
  }
};

class EvaluatorC final : public ThroughC {
 public:
  EvaluatorC(std::string_view name, Handle<gate_policy_set> set) : ThroughC(name, std::move(set)) {
    gate_evaluator* raw = nullptr;
    (void)gate_evaluator_new(this->set(), &raw, nullptr);
    evaluator_.reset(raw);
  }
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced) {
      return std::nullopt;
    }
    const CRequest request(facts);
    gate_decision d = gate_decision_new();
    const gate_status status = gate_evaluator_evaluate(evaluator_.get(), &request.get(), &d);
    d.generation = d.generation == 1 ? 0 : d.generation;
    return answer(status, d);
  }

 private:
  Handle<gate_evaluator> evaluator_;
};

class ExplainC final : public ThroughC {
 public:
  using ThroughC::ThroughC;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const Handle<gate_explanation> explained = explain(facts);
    gate_decision d = gate_decision_new();
    const gate_status status = plan == Plan::kEnforced
                                   ? gate_explanation_decision(explained.get(), &d)
                                   : gate_explanation_report_only(explained.get(), &d);
    return answer(status, d);
  }
  std::optional<std::vector<AppliedPolicy>> applied(const SignInFacts& facts) const override {
    const Handle<gate_explanation> explained = explain(facts);
    std::vector<AppliedPolicy> out;
    for (std::size_t i = 0; i < gate_explanation_policy_count(explained.get()); ++i) {
      gate_policy_trace trace = gate_policy_trace_new();
      gate_policy_info info = gate_policy_info_new();
      (void)gate_explanation_policy(explained.get(), i, &trace);
      (void)gate_policy_set_policy(set(), trace.policy, &info);
      if (trace.applies != 0 && info.state != GATE_POLICY_OFF) {
        AppliedPolicy one;
        one.policy = trace.policy;
        one.state = static_cast<PolicyState>(info.state);
        one.satisfied = trace.satisfied != 0;
        one.outcome = static_cast<Outcome>(trace.outcome);
        out.push_back(one);
      }
    }
    return out;
  }
  bool tells_why() const override { return false; }

 private:
  Handle<gate_explanation> explain(const SignInFacts& facts) const {
    const CRequest request(facts);
    gate_explanation* raw = nullptr;
    (void)gate_policy_set_explain(set(), &request.get(), &raw, nullptr);
    return Handle<gate_explanation>(raw);
  }
};

}  // namespace

std::vector<std::string_view> c_executor_names() {
  return {"C", "C bound", "C principal", "C interned", "C evaluator", "C explain"};
}

std::unique_ptr<Executor> make_c_executor(std::string_view name, const std::string& file) {
  gate_policy_set* raw = nullptr;
  if (gate_policy_set_load(file.data(), file.size(), nullptr, &raw, nullptr) != GATE_OK) {
    return nullptr;
  }
  Handle<gate_policy_set> set(raw);
  if (name == "C") {
    return std::make_unique<Plain>(name, std::move(set));
  }
  if (name == "C bound") {
    return std::make_unique<BoundC>(name, std::move(set));
  }
  if (name == "C interned") {
    return std::make_unique<InternedC>(name, std::move(set));
  }
  if (name == "C principal") {
    return std::make_unique<PrincipalC>(name, std::move(set));
  }
  if (name == "C evaluator") {
    return std::make_unique<EvaluatorC>(name, std::move(set));
  }
  return std::make_unique<ExplainC>(name, std::move(set));
}

}  // namespace gate::differential
