#include <cstring>

#include "runtime/c/border.h"
#include "runtime/c/request.h"
#include "runtime/set/decide.h"

using namespace gate::c;

namespace {

std::size_t size_said_by(const void* from) noexcept {
  std::size_t size = 0;
  std::memcpy(&size, from, sizeof size);
  return size;
}

/// An array of structs of whatever version the caller was built with.
template <typename T, typename Byte>
class Elements {
 public:
  explicit Elements(T* first) noexcept
      : first_(reinterpret_cast<Byte*>(first)),
        stride_(first == nullptr ? 0 : size_said_by(first)) {}
  /// Whether one can walk from one element to the next at all.
  [[nodiscard]] bool make_sense() const noexcept {
    return stride_ >= sizeof(T) && stride_ <= sizeof(T) + 4096 && stride_ % alignof(T) == 0;
  }
  /// Null for an element of another size than the first.
  [[nodiscard]] T* at(std::size_t i) const noexcept {
    Byte* element = first_ + i * stride_;
    return size_said_by(element) == stride_ ? reinterpret_cast<T*>(element) : nullptr;
  }

 private:
  Byte* first_;
  std::size_t stride_;
};

/// `decide` answers a request that makes sense, `refuse` gives the answer to one that does not.
template <typename Decide, typename Refuse>
gate_status each(const gate_request* requests, std::size_t count, gate_decision* decisions,
                 Decide decide, Refuse refuse) noexcept {
  if (count == 0) {
    return GATE_OK;
  }
  const Elements<const gate_request, const unsigned char> in(requests);
  const Elements<gate_decision, unsigned char> out(decisions);
  if (!out.make_sense()) {
    return GATE_INVALID_ARGUMENT;
  }
  bool sense = in.make_sense();
  const bool readable = sense;
  for (std::size_t i = 0; i < count; ++i) {
    RequestView view;
    const RequestView::Reading reading =
        readable ? view.read(in.at(i)) : RequestView::Reading::kNonsense;
    const gate::Decision answer =
        reading == RequestView::Reading::kFine ? decide(view.request()) : refuse(view.fault());
    const bool written = give(answer, out.at(i));
    sense = sense && written && reading != RequestView::Reading::kNonsense;
  }
  return sense ? GATE_OK : GATE_INVALID_ARGUMENT;
}

}  // namespace

extern "C" {

gate_status gate_policy_set_evaluate_batch(const gate_policy_set* set, const gate_request* requests,
                                           size_t count, gate_decision* decisions) {
  const gate_status status = each(
      requests, count, decisions,
      [set](const gate::SignInRequest& request) {
        return set == nullptr ? gate::rejected(gate::RequestFault::kNone)
                              : set->set->evaluate(request);
      },
      gate::rejected);
  return set == nullptr ? gate_status{GATE_INVALID_ARGUMENT} : status;
}

gate_status gate_evaluator_evaluate_batch(const gate_evaluator* evaluator,
                                          const gate_request* requests, size_t count,
                                          gate_decision* decisions) {
  gate::Evaluator::Snapshot now;
  if (evaluator != nullptr) {
    now = evaluator->evaluator.snapshot();
  }
  const gate_status status = each(
      requests, count, decisions,
      [&now](const gate::SignInRequest& request) { return now.evaluate(request); },
      [&now](gate::RequestFault fault) {
        gate::Decision answer = gate::rejected(fault);
        answer.generation = now.generation;
        return answer;
      });
  return evaluator == nullptr ? gate_status{GATE_INVALID_ARGUMENT} : status;
}
}
