#include "server/flow/sign_in/plan.h"

#include <algorithm>

#include "server/domain/address.h"
#include "server/flow/model/methods.h"

namespace gate::server {
namespace {

/// The channel id of an unknown name.
constexpr std::string_view kNowhere = "nowhere";

void refuse(FlowRun& run, RefusalReason reason) {
  run.stop(Refused{reason});
}

/// Goes on with the user's other first factor where the request lists that one and not the one of
/// the flow (native-auth-api 4.2). A request that lists both stays with what was asked for, so that
/// a client that sends the same list with every request can ask for another code. A step-up asks
/// for what it was planned with.
void change_first_factor(FlowRun& run, MethodSet listed) {
  FlowRecord& flow = run.flow;
  const User& user = run.found.user;
  if (flow.kind != FlowKind::kSignIn || listed.contains(flow.first_factor) ||
      !run.found.user_is_real || !user.first_factors) {
    return;
  }
  // A password on the list is there (account/provision.cpp).
  const MethodSet possible =
      first_factors_of(run.services.settings, run.caller.tenant, user, true, run.found.channels);
  const std::optional<Method> other = choose_first_factor(possible, listed);
  if (other) {
    flow.first_factor = *other;
    flow.challenge_id.clear();  // a code that was sent before is worth nothing beside a password
    flow.challenge_channel_id.clear();
  }
}

std::optional<FlowEvent> plan_first_factor(FlowRun& run, MethodSet listed) {
  change_first_factor(run, listed);
  const FlowRecord& flow = run.flow;
  if (!run.caller.tenant.rules.first_factors.contains(flow.first_factor)) {
    refuse(run, RefusalReason::kMethodBlocked);  // the tenant allows it no longer
    return std::nullopt;
  }
  if (flow.first_factor == Method::kPassword) {
    return FlowEvent::kFirstFactorRequested;
  }
  CodeDestination destination;
  if (!run.found.user_is_real) {
    destination = {ChannelKind::kEmail, std::string(kNowhere), flow.label_address, false, "", true};
  } else {
    const Channel* channel =
        first_factor_channel(run.services.settings, run.found.channels, run.found.user.username);
    if (channel == nullptr) {
      refuse(run, RefusalReason::kMethodBlocked);  // blocked since the flow began (T6)
      return std::nullopt;
    }
    destination = {channel->kind, channel->channel_id, channel->address, true, "", true};
    // Showing another mailbox than the user name would reveal that the account exists (C6).
    if (!run.caller.tenant.reveals_names()) {
      destination.label = flow.label_address;
    }
  }
  run.material.destination = std::move(destination);
  return FlowEvent::kFirstFactorRequested;
}

/// The method of a request without an id; empty when the client must name one.
std::string default_method(const FlowRecord& flow, const std::vector<Channel>& eligible) {
  // A resend uses the channel of the last code; a first request the preferred channel.
  if (flow.state.phase == FlowPhase::kSecondFactorChallenged &&
      !flow.challenge_channel_id.empty()) {
    return flow.challenge_channel_id;
  }
  const bool clear = eligible.size() == 1 || (!eligible.empty() && eligible.front().preferred);
  return clear ? eligible.front().channel_id : std::string();
}

std::optional<FlowEvent> plan_second_factor(FlowRun& run, std::string_view method_id) {
  const FlowRecord& flow = run.flow;
  const std::vector<Channel> eligible = eligible_channels(run.services.settings, run.caller.tenant,
                                                          run.found.channels, flow.offered, flow);
  const std::string wanted =
      method_id.empty() ? default_method(flow, eligible) : std::string(method_id);
  if (wanted.empty()) {
    refuse(run, RefusalReason::kNoDefaultMethod);
    return std::nullopt;
  }
  const auto is_wanted = [&wanted](const Channel& channel) { return channel.channel_id == wanted; };
  const auto found = std::find_if(eligible.begin(), eligible.end(), is_wanted);
  if (found == eligible.end()) {
    const bool exists =
        std::any_of(run.found.channels.begin(), run.found.channels.end(), is_wanted);
    refuse(run, exists ? RefusalReason::kMethodBlocked : RefusalReason::kUnknownMethod);
    return std::nullopt;
  }
  run.material.destination =
      CodeDestination{found->kind, found->channel_id, found->address, true, "", true};
  return FlowEvent::kSecondFactorRequested;
}

}  // namespace

std::optional<FlowEvent> plan_challenge(FlowRun& run, const RequestChallenge& command) {
  const FlowPhase phase = run.flow.state.phase;
  if (phase == FlowPhase::kAwaitingFirstFactor || phase == FlowPhase::kFirstFactorChallenged) {
    return plan_first_factor(run, command.listed);
  }
  if (phase == FlowPhase::kAwaitingSecondFactor || phase == FlowPhase::kSecondFactorChallenged) {
    return plan_second_factor(run, command.method_id);
  }
  refuse(run, RefusalReason::kWrongStep);
  return std::nullopt;
}

std::optional<FlowEvent> plan_method_list(FlowRun& run) {
  if (run.flow.state.phase != FlowPhase::kAwaitingSecondFactor) {
    refuse(run, RefusalReason::kWrongStep);
    return std::nullopt;
  }
  for (const Channel& channel : eligible_channels(run.services.settings, run.caller.tenant,
                                                  run.found.channels, run.flow.offered, run.flow)) {
    run.material.methods.push_back(
        {channel.channel_id, channel.kind, mask_address(channel.kind, channel.address)});
  }
  if (run.material.methods.empty()) {
    // The channels were blocked after the factor was required. The mobile clients treat an empty
    // list as an error (N13.6).
    run.stop(GoToWeb{"No method that policy accepts is available here"});
    return std::nullopt;
  }
  return FlowEvent::kMethodsListed;
}

}  // namespace gate::server
