#include "runtime/c/border.h"
#include "runtime/c/request.h"
#include "runtime/rules/decide.h"

using namespace gate::c;

extern "C" {

gate_status gate_evaluator_new(const gate_policy_set* set, gate_evaluator** evaluator,
                               gate_error** error) {
  return guarded(error, [&] {
    if (evaluator == nullptr) {
      return fail(error, GATE_INVALID_ARGUMENT, "no place for the evaluator was given");
    }
    *evaluator = nullptr;
    auto made = std::make_unique<gate_evaluator>();
    if (set != nullptr) {
      made->evaluator.replace(set->set);
    }
    *evaluator = made.release();
    return gate_status{GATE_OK};
  });
}
void gate_evaluator_free(gate_evaluator* evaluator) {
  delete evaluator;
}

gate_status gate_evaluator_replace(gate_evaluator* evaluator, const gate_policy_set* set,
                                   uint64_t* generation, gate_error** error) {
  return guarded(error, [&] {
    if (evaluator == nullptr || set == nullptr) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_evaluator_replace: NULL");
    }
    const std::uint64_t fresh = evaluator->evaluator.replace(set->set);
    if (generation != nullptr) {
      *generation = fresh;
    }
    return gate_status{GATE_OK};
  });
}

gate_status gate_evaluator_evaluate(const gate_evaluator* evaluator, const gate_request* request,
                                    gate_decision* decision) {
  RequestView view;
  const RequestView::Reading reading = view.read(request);
  gate::Decision answer = gate::rejected(view.fault());
  if (evaluator != nullptr && reading == RequestView::Reading::kFine) {
    answer = evaluator->evaluator.evaluate(view.request());
  } else if (evaluator != nullptr) {
    answer.generation = evaluator->evaluator.snapshot().generation;
  }
  const bool written = give(answer, decision);
  const bool sense = evaluator != nullptr && reading != RequestView::Reading::kNonsense;
  return written && sense ? GATE_OK : GATE_INVALID_ARGUMENT;
}

gate_status gate_evaluator_snapshot(const gate_evaluator* evaluator, gate_policy_set** set,
                                    uint64_t* generation, gate_error** error) {
  return guarded(error, [&] {
    if (evaluator == nullptr || set == nullptr) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_evaluator_snapshot: NULL");
    }
    *set = nullptr;
    gate::Evaluator::Snapshot snapshot = evaluator->evaluator.snapshot();
    if (generation != nullptr) {
      *generation = snapshot.generation;
    }
    if (snapshot.policies != nullptr) {
      *set = new gate_policy_set{std::move(snapshot.policies)};
    }
    return gate_status{GATE_OK};
  });
}
}
