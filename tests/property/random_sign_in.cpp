#include "tests/property/random_sign_in.h"

#include <arpa/inet.h>

#include <bit>
#include <limits>

#include "runtime/ir/context.h"
#include "runtime/ir/reach.h"

namespace gate::property {
namespace {

template <typename E>
E any(Dice& d, std::size_t count) {
  return static_cast<E>(d.below(count));
}

/// Sets a fact of the context word to `value`.
void set_context(ir::ContextFact fact, std::size_t value, SignInFacts& f) {
  switch (fact) {
    case ir::ContextFact::kFlow:
      f.flow = static_cast<Flow>(value);
      break;
    case ir::ContextFact::kClient:
      f.client = static_cast<ClientApp>(value);
      break;
    case ir::ContextFact::kPlatform:
      f.platform = static_cast<Platform>(value);
      break;
    case ir::ContextFact::kSignInRisk:
      f.sign_in_risk = static_cast<Risk>(value);
      break;
    case ir::ContextFact::kUserRisk:
      f.user_risk = static_cast<Risk>(value);
      break;
    case ir::ContextFact::kServicePrincipalRisk:
      f.service_principal_risk = static_cast<Risk>(value);
      break;
    case ir::ContextFact::kInsiderRisk:
      f.insider_risk = static_cast<InsiderRisk>(value);
      break;
    case ir::ContextFact::kTransferMethod:
      f.transfer_method =
          value > 2 ? TransferMethod::kDeviceCodeFlow : static_cast<TransferMethod>(value);
      f.original_transfer_method =
          value > 2 ? TransferMethod::kAuthenticationTransfer : TransferMethod::kNone;
      break;
    case ir::ContextFact::kUserKind:
      f.user_kind = static_cast<UserKind>(value);
      break;
    case ir::ContextFact::kDeviceRegistered:
      f.device.registered = value != 0;
      break;
    case ir::ContextFact::kDeviceReportedLost:
      f.device.reported_lost = value != 0;
      break;
    case ir::ContextFact::kDeviceCompliant:
      f.device.compliant = static_cast<Tristate>(value);
      break;
    case ir::ContextFact::kDeviceManaged:
      f.device.managed = static_cast<Tristate>(value);
      break;
    case ir::ContextFact::kDeviceTrust:
      f.device.trust = static_cast<DeviceTrust>(value);
      break;
    case ir::ContextFact::kDeviceOwnership:
      f.device.ownership = static_cast<DeviceOwnership>(value);
      break;
  }
}

std::string address(Dice& d) {
  switch (d.below(8)) {
    case 0:
      return "";
    case 1:
      return d.one_in(20) ? "1.2.3" : "::1";
    case 2:
      return "5555:aa" + std::to_string(d.below(10)) + "::" + std::to_string(d.below(3));
    default: {
      std::string s;
      for (int i = 0; i < 4; ++i) {
        s += (i == 0 ? "" : ".") + std::to_string(d.below(3) * 85 + (d.one_in(5) ? 1 : 0));
      }
      return d.one_in(12) ? "::ffff:" + s : s;
    }
  }
}

std::string word(Dice& d) {
  static const std::vector<std::string> kWords = {"web", "BRANCH", "main",   "Main street",
                                                  "x",   "",       "within", "other"};
  return d.pick(kWords);
}
std::int64_t number(Dice& d) {
  static constexpr std::int64_t kValues[] = {0,
                                             1,
                                             -1,
                                             99,
                                             100,
                                             101,
                                             3600,
                                             std::numeric_limits<std::int64_t>::min(),
                                             std::numeric_limits<std::int64_t>::max()};
  return kValues[d.below(9)];
}

void add_signals(Dice& d, SignInFacts& f) {
  for (const char* name : {"amount", "attempts", "score", "unheard_of"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, number(d)});
    }
  }
  for (const char* name : {"vpn", "tor"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, d.one_in(2)});
    }
  }
  for (const char* name : {"channel", "branch", "gps_country"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, word(d)});
    }
  }
  if (d.one_in(30)) {
    f.signals.push_back({"amount", number(d)});  // once more
  }
  if (d.one_in(60)) {
    f.signals.push_back({"amount", true});  // of the wrong type
  }
}

