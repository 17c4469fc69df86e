#include <boost/json/array.hpp>

#include "compiler/cli/replay_report.h"

namespace gate::cli {
namespace {

namespace json = boost::json;
using replay::Change;

json::object count_json(const ReplayReport& report, const replay::Count& count) {
  json::array examples;
  for (const replay::Example& example : count.examples) {
    examples.push_back(json::object{{"file", report.logs[example.place.file]},
                                    {"line", example.place.line},
                                    {"user", example.user},
                                    {"from", name(example.from)},
                                    {"to", name(example.to)}});
  }
  return {{"sign_ins", count.sign_ins},
          {"users", count.users.count()},
          {"users_exact", !count.users.more()},
          {"examples", std::move(examples)}};
}

json::object changes_json(const ReplayReport& report,
                          const std::array<replay::Count, replay::kChangeCount>& changes) {
  json::object out;
  for (std::size_t i = 1; i < replay::kChangeCount; ++i) {
    out[name(static_cast<Change>(i))] = count_json(report, changes[i]);
  }
  return out;
}

json::array malformed_json(const ReplayReport& report) {
  json::array out;
  for (const replay::Malformed& each : report.tally->malformed_shown) {
    out.push_back(json::object{{"file", report.logs[each.place.file]},
                               {"line", each.place.line},
                               {"problem", each.problem}});
  }
  return out;
}

}  // namespace

json::object replay_json(const ReplayReport& report) {
  const replay::Tally& t = *report.tally;
  json::object out{{"policies_path", report.policies}};
  out["against"] = report.against.empty() ? json::value(nullptr) : json::value(report.against);
  out["records"] = t.records;
  out["decided"] = t.decided;
  out["distinct"] = t.distinct;
  out["without_result"] = t.without_outcome;
  out["malformed"] = t.malformed;
  out["malformed_first"] = malformed_json(report);
  json::object left_out;
  for (const auto& [why, times] : t.left_out) {
    left_out[why] = times;
  }
  out["left_out"] = std::move(left_out);
  json::object absent;
  for (std::size_t i = 0; i < facts::kAbsentFactCount; ++i) {
    if (t.absent[i] != 0) {
      absent[facts::name(static_cast<facts::AbsentFact>(i))] = t.absent[i];
    }
  }
  out["absent"] = std::move(absent);
  out["unchanged"] = t.changes[0].sign_ins;
  out["changes"] = changes_json(report, t.changes);
  json::array outcomes;
  for (std::size_t from = 0; from < 3; ++from) {
    for (std::size_t to = 0; to < 3; ++to) {
      if (t.outcomes[from][to] != 0) {
        outcomes.push_back(json::object{{"from", name(static_cast<Outcome>(from))},
                                        {"to", name(static_cast<Outcome>(to))},
                                        {"sign_ins", t.outcomes[from][to]}});
      }
    }
  }
  out["outcomes"] = std::move(outcomes);
  json::array policies;
  for (const ReplayRow& row : policy_rows(t)) {
    const auto& entry = report.comparer->policies().entry(row.number);
    json::object each = changes_json(report, t.policies[row.number]);
    each["name"] = entry.shown;
    each["id"] = entry.key;
    policies.push_back(std::move(each));
  }
  out["policies"] = std::move(policies);
  json::array controls;
  for (const ReplayRow& row : control_rows(t)) {
    const replay::Tally::Control& control = t.controls[row.number];
    controls.push_back(
        json::object{{"control", report.comparer->controls().entry(row.number).shown},
                     {"newly_asked", count_json(report, control.newly_asked)},
                     {"no_longer_asked", count_json(report, control.no_longer_asked)}});
  }
  out["controls"] = std::move(controls);
  return out;
}

}  // namespace gate::cli
