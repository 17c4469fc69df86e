#include "bench/workload/fact_editor.h"

#include <algorithm>

#include "bench/workload/places.h"

namespace gate::bench {

void FactEditor::set_app(Id app) {
  facts.target_kind = TargetKind::kApp;
  facts.target = names::app(app);
  facts.app_groups.clear();
  if (const auto group = app_group_of(app)) {
    facts.app_groups.emplace_back(names::app_group(*group));
  }
}

void FactEditor::set_string(std::string_view name, std::string value) {
  std::erase_if(facts.strings, [name](const auto& s) { return s.first == name; });
  facts.strings.emplace_back(name, std::move(value));
}

void FactEditor::set_signal(std::string_view name, std::int64_t value) {
  forget_signal(name);
  facts.signals.push_back({std::string(name), value});
}

void FactEditor::set_flag(std::string_view name, bool value) {
  forget_signal(name);
  facts.signals.push_back({std::string(name), value});
}

void FactEditor::forget_signal(std::string_view name) {
  std::erase_if(facts.signals, [name](const auto& s) { return s.name == name; });
}

void FactEditor::join(const std::string& group) {
  if (std::find(facts.groups.begin(), facts.groups.end(), group) == facts.groups.end()) {
    facts.groups.push_back(group);
  }
}

void FactEditor::leave(const std::string& group) {
  std::erase(facts.groups, group);
}

void FactEditor::go_to(Id id) {
  const Location& place = workload_.locations[id];
  if (!place.ranges.empty()) {
    const Location::Range range = random_.of(place.ranges);
    const auto host =
        static_cast<std::uint32_t>(random_.below(std::size_t{1} << (32U - range.prefix)));
    facts.ip = ipv4_text(range.address | host);
  } else {
    facts.country = random_.of(place.countries);
  }
}

void FactEditor::go_nowhere() {
  facts.ip = "192.0.2.77";
  facts.country = "NL";
}

// The generator nests expressions three deep at most.
void FactEditor::meet(const Expression& e, bool want) {  // NOLINT(misc-no-recursion)
  switch (e.kind) {
    case Expression::Kind::kLeaf:
      meet(e.leaf, want);
      return;
    case Expression::Kind::kNot:
      meet(e.children.front(), !want);
      return;
    case Expression::Kind::kAnd:
    case Expression::Kind::kOr: {
      const bool every = (e.kind == Expression::Kind::kAnd) == want;
      if (!every) {
        meet(random_.of(e.children), want);
        return;
      }
      for (const Expression& child : e.children) {
        meet(child, want);
      }
      return;
    }
  }
}

void FactEditor::meet(const Leaf& leaf, bool want) {
  const auto id = static_cast<Id>(leaf.value);
  switch (leaf.what) {
    case Leaf::What::kAmountAbove:
      set_signal("amount", leaf.value + (want ? 1 : 0));
      return;
    case Leaf::What::kFailuresAtLeast:
      set_signal("otp_failures", leaf.value - (want ? 0 : 1));
      return;
    case Leaf::What::kNewPayee:
      set_flag("new_payee", want);
      return;
    case Leaf::What::kSignInRiskAtLeast:
      facts.sign_in_risk = want ? Risk::kHigh : Risk::kNone;
      return;
    case Leaf::What::kUserRiskAtLeast:
      facts.user_risk = want ? Risk::kHigh : Risk::kNone;
      return;
    case Leaf::What::kPlatformIs:
      facts.platform = want ? static_cast<Platform>(leaf.value) : Platform::kUnknown;
      return;
    case Leaf::What::kLocationIn:
      if (want) {
        go_to(id);
      } else {
        go_nowhere();
      }
      return;
    case Leaf::What::kInGroup:
      leave(names::group(id));
      if (want) {
        join(names::group(id));
      }
      return;
    case Leaf::What::kAppIs:
      if (facts.target_kind == TargetKind::kApp && want) {
        set_app(id);
      }
      return;
    case Leaf::What::kReportedLost:
      facts.device.reported_lost = want;
      return;
    case Leaf::What::kMethodDone:
      std::erase_if(facts.completed, [&leaf](const CompletedMethod& done) {
        return done.method == static_cast<Method>(leaf.value);
      });
      if (want) {
        facts.completed.push_back({static_cast<Method>(leaf.value), 60});
      }
      return;
  }
}

}  // namespace gate::bench
