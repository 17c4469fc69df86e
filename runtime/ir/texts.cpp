#include "runtime/ir/texts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <vector>

#include "runtime/ir/names.h"

namespace gate {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words) {
  return words.empty() ? std::string("none") : fmt::format("{}", fmt::join(words, ", "));
}

template <typename E>
std::string spelled(unsigned value) {
  return std::string(name(static_cast<E>(value)));
}
std::string yes_no(unsigned value) {
  return value == 0 ? "false" : "true";
}

std::string context_value(ir::ContextFact fact, unsigned value) {
  switch (fact) {
    case ir::ContextFact::kFlow:
      return spelled<Flow>(value);
    case ir::ContextFact::kClient:
      return spelled<ClientApp>(value);
    case ir::ContextFact::kPlatform:
      return spelled<Platform>(value);
    case ir::ContextFact::kSignInRisk:
    case ir::ContextFact::kUserRisk:
    case ir::ContextFact::kServicePrincipalRisk:
      return spelled<Risk>(value);
    case ir::ContextFact::kInsiderRisk:
      return spelled<InsiderRisk>(value);
    case ir::ContextFact::kTransferMethod:
      return value == ir::kTransferMarksCount - 1 ? "device_code_flow and authentication_transfer"
                                                  : spelled<TransferMethod>(value);
    case ir::ContextFact::kUserKind:
      return spelled<UserKind>(value);
    case ir::ContextFact::kDeviceRegistered:
    case ir::ContextFact::kDeviceReportedLost:
      return yes_no(value);
    case ir::ContextFact::kDeviceCompliant:
    case ir::ContextFact::kDeviceManaged:
      return spelled<Tristate>(value);
    case ir::ContextFact::kDeviceTrust:
      return spelled<DeviceTrust>(value);
    case ir::ContextFact::kDeviceOwnership:
      return spelled<DeviceOwnership>(value);
  }
  return "?";
}

bool is_ordered(ir::ContextFact fact) {
  return fact == ir::ContextFact::kSignInRisk || fact == ir::ContextFact::kUserRisk ||
         fact == ir::ContextFact::kServicePrincipalRisk || fact == ir::ContextFact::kInsiderRisk;
}

/// `transfer_method in [a, b]` or its negation, when the bits are those of words; "" otherwise.
std::string transfer_text(std::uint64_t bits) {
  constexpr auto kFact = ir::ContextFact::kTransferMethod;
  if (bits == 0 || (bits & ~ir::context_field(kFact).mask()) != 0) {
    return {};
  }
  const auto text_of = [](std::uint64_t wanted, std::string_view one, std::string_view some) {
    std::uint64_t found = 0;
    Words words;
    for (unsigned v = 0; v < kTransferMethodCount; ++v) {
      const std::uint64_t word = ir::word_bits(kFact, v);
      if ((word & ~wanted) == 0) {
        found |= word;
        words.push_back(spelled<TransferMethod>(v));
      }
    }
    const char* subject = ir::context_fact_name(kFact);
    return found != wanted     ? std::string()
           : words.size() == 1 ? fmt::format("{} {} {}", subject, one, words.front())
                               : fmt::format("{} {} [{}]", subject, some, joined(words));
  };
  const std::string positive = text_of(bits, "==", "in");
  return positive.empty() ? text_of(ir::context_field(kFact).mask() & ~bits, "!=", "not in")
                          : positive;
}

std::string context_text(std::uint64_t bits) {
  if (std::string flows = transfer_text(bits); !flows.empty()) {
    return flows;
  }
  for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
    const auto fact = static_cast<ir::ContextFact>(f);
    const ir::ContextField field = ir::context_field(fact);
    if ((bits & field.mask()) == 0) {
      continue;
    }
    Words words;
    unsigned lowest = field.width;
    for (unsigned v = field.width; v-- > 0;) {
      if ((bits & field.bit(v)) != 0) {
        lowest = v;
        words.insert(words.begin(), context_value(fact, v));
      }
    }
    const char* subject = ir::context_fact_name(fact);
    if (words.size() == 1) {
      return fmt::format("{} == {}", subject, words.front());
    }
    if (is_ordered(fact) && words.size() == field.width - lowest) {
      return fmt::format("{} >= {}", subject, words.front());
    }
    return fmt::format("{} in [{}]", subject, joined(words));
  }
  return "false";
}

std::string symbol_text(const ir::Program& p, ir::SymbolId id) {
  const ir::Symbol& symbol = p.symbols[id];
  // The language has shorter words for these two than the IR.
  const std::string_view kind = symbol.kind == ir::SymbolKind::kUserAction ? "action"
                                : symbol.kind == ir::SymbolKind::kAuthContext
                                    ? "context"
                                    : ir::name(symbol.kind);
  return fmt::format("{} \"{}\"", kind, symbol.name);
}

std::string quoted(const std::vector<std::string>& strings) {
  Words words;
  for (const std::string& s : strings) {
    words.push_back(fmt::format("\"{}\"", s));
  }
  return words.size() == 1 ? words.front() : fmt::format("[{}]", joined(words));
}

std::string_view compare_sign(ir::CompareOp op) {
  switch (op) {
    case ir::CompareOp::kEq:
      return "==";
    case ir::CompareOp::kNe:
      return "!=";
    case ir::CompareOp::kLt:
      return "<";
    case ir::CompareOp::kLe:
      return "<=";
    case ir::CompareOp::kGt:
      return ">";
    case ir::CompareOp::kGe:
      return ">=";
  }
  return "?";
}

