#include "tests/property/mutants.h"

#include <algorithm>

namespace gate::property {
namespace {

/// Applies `change` to every element that it accepts; true if there was one.
template <typename T, typename F>
bool change_all(std::vector<T>& rows, F change) {
  bool changed = false;
  for (T& row : rows) {
    changed = change(row) || changed;
  }
  return changed;
}

bool exclusions_forgotten(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = !policy.exclude.members.empty();
    policy.exclude.members.clear();
    return had;
  });
}
bool excluded_targets_forgotten(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = !policy.exclude_targets.members.empty();
    policy.exclude_targets.members.clear();
    return had;
  });
}
bool guests_forgotten(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = !policy.include.guests.empty();
    policy.include.guests.clear();
    return had;
  });
}
bool all_users_holds_for_services(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = policy.include.all_users && !policy.include.all_service_principals;
    policy.include.all_service_principals |= policy.include.all_users;
    return had;
  });
}
bool last_include_forgotten(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = !policy.include.members.empty();
    if (had) {
      policy.include.members.pop_back();
    }
    return had;
  });
}
bool report_only_enforced(ir::Program& p) {
  return change_all(p.policies, [](ir::Policy& policy) {
    const bool had = policy.state == PolicyState::kReportOnly;
    policy.state = had ? PolicyState::kOn : policy.state;
    return had;
  });
}
bool less_is_less_or_equal(ir::Program& p) {
  return change_all(p.int_tests, [](ir::IntTest& t) {
    const bool had = t.op == ir::CompareOp::kLt;
    t.op = had ? ir::CompareOp::kLe : t.op;
    return had;
  });
}
bool defaults_forgotten(ir::Program& p) {
  return change_all(p.int_slots, [](ir::IntSlot& s) {
    const bool had = s.has_default;
    s.has_default = false;
    return had;
  });
}
bool ends_is_contains(ir::Program& p) {
  return change_all(p.string_tests, [](ir::StringTest& t) {
    const bool had = t.op == ir::StringOp::kEndsWith;
    t.op = had ? ir::StringOp::kContains : t.op;
    return had;
  });
}
bool ranges_too_narrow(ir::Program& p) {
  bool changed = false;
  for (ir::Location& l : p.locations) {
    changed = change_all(l.ranges,
                         [](ir::Cidr& c) {
                           const bool had = c.prefix < 128;
                           c.prefix = static_cast<std::uint8_t>(had ? c.prefix + 1 : c.prefix);
                           return had;
                         }) ||
              changed;
  }
  return changed;
}
bool unknown_country_forgotten(ir::Program& p) {
  return change_all(p.locations, [](ir::Location& l) {
    const bool had = l.unknown_country;
    l.unknown_country = false;
    return had;
  });
}
bool window_on_the_next_day(ir::Program& p) {
  return change_all(p.time_tests, [](ir::TimeTest& t) {
    t.weekdays = static_cast<std::uint8_t>((t.weekdays << 1U | t.weekdays >> 6U) & 0x7FU);
    return t.weekdays != 0 && t.weekdays != 0x7F;
  });
}
bool or_is_and(ir::Program& p) {
  return change_all(p.exprs, [](ir::Expr& e) {
    const bool had = e.op == ir::Op::kOr;
    e.op = had ? ir::Op::kAnd : e.op;
    return had;
  });
}
bool method_age_ignored(ir::Program& p) {
  return change_all(p.method_tests, [](ir::MethodTest& t) {
    const bool had = t.max_age_s != 0xFFFFFFFF;
    t.max_age_s = 0xFFFFFFFF;
    return had;
  });
}

template <typename F>
bool change_steps(std::vector<index::Shape>& shapes, F change) {
  return change_all(shapes, [change](index::Shape& s) { return change_all(s, change); });
}
bool code_or_is_and(std::vector<index::Shape>& shapes) {
  return change_steps(shapes, [](index::Step& s) {
    const bool had = s.code == index::Step::Code::kOr;
    s.code = had ? index::Step::Code::kAnd : s.code;
    return had;
  });
}
bool code_greater_is_equal(std::vector<index::Shape>& shapes) {
  return change_steps(shapes, [](index::Step& s) {
    const bool had = s.leaf == index::LeafKind::kIntGe;
    s.leaf = had ? index::LeafKind::kIntGt : s.leaf;
    return had;
  });
}
bool code_memberships_are_context(std::vector<index::Shape>& shapes) {
  return change_steps(shapes, [](index::Step& s) {
    const bool had = s.leaf == index::LeafKind::kMembership;
    s.leaf = had ? index::LeafKind::kContext : s.leaf;
    return had;
  });
}

}  // namespace

const std::vector<ProgramMutant>& program_mutants() {
  static const std::vector<ProgramMutant> kMutants = {
      {"exclusions forgotten", exclusions_forgotten},
      {"excluded targets forgotten", excluded_targets_forgotten},
      {"guests forgotten", guests_forgotten},
      {"all users holds for service principals", all_users_holds_for_services},
      {"last include forgotten", last_include_forgotten},
      {"report-only enforced", report_only_enforced},
      {"less is less or equal", less_is_less_or_equal},
      {"defaults forgotten", defaults_forgotten},
      {"ends_with is contains", ends_is_contains},
      {"address ranges too narrow", ranges_too_narrow},
      {"unknown country forgotten", unknown_country_forgotten},
      {"time window on the next day", window_on_the_next_day},
      {"or is and", or_is_and},
      {"age of methods ignored", method_age_ignored},
  };
  return kMutants;
}

const std::vector<ShapeMutant>& shape_mutants() {
  static const std::vector<ShapeMutant> kMutants = {
      {"or is and", code_or_is_and},
      {"greater or equal is greater", code_greater_is_equal},
      {"memberships are context bits", code_memberships_are_context},
  };
  return kMutants;
}

}  // namespace gate::property
