#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "runtime/replay/comparer.h"
#include "runtime/replay/tally.h"

namespace gate::cli {

/// What a replay is told about.
struct ReplayReport {
  const replay::Tally* tally = nullptr;
  replay::Comparer* comparer = nullptr;
  std::vector<std::string> logs;
  std::string policies;  ///< as given
  std::string against;   ///< as given; empty: the logs themselves
};

/// A policy or a control with what changed, most sign-ins first.
struct ReplayRow {
  std::uint32_t number = 0;
  std::uint64_t sign_ins = 0;  ///< all changes together
};
[[nodiscard]] std::vector<ReplayRow> policy_rows(const replay::Tally& tally);
[[nodiscard]] std::vector<ReplayRow> control_rows(const replay::Tally& tally);
[[nodiscard]] bool something_changes(const replay::Tally& tally);

/// "log.jsonl:17".
[[nodiscard]] std::string place_text(const ReplayReport& report, replay::Place place);

/// Lines for people.
[[nodiscard]] std::string replay_text(const ReplayReport& report, bool color);
/// The same for machines; members in docs/replay.md.
[[nodiscard]] boost::json::object replay_json(const ReplayReport& report);

}  // namespace gate::cli