std::string methods_text(const ir::MethodTest& t) {
  Words words;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    if (t.methods.contains(static_cast<Method>(i))) {
      words.emplace_back(name(static_cast<Method>(i)));
    }
  }
  const std::string age =
      t.max_age_s == 0xFFFFFFFF ? std::string() : fmt::format(" within {}s", t.max_age_s);
  return fmt::format("completed any of [{}]{}", joined(words), age);
}

std::string time_text(const ir::Program& p, const ir::TimeTest& t) {
  static constexpr const char* kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  Words days;
  for (unsigned d = 0; d < 7; ++d) {
    if ((t.weekdays >> d & 1) != 0) {
      days.emplace_back(kDays[d]);
    }
  }
  const std::string hours =
      t.start_minute == t.end_minute
          ? std::string("all day")
          : fmt::format("{:02}:{:02}-{:02}:{:02}", t.start_minute / 60, t.start_minute % 60,
                        t.end_minute / 60, t.end_minute % 60);
  return fmt::format("now in [{}] {} in \"{}\"", joined(days), hours, p.zones[t.zone].name);
}

/// As the grammar takes it behind `in`: a name alone, everything else in brackets.
std::string as_set(const Words& words) {
  const bool name = words.size() == 1 && words.front().find_first_of(" \"(") == std::string::npos &&
                    words.front() != "all" && words.front() != "none";
  return name ? words.front() : fmt::format("[{}]", joined(words));
}

std::string location_text(const ir::Program& p, const ir::LocationSet& set) {
  Words words;
  for (const std::uint32_t i : set.locations) {
    words.push_back(p.locations[i].name);
  }
  return fmt::format("location in {}", as_set(words));
}

}  // namespace

std::string control_text(const ir::Program& p, const ir::Control& c) {
  switch (c.kind) {
    case ControlKind::kStrength:
      return "strength " + p.strengths[c.param].name;
    case ControlKind::kTermsOfUse:
    case ControlKind::kCustom:
      return fmt::format("{} \"{}\"", name(c.kind), p.names[c.param]);
    case ControlKind::kMfa:
    case ControlKind::kCompliantDevice:
    case ControlKind::kHybridJoinedDevice:
    case ControlKind::kApprovedApp:
    case ControlKind::kAppProtection:
    case ControlKind::kCompliantNetwork:
    case ControlKind::kPasswordChange:
    case ControlKind::kRiskRemediation:
      break;
  }
  return std::string(name(c.kind));
}

std::string clause_text(const ir::Program& p, const ir::Clause& clause) {
  Words words;
  for (const ir::Control& c : clause.any_of) {
    words.push_back(control_text(p, c));
  }
  return words.size() == 1 ? words.front() : fmt::format("any of ({})", joined(words));
}

std::string principals_text(const ir::Program& p, const ir::PrincipalSet& set) {
  Words words;
  if (set.all_users) {
    words.emplace_back("all");
  }
  if (set.all_service_principals) {
    words.emplace_back("all service principals");
  }
  for (const ir::SymbolId id : set.members) {
    words.push_back(symbol_text(p, id));
  }
  for (const ir::GuestSelector& g : set.guests) {
    Words kinds;
    for (unsigned k = 0; k < kUserKindCount; ++k) {
      if ((g.kinds >> k & 1) != 0) {
        kinds.emplace_back(name(static_cast<UserKind>(k)));
      }
    }
    Words tenants;
    for (const ir::SymbolId id : g.tenants) {
      tenants.push_back(p.symbols[id].name);
    }
    words.push_back(fmt::format("guests({}{}{})", joined(kinds), tenants.empty() ? "" : " of ",
                                tenants.empty() ? std::string() : joined(tenants)));
  }
  return joined(words);
}

std::string targets_text(const ir::Program& p, const ir::TargetSet& set) {
  if (set.all) {
    return fmt::format("all {}s", name(set.kind));
  }
  Words words;
  for (const ir::SymbolId id : set.members) {
    words.push_back(symbol_text(p, id));
  }
  return joined(words);
}

std::string leaf_text(const ir::Program& p, const ir::Expr& e) {
  switch (e.op) {
    case ir::Op::kFalse:
    case ir::Op::kTrue:
    case ir::Op::kAnd:
    case ir::Op::kOr:
    case ir::Op::kNot:
      break;
    case ir::Op::kContextIn:
      return context_text(e.imm);
    case ir::Op::kPrincipalIn:
      return fmt::format("user in [{}]", principals_text(p, p.principal_sets[e.first]));
    case ir::Op::kAppIn:
      return fmt::format("app in [{}]",
                         targets_text(p, {TargetKind::kApp, false, p.app_sets[e.first].members}));
    case ir::Op::kLocationIn:
      return location_text(p, p.location_sets[e.first]);
    case ir::Op::kMethodDone:
      return methods_text(p.method_tests[e.first]);
    case ir::Op::kIntCompare: {
      const ir::IntTest& t = p.int_tests[e.first];
      return fmt::format("{} {} {}", p.int_slots[t.slot].name, compare_sign(t.op), t.constant);
    }
    case ir::Op::kBoolSignal:
      return p.bool_slots[e.first].name;
    case ir::Op::kStringTest: {
      const ir::StringTest& t = p.string_tests[e.first];
      return fmt::format("{} {} {}", p.string_slots[t.slot].name, ir::name(t.op), quoted(t.any_of));
    }
    case ir::Op::kListContains: {
      const ir::ListTest& t = p.list_tests[e.first];
      return fmt::format("{} contains {}", p.list_slots[t.slot], quoted(t.any_of));
    }
    case ir::Op::kTimeIn:
      return time_text(p, p.time_tests[e.first]);
  }
  return std::string(ir::name(e.op));
}

}  // namespace gate
