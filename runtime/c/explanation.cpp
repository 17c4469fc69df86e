#include "runtime/c/border.h"
#include "runtime/c/request.h"
#include "runtime/rules/decide.h"

using namespace gate::c;

namespace {

/// The trace of a policy, or null if there is none.
const gate::PolicyTrace* trace(const gate_explanation* e, size_t policy) noexcept {
  return e != nullptr && policy < e->explanation.policies.size() ? &e->explanation.policies[policy]
                                                                 : nullptr;
}

gate_status explain(const gate_policy_set* set, const gate_request* request,
                    gate::ExplainScope scope, gate_explanation** explanation,
                    gate_error** error) noexcept {
  return guarded(error, [&] {
    if (explanation != nullptr) {
      *explanation = nullptr;
    }
    RequestView view;
    if (set == nullptr || explanation == nullptr ||
        view.read(request) == RequestView::Reading::kNonsense) {
      return fail(error, GATE_INVALID_ARGUMENT, "explain: NULL, or a request that makes no sense");
    }
    auto made = std::make_unique<gate_explanation>();
    if (view.fault() == gate::RequestFault::kNone) {
      made->explanation = set->set->explain(view.request(), scope);
    } else {
      made->explanation.decision = made->explanation.report_only = gate::rejected(view.fault());
    }
    *explanation = made.release();
    return gate_status{GATE_OK};
  });
}

}  // namespace

extern "C" {

gate_status gate_policy_set_explain(const gate_policy_set* set, const gate_request* request,
                                    gate_explanation** explanation, gate_error** error) {
  return explain(set, request, gate::ExplainScope::kEvery, explanation, error);
}
gate_status gate_policy_set_explain_applied(const gate_policy_set* set, const gate_request* request,
                                            gate_explanation** explanation, gate_error** error) {
  return explain(set, request, gate::ExplainScope::kAppliedInWords, explanation, error);
}
void gate_explanation_free(gate_explanation* explanation) {
  delete explanation;
}

gate_status gate_explanation_decision(const gate_explanation* e, gate_decision* decision) {
  const gate::Decision answer = e == nullptr ? gate::Decision{} : e->explanation.decision;
  return give(answer, decision) && e != nullptr ? GATE_OK : GATE_INVALID_ARGUMENT;
}
gate_status gate_explanation_report_only(const gate_explanation* e, gate_decision* decision) {
  const gate::Decision answer = e == nullptr ? gate::Decision{} : e->explanation.report_only;
  return give(answer, decision) && e != nullptr ? GATE_OK : GATE_INVALID_ARGUMENT;
}
size_t gate_explanation_policy_count(const gate_explanation* e) {
  return e == nullptr ? 0 : e->explanation.policies.size();
}

gate_status gate_explanation_policy(const gate_explanation* e, size_t index,
                                    gate_policy_trace* out) {
  const gate::PolicyTrace* t = trace(e, index);
  if (t == nullptr) {
    return e == nullptr ? GATE_INVALID_ARGUMENT : GATE_NOT_FOUND;
  }
  gate_policy_trace c = gate_policy_trace_new();
  c.policy = t->policy;
  c.applies = t->applies ? 1 : 0;
  c.satisfied = t->satisfied ? 1 : 0;
  c.outcome = static_cast<uint32_t>(t->outcome);
  c.criterion_count = t->criteria.size();
  c.requirement_count = t->requires_text.size();
  return write_struct(c, out) ? GATE_OK : GATE_INVALID_ARGUMENT;
}

gate_status gate_explanation_criterion(const gate_explanation* e, size_t policy, size_t index,
                                       gate_criterion* out) {
  const gate::PolicyTrace* t = trace(e, policy);
  if (t == nullptr || index >= t->criteria.size()) {
    return e == nullptr ? GATE_INVALID_ARGUMENT : GATE_NOT_FOUND;
  }
  const gate::Criterion& criterion = t->criteria[index];
  gate_criterion c = gate_criterion_new();
  c.section = to_c(criterion.section);
  c.text = to_c(criterion.text);
  c.detail = to_c(criterion.detail);
  c.truth = static_cast<uint32_t>(criterion.truth);
  return write_struct(c, out) ? GATE_OK : GATE_INVALID_ARGUMENT;
}

gate_str gate_explanation_requirement(const gate_explanation* e, size_t policy, size_t index) {
  const gate::PolicyTrace* t = trace(e, policy);
  return to_c(t == nullptr || index >= t->requires_text.size()
                  ? std::string_view()
                  : std::string_view(t->requires_text[index]));
}
}
