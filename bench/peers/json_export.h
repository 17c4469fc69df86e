#pragma once

#include <string>
#include <vector>

#include "bench/baselines/answer.h"
#include "bench/workload/model.h"

namespace gate::bench {

/// Policies and sign-ins as one JSON document for engines that read neither our language nor our
/// requests (bench/peers). Two things are worked out beforehand, in favour of the peers: the names
/// of the places that a sign-in is in, and which clauses it has met. Expressions carry for every
/// leaf what an absent fact counts as there (`absent`), so that two-valued engines come to the
/// same answer as Kleene's logic.
/// `expected` has one answer per sign-in: what the peers must come to.
[[nodiscard]] std::string export_json(const Workload& workload,
                                      const std::vector<Answer>& expected);

}  // namespace gate::bench
