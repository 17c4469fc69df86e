#include "server/flow/step_up/table.h"

#include "server/flow/completion/table.h"
#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

// INVARIANT: a step-up begins in one of two phases. In kAwaitingSecondFactor the first factor of
// the session still counts, and from there no transition leads to an enrolment: who holds a session
// must not add a method with it. In kAwaitingFirstFactor the first factor is proven once more, and
// an enrolment lies behind that proof (F2, S16).
constexpr auto kTransitions =
    join(kFirstFactorTransitions, kCompletionTransitions, kEnrolmentTransitions);
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& step_up_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
