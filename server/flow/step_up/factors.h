#pragma once

#include <vector>

#include "server/domain/channel.h"
#include "server/flow/model/decide.h"

/// The factors that a session brings into a step-up.
namespace gate::server {

/// The factors of `completed` that still count, in their order: what they were proven over may
/// still be used, and the policies, asked about each of them alone as if it were older by
/// `allowance`, do not want it proven again. What is left out counts as never proven, as in a
/// sign-in from the start. One decision a factor.
[[nodiscard]] std::vector<CompletedFactor> fresh_factors(
    const TokenCase& about, const std::vector<Channel>& channels,
    const std::vector<CompletedFactor>& completed, Micros allowance);

/// Takes away those that have become too old, but for the first one, which was just proven.
void leave_stale_factors(const TokenCase& about, const std::vector<Channel>& channels,
                         std::vector<CompletedFactor>& completed);

/// Adds a proof, in front if it is the first factor. It takes the place of an older proof of the
/// same password or over the same channel. Beside a password, a proof over the mailbox that reset
/// it does not count (D4): it is taken away.
void add_proof(std::vector<CompletedFactor>& completed, const CompletedFactor& factor,
               const std::vector<Channel>& channels, bool is_first);

}  // namespace gate::server
