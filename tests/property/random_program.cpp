#include "tests/property/random_program.h"

#include <algorithm>
#include <limits>

#include "runtime/ir/builder.h"
#include "runtime/ir/standard.h"

namespace gate::property {
namespace {

using ir::SymbolKind;

class Generator {
 public:
  Generator(Dice& dice, const Names& names) : d_(dice), n_(names) {}

  ir::Program run(std::size_t policies) {
    declare_slots();
    declare_places();
    declare_effects();
    for (std::size_t i = 0; i < 8 + policies / 4; ++i) {
      conditions_.push_back(expression(4));
    }
    for (std::size_t i = 0; i < policies; ++i) {
      b_.policy(policy(i));
    }
    b_.default_deny(d_.one_in(4));
    return b_.finish();
  }

 private:
  void declare_slots() {
    for (const char* name : {"amount", "attempts", "score"}) {
      ints_.push_back(b_.int_slot({name, true, d_.one_in(3), value()}));
    }
    for (const std::string_view name : ir::kBuiltInNumbers) {
      ints_.push_back(b_.int_slot({std::string(name), false, false, 0}));
    }
    for (const char* name : {"vpn", "tor", "amount"}) {  // one name, two types: refused if given
      if (name[0] != 'a' || d_.one_in(20)) {
        bools_.push_back(b_.bool_slot({name, d_.one_in(3), d_.one_in(2)}));
      }
    }
    for (const char* name : {"channel", "branch", "gps_country"}) {
      strings_.push_back(
          b_.string_slot({name, true, name[0] == 'b', name[0] == 'b' ? "main" : ""}));
    }
    for (const char* name : {"device.model", "user.department", "user.email_domain"}) {
      strings_.push_back(b_.string_slot({name, false, false, ""}));
    }
    for (const char* name : {"device.labels", "user.tags"}) {
      lists_.push_back(b_.list_slot(name));
    }
    if (d_.one_in(2)) {  // an attribute of several values: a text slot and a list slot of one name
      lists_.push_back(b_.list_slot("user.department"));
    }
    constexpr std::int64_t kBeginning = std::numeric_limits<std::int64_t>::min();
    zones_.push_back(b_.zone({"UTC", {{kBeginning, 0}}}));
    zones_.push_back(
        b_.zone({"East", {{kBeginning, 3600}, {1'000'000, 7200}, {1'700'000'000, 5400}}}));
  }

  void declare_places() {
    for (std::size_t i = 0; i < 10; ++i) {
      ir::Location l;
      l.name = "place" + std::to_string(i);
      const std::size_t ranges = d_.below(4);
      for (std::size_t r = 0; r < ranges; ++r) {
        l.ranges.push_back(range());
      }
      std::sort(l.ranges.begin(), l.ranges.end());
      l.ranges.erase(std::unique(l.ranges.begin(), l.ranges.end()), l.ranges.end());
      if (d_.one_in(2)) {
        l.countries = {{'A', 'T'}, {'D', 'E'}};
        l.countries.resize(1 + d_.below(2));
      }
      l.unknown_country = d_.one_in(4);
      places_.push_back(b_.location(l));
    }
  }

  /// Few different bits, so that ranges nest and addresses hit them.
  ir::Cidr range() {
    ir::Cidr c;
    const bool v4 = !d_.one_in(3);
    const std::size_t first = v4 ? 12 : 0;
    if (v4) {
      c.address[10] = c.address[11] = 0xFF;
    }
    for (std::size_t i = first; i < first + 4; ++i) {
      c.address[i] = static_cast<std::uint8_t>(d_.below(3) * 85);
    }
    static constexpr std::uint8_t kV4[] = {0, 90, 96, 97, 104, 111, 112, 120, 127, 128};
    static constexpr std::uint8_t kV6[] = {0, 1, 8, 16, 24, 31, 32, 64, 65, 128};
    c.prefix = v4 ? kV4[d_.below(10)] : kV6[d_.below(10)];
    for (unsigned bit = c.prefix; bit < 128; ++bit) {
      c.address[bit / 8] = static_cast<std::uint8_t>(c.address[bit / 8] & ~(0x80U >> (bit % 8)));
    }
    return c;
  }

  void declare_effects() {
    const std::uint32_t strong = b_.strength(
        {"Strong", {MethodSet::of(Method::kFido2), MethodSet::of(Method::kX509MultiFactor)}});
    const std::uint32_t terms = b_.control_name("Terms");
    const std::uint32_t custom = b_.control_name("Check");
    const std::vector<ir::Control> controls = {{ControlKind::kMfa, 0},
                                               {ControlKind::kStrength, strong},
                                               {ControlKind::kCompliantDevice, 0},
                                               {ControlKind::kHybridJoinedDevice, 0},
                                               {ControlKind::kApprovedApp, 0},
                                               {ControlKind::kAppProtection, 0},
                                               {ControlKind::kCompliantNetwork, 0},
                                               {ControlKind::kPasswordChange, 0},
                                               {ControlKind::kRiskRemediation, 0},
                                               {ControlKind::kTermsOfUse, terms},
                                               {ControlKind::kCustom, custom}};
    std::vector<std::uint32_t> clauses = {b_.clause({{{ControlKind::kMfa, 0}}})};
    for (std::size_t i = 0; i < 8; ++i) {
      ir::Clause c{{d_.pick(controls)}};
      if (d_.one_in(3)) {
        c.any_of.push_back(d_.pick(controls));
      }
      std::sort(c.any_of.begin(), c.any_of.end());
      c.any_of.erase(std::unique(c.any_of.begin(), c.any_of.end()), c.any_of.end());
      clauses.push_back(b_.clause(c));
    }
    for (std::size_t i = 0; i < 12; ++i) {
      ir::Effect e;
      e.block = d_.one_in(6);
      for (std::size_t c = 0; !e.block && c < d_.below(3); ++c) {
        e.clauses.push_back(d_.pick(clauses));
      }
      std::sort(e.clauses.begin(), e.clauses.end());
      e.clauses.erase(std::unique(e.clauses.begin(), e.clauses.end()), e.clauses.end());
      if (d_.one_in(2)) {
        e.session = session();
      }
      effects_.push_back(b_.effect(e));
    }
  }
  SessionControls session() {
    SessionControls s;
    if (d_.one_in(2)) {
      s.sign_in_frequency_s = static_cast<std::uint32_t>(d_.below(3) * 600);
    }
    if (d_.one_in(3)) {
      s.secondary_frequency_s = static_cast<std::uint32_t>(d_.below(3) * 600);
    }
    s.persistent_browser = static_cast<PersistentBrowser>(d_.below(3));
    s.flags = static_cast<std::uint8_t>(d_.below(32));
    return s;
  }

  ir::SymbolId symbol(SymbolKind kind, const char* prefix, std::size_t n) {
    return b_.symbol(kind, d_.name(prefix, n));
  }
  ir::SymbolId principal() {
    switch (d_.below(8)) {
      case 0:
      case 1:
        return symbol(SymbolKind::kUser, "u", n_.users);
      case 2:
        return symbol(SymbolKind::kRole, "r", n_.roles);
      case 3:
        return symbol(SymbolKind::kServicePrincipal, "s", n_.services);
      default:
        return symbol(SymbolKind::kGroup, "g", n_.groups);
    }
  }
  ir::PrincipalSet principals(bool exclusion) {
    ir::PrincipalSet set;
    set.all_users = d_.one_in(exclusion ? 30 : 3);
    set.all_service_principals = d_.one_in(exclusion ? 40 : 8);
    const std::size_t most = d_.one_in(12) ? 24 : 4;
    for (std::size_t i = d_.below(most); i > 0; --i) {
      set.members.push_back(principal());
    }
    if (d_.one_in(4)) {
      ir::GuestSelector g;
      g.kinds = static_cast<std::uint8_t>((1 + d_.below(63)) << 1U);
      for (std::size_t i = d_.below(3); i > 0; --i) {
        g.tenants.push_back(symbol(SymbolKind::kTenant, "t", n_.tenants));
      }
      set.guests.push_back(g);
    }
    return set;
  }
  ir::TargetSet targets(TargetKind kind, bool exclusion) {
    ir::TargetSet set;
    set.kind = kind;
    set.all = d_.one_in(exclusion ? 40 : 3);
    for (std::size_t i = d_.below(4); i > 0; --i) {
      switch (kind) {
        case TargetKind::kApp:
          set.members.push_back(d_.one_in(4) ? symbol(SymbolKind::kAppGroup, "ag", n_.app_groups)
                                             : symbol(SymbolKind::kApp, "a", n_.apps));
          break;
        case TargetKind::kUserAction:
          set.members.push_back(b_.symbol(SymbolKind::kUserAction, user_action(d_, n_.actions)));
          break;
        case TargetKind::kAuthContext:
          set.members.push_back(symbol(SymbolKind::kAuthContext, "c", n_.contexts));
          break;
      }
    }
    return set;
  }

  std::int64_t value() {
    static constexpr std::int64_t kValues[] = {0,
                                               1,
                                               100,
                                               3600,
                                               -5,
                                               std::numeric_limits<std::int64_t>::min(),
                                               std::numeric_limits<std::int64_t>::max()};
    return kValues[d_.below(7)];
  }
  std::vector<std::string> words() {
    static const std::vector<std::string> kWords = {"web", "Branch", "MAIN", "ma", "in", "x"};
    std::vector<std::string> result;
    for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
      result.push_back(d_.pick(kWords));
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }
  ir::ExprId context() {
    const auto fact = static_cast<ir::ContextFact>(d_.below(ir::kContextFactCount));
    const ir::ContextField field = ir::context_field(fact);
    const std::uint64_t bits = 1 + d_.below((std::size_t{1} << field.width) - 1);
    return b_.context_in(fact, bits << field.offset);
  }
  ir::ExprId leaf() {
    switch (d_.below(11)) {
      case 0:
        return b_.principal_in(principals(false));
      case 1: {
        ir::AppSet set{targets(TargetKind::kApp, false).members};
        return b_.app_in(set);
      }
      case 2: {
        ir::LocationSet set{{d_.pick(places_)}};
        if (d_.one_in(2)) {
          set.locations.push_back(d_.pick(places_));
        }
        std::sort(set.locations.begin(), set.locations.end());
        set.locations.erase(std::unique(set.locations.begin(), set.locations.end()),
                            set.locations.end());
        return b_.location_in(set);
      }
      case 3:
        return b_.method_done({MethodSet(static_cast<std::uint32_t>(d_.below(1U << 8U))),
                               d_.one_in(2) ? 0xFFFFFFFFU : 300U});
      case 4:
        return b_.int_compare({d_.pick(ints_), static_cast<ir::CompareOp>(d_.below(6)), value()});
      case 5:
        return b_.bool_signal(d_.pick(bools_));
      case 6:
        return b_.string_test({d_.pick(strings_), static_cast<ir::StringOp>(d_.below(4)), words()});
      case 7:
        return b_.list_contains({d_.pick(lists_), words()});
      case 8:
        return b_.time_in({d_.pick(zones_), static_cast<std::uint8_t>(d_.below(128)),
                           static_cast<std::uint16_t>(d_.below(1440)),
                           static_cast<std::uint16_t>(d_.below(1441))});
      default:
        return context();
    }
  }
  ir::ExprId expression(std::size_t depth) {
    const std::size_t kind = depth == 0 ? 9 : d_.below(10);
    if (kind == 0) {
      return b_.constant(!d_.one_in(4));
    }
    if (kind == 1 || kind == 2) {
      return b_.negate(expression(depth - 1));
    }
    if (kind <= 6) {
      std::vector<ir::ExprId> parts;
      for (std::size_t i = 2 + d_.below(3); i > 0; --i) {
        parts.push_back(expression(depth - 1));
      }
      return kind <= 4 ? b_.all_of(std::move(parts)) : b_.any_of(std::move(parts));
    }
    return leaf();
  }

  ir::Policy policy(std::size_t i) {
    ir::Policy p;
    p.id = "p" + std::to_string(i);
    p.name = p.id;
    static constexpr PolicyState kStates[] = {PolicyState::kOn, PolicyState::kOn, PolicyState::kOn,
                                              PolicyState::kReportOnly, PolicyState::kOff};
    p.state = kStates[d_.below(5)];
    const std::size_t kind = d_.below(8);
    const TargetKind target = kind == 0   ? TargetKind::kUserAction
                              : kind == 1 ? TargetKind::kAuthContext
                                          : TargetKind::kApp;
    p.include = principals(false);
    p.include_targets = targets(target, false);
    p.exclude_targets.kind = target;
    if (d_.one_in(3)) {
      p.exclude = principals(true);
    }
    if (d_.one_in(4)) {
      p.exclude_targets = targets(target, true);
    }
    p.condition = d_.one_in(4) ? b_.constant(true) : d_.pick(conditions_);
    p.effect = d_.pick(effects_);
    return p;
  }

  Dice& d_;
  const Names& n_;
  ir::ProgramBuilder b_;
  std::vector<std::uint32_t> ints_, bools_, strings_, lists_, zones_, places_, effects_;
  std::vector<ir::ExprId> conditions_;
};

}  // namespace

ir::Program random_program(Dice& dice, std::size_t policies, const Names& names) {
  return Generator(dice, names).run(policies);
}

}  // namespace gate::property
