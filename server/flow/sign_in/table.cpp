#include "server/flow/sign_in/table.h"

#include "server/flow/completion/table.h"
#include "server/flow/enrolment/table.h"

namespace gate::server {
namespace {

constexpr auto kTransitions =
    join(kFirstFactorTransitions, kCompletionTransitions, kEnrolmentTransitions);
static_assert(FlowMachine::pairs_are_unique(kTransitions),
              "a phase and an event name one transition at most");

constexpr FlowMachine kMachine(kTransitions);

}  // namespace

const FlowMachine& sign_in_machine() noexcept {
  return kMachine;
}

}  // namespace gate::server
