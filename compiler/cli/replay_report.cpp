#include "compiler/cli/replay_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/cli/count_text.h"
#include "compiler/cli/table.h"

namespace gate::cli {
namespace {

using replay::Count;

constexpr std::array<std::string_view, replay::kChangeCount> kWords = {
    "unchanged", "newly blocked", "newly challenged", "released", "changed otherwise"};
constexpr std::array<Tone, replay::kChangeCount> kTones = {Tone::kDim, Tone::kBad, Tone::kWarn,
                                                           Tone::kGood, Tone::kPlain};

/// "12 sign-ins of 5 users".
std::string count_text(const Count& count) {
  return fmt::format("{} of {}{}", counted(count.sign_ins, "sign-in"),
                     counted(count.users.count(), "user"), count.users.more() ? " or more" : "");
}

void add_examples(Table& table, const ReplayReport& report, const Count& count) {
  for (const replay::Example& example : count.examples) {
    table.row({{""},
               {fmt::format("{}: {}: {} -> {}", place_text(report, example.place),
                            example.user.empty() ? "no user" : example.user, name(example.from),
                            name(example.to)),
                Tone::kDim}});
  }
}

std::string summary(const ReplayReport& report, bool color) {
  const replay::Tally& t = *report.tally;
  Table table(0);
  const std::string against = report.against.empty() ? "what the log recorded" : report.against;
  table.row({{"replayed", Tone::kBold}, {counted(t.records, "record")}});
  table.row({{"held", Tone::kBold}, {fmt::format("{} against {}", report.policies, against)}});
  table.row({{std::string(kWords[0]), kTones[0]}, {counted(t.changes[0].sign_ins, "sign-in")}});
  for (std::size_t i = 1; i < replay::kChangeCount; ++i) {
    if (t.changes[i].sign_ins != 0) {
      table.row({{std::string(kWords[i]), kTones[i]}, {count_text(t.changes[i])}});
      add_examples(table, report, t.changes[i]);
    }
  }
  return table.text(color);
}

std::string policies_text(const ReplayReport& report, bool color) {
  std::string out;
  for (const ReplayRow& row : policy_rows(*report.tally)) {
    out += fmt::format("  {}\n", report.comparer->policies().entry(row.number).shown);
    Table table(4);
    for (std::size_t i = 1; i < replay::kChangeCount; ++i) {
      const Count& count = report.tally->policies[row.number][i];
      if (count.sign_ins != 0) {
        table.row({{std::string(kWords[i]), kTones[i]}, {count_text(count)}});
      }
    }
    out += table.text(color);
  }
  return out.empty() ? out : "\npolicies that make the difference\n" + out;
}

std::string controls_text(const ReplayReport& report, bool color) {
  std::string out;
  for (const ReplayRow& row : control_rows(*report.tally)) {
    const replay::Tally::Control& control = report.tally->controls[row.number];
    out += fmt::format("  {}\n", report.comparer->controls().entry(row.number).shown);
    Table table(4);
    if (control.newly_asked.sign_ins != 0) {
      table.row({{"newly asked", Tone::kWarn}, {count_text(control.newly_asked)}});
    }
    if (control.no_longer_asked.sign_ins != 0) {
      table.row({{"no longer asked", Tone::kGood}, {count_text(control.no_longer_asked)}});
    }
    out += table.text(color);
  }
  return out.empty() ? out : "\ncontrols\n" + out;
}

std::string gaps_text(const ReplayReport& report, bool color) {
  const replay::Tally& t = *report.tally;
  Table table(2);
  for (std::size_t i = 0; i < facts::kAbsentFactCount; ++i) {
    if (t.absent[i] != 0) {
      table.row({{std::string(facts::name(static_cast<facts::AbsentFact>(i)))},
                 {fmt::format("not told by {}", counted(t.absent[i], "record"))}});
    }
  }
  for (const auto& [why, times] : t.left_out) {
    table.row({{"left out"}, {fmt::format("{}: {}", counted(times, "record"), why)}});
  }
  if (t.without_outcome != 0) {
    table.row({{"no result"},
               {fmt::format("{} of which the log records no result",
                            counted(t.without_outcome, "sign-in"))}});
  }
  if (t.malformed != 0) {
    table.row({{"malformed", Tone::kBad}, {counted(t.malformed, "record")}});
    for (const replay::Malformed& each : t.malformed_shown) {
      table.row({{""}, {fmt::format("{}: {}", place_text(report, each.place), each.problem)}});
    }
  }
  return table.empty() ? std::string() : "\nabout the log\n" + table.text(color);
}

}  // namespace

std::vector<ReplayRow> policy_rows(const replay::Tally& tally) {
  std::vector<ReplayRow> rows;
  for (std::uint32_t p = 0; p < tally.policies.size(); ++p) {
    ReplayRow row{p, 0};
    for (const Count& count : tally.policies[p]) {
      row.sign_ins += count.sign_ins;
    }
    if (row.sign_ins != 0) {
      rows.push_back(row);
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ReplayRow& a, const ReplayRow& b) { return a.sign_ins > b.sign_ins; });
  return rows;
}

std::vector<ReplayRow> control_rows(const replay::Tally& tally) {
  std::vector<ReplayRow> rows;
  for (std::uint32_t c = 0; c < tally.controls.size(); ++c) {
    const auto& control = tally.controls[c];
    const std::uint64_t all = control.newly_asked.sign_ins + control.no_longer_asked.sign_ins;
    if (all != 0) {
      rows.push_back({c, all});
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ReplayRow& a, const ReplayRow& b) { return a.sign_ins > b.sign_ins; });
  return rows;
}

bool something_changes(const replay::Tally& tally) {
  return std::any_of(tally.changes.begin() + 1, tally.changes.end(),
                     [](const Count& count) { return count.sign_ins != 0; });
}

std::string place_text(const ReplayReport& report, replay::Place place) {
  const std::string& path = report.logs[place.file];
  return fmt::format("{}:{}", path == "-" ? "standard input" : path, place.line);
}

std::string replay_text(const ReplayReport& report, bool color) {
  return summary(report, color) + policies_text(report, color) + controls_text(report, color) +
         gaps_text(report, color);
}

}  // namespace gate::cli