void add_attributes(Dice& d, SignInFacts& f) {
  for (const char* name : {"device.model", "user.department", "device.model"}) {
    if (d.one_in(2)) {
      f.strings.emplace_back(name, word(d));
    }
  }
  for (const char* name : {"device.labels", "user.tags"}) {
    if (d.one_in(2)) {
      SignInFacts::OwnedList list{name, {}};
      for (std::size_t i = d.below(4); i > 0; --i) {
        list.values.push_back(word(d));
      }
      f.lists.push_back(std::move(list));
    }
  }
  if (d.one_in(8)) {  // where it may have one value only, the sign-in is refused
    const std::string several = "user.department";
    std::erase_if(f.strings, [&several](const auto& each) { return each.first == several; });
    f.lists.push_back({several, {word(d), word(d)}});  // JSON cannot give one name twice
  }
  if (d.one_in(4)) {
    f.lists.push_back({"user.registered_methods", {"password", "sms_otp"}});
  }
}

void add_session(Dice& d, SignInFacts& f) {
  for (std::size_t i = d.below(4); i > 0; --i) {
    f.completed.push_back(
        {any<Method>(d, kMethodCount), static_cast<std::uint32_t>(d.below(4) * 300)});
  }
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.satisfied.push_back(
        {any<ControlKind>(d, kControlKindCount), d.one_in(2) ? "Terms" : "Check"});
  }
  if (d.one_in(2)) {
    f.session_age_s = d.one_in(30) ? -1 : static_cast<std::int64_t>(d.below(5) * 1000);
  }
  if (d.one_in(2)) {
    f.device.first_seen_s = d.one_in(30) ? -1 : static_cast<std::int64_t>(d.below(5) * 1000);
  }
  if (!d.one_in(4)) {
    f.now_unix_s =
        static_cast<std::int64_t>(d.below(2'000'000'000)) - (d.one_in(4) ? 1'500'000'000 : 0);
  }
}

ir::ExprId child(const ir::Program& p, const ir::Expr& e, std::size_t i) {
  return p.operands[e.first + i];
}

/// Towards `want` for this expression, as far as one simple change per leaf can.
void meet(Dice& d, const ir::Program& p, ir::ExprId expr, bool want, SignInFacts& f) {
  const ir::Expr& e = p.exprs[expr];
  if (e.op == ir::Op::kNot) {
    meet(d, p, child(p, e, 0), !want, f);
  } else if (e.op == ir::Op::kAnd || e.op == ir::Op::kOr) {
    if ((e.op == ir::Op::kAnd) == want) {
      for (std::size_t i = 0; i < e.count; ++i) {
        meet(d, p, child(p, e, i), want, f);
      }
    } else {
      meet(d, p, child(p, e, d.below(e.count)), want, f);
    }
  } else if (e.op == ir::Op::kContextIn) {
    for (std::size_t k = 0; k < ir::kContextFactCount; ++k) {
      const auto fact = static_cast<ir::ContextFact>(k);
      const ir::ContextField field = ir::context_field(fact);
      const std::uint64_t good = (want ? e.imm : ~e.imm) & field.mask();
      if ((e.imm & field.mask()) != 0 && good != 0) {
        set_context(fact, static_cast<std::size_t>(std::countr_zero(good)) - field.offset, f);
      }
    }
  } else if (e.op == ir::Op::kIntCompare) {
    const ir::IntTest& t = p.int_tests[e.first];
    const std::int64_t delta = static_cast<std::int64_t>(d.below(3)) - 1;
    const std::int64_t even = t.constant / 2 + t.constant / 2;
    const bool lowest = even == std::numeric_limits<std::int64_t>::min() && delta < 0;
    const std::int64_t near = lowest ? even : even + delta;
    f.signals.insert(f.signals.begin(),
                     {p.int_slots[t.slot].name, d.one_in(2) ? t.constant : near});
  } else if (e.op == ir::Op::kStringTest) {
    const ir::StringTest& t = p.string_tests[e.first];
    if (p.string_slots[t.slot].signal) {
      f.signals.insert(f.signals.begin(), {p.string_slots[t.slot].name, d.pick(t.any_of)});
    } else {
      const std::string& name = p.string_slots[t.slot].name;
      std::erase_if(f.lists, [&name](const auto& each) { return each.name == name; });
      f.strings.emplace(f.strings.begin(), name, d.pick(t.any_of));
    }
  }
}

void include_user(Dice& d, const ir::Program& p, const ir::PrincipalSet& set, SignInFacts& f) {
  if (!set.members.empty()) {
    const ir::Symbol& s = p.symbols[d.pick(set.members)];
    if (s.kind == ir::SymbolKind::kGroup) {
      f.groups.push_back(s.name);
    } else if (s.kind == ir::SymbolKind::kRole) {
      f.roles.push_back(s.name);
    } else {
      f.user = s.name;
      f.user_kind = s.kind == ir::SymbolKind::kServicePrincipal ? UserKind::kServicePrincipal
                                                                : UserKind::kMember;
    }
  }
}

}  // namespace

SignInFacts random_sign_in(Dice& d, const Names& names) {
  SignInFacts f;
  f.user = d.name("u", names.users + 2);
  f.user_kind = d.one_in(3) ? any<UserKind>(d, kUserKindCount) : UserKind::kMember;
  if (f.user_kind == UserKind::kServicePrincipal) {
    f.user = d.name("s", names.services + 1);
  }
  if (d.one_in(2)) {
    f.external_tenant = d.name("t", names.tenants + 1);
  }
  const std::size_t groups = d.one_in(10) ? 70 : d.below(6);
  for (std::size_t i = 0; i < groups; ++i) {
    f.groups.push_back(d.name("g", names.groups + 4));
  }
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.roles.push_back(d.name("r", names.roles + 1));
  }
  f.target_kind = d.one_in(4) ? any<TargetKind>(d, 3) : TargetKind::kApp;
  f.target = f.target_kind == TargetKind::kApp          ? d.name("a", names.apps + 1)
             : f.target_kind == TargetKind::kUserAction ? d.user_action(names.actions + 1)
                                                        : d.name("c", names.contexts + 1);
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.app_groups.push_back(d.name("ag", names.app_groups + 1));
  }
  for (std::size_t k = 0; k < ir::kContextFactCount; ++k) {
    const auto fact = static_cast<ir::ContextFact>(k);
    if (fact != ir::ContextFact::kUserKind && d.one_in(2)) {
      set_context(fact, d.below(ir::context_field(fact).width), f);
    }
  }
  f.ip = address(d);
  static const std::vector<std::string> kCountries = {"", "DE", "at", "US", "At"};
  f.country = d.one_in(80) ? "D1" : d.pick(kCountries);
  add_signals(d, f);
  add_attributes(d, f);
  add_session(d, f);
  return f;
}

void aim_at(Dice& d, const ir::Program& p, const ir::Policy& policy, SignInFacts& f) {
  include_user(d, p, policy.include, f);
  f.target_kind = policy.include_targets.kind;
  if (ir::is_all_resources(policy.include_targets) && d.one_in(3)) {
    f.target_kind = TargetKind::kUserAction;
    f.target = d.user_action(3);
  } else if (!policy.include_targets.members.empty()) {
    const ir::Symbol& s = p.symbols[d.pick(policy.include_targets.members)];
    if (s.kind == ir::SymbolKind::kAppGroup) {
      f.app_groups.push_back(s.name);
    } else {
      f.target = s.name;
    }
  }
  meet(d, p, policy.condition, true, f);
  switch (d.below(4)) {
    case 0:
      include_user(d, p, policy.exclude, f);
      break;
    case 1:
      meet(d, p, policy.condition, false, f);
      break;
    case 2:
      if (!f.signals.empty()) {
        f.signals.erase(f.signals.begin() + static_cast<std::ptrdiff_t>(d.below(f.signals.size())));
      }
      break;
    default:
      break;
  }
}

}  // namespace gate::property
