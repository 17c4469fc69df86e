#include "tests/differential/generate.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

std::vector<std::string> session(Dice& dice, Features& features) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& feature, const std::string& text) {
    features.use("session", feature);
    out.push_back(text);
  };
  static const std::vector<std::string> kDurations = {"1s", "5m", "10m", "1h", "4h", "90d"};
  if (dice.one_in(2)) {
    const bool every = dice.one_in(3);
    add(every ? "every_time" : "sign_in_frequency",
        "sign_in_frequency " + (every ? "every_time" : dice.pick(kDurations)));
  }
  if (dice.one_in(4)) {
    add("second_factor", "sign_in_frequency " +
                             (dice.one_in(3) ? "every_time" : dice.pick(kDurations)) +
                             " second_factor");
  }
  const auto choose = [&](const std::string& control, const std::vector<std::string>& values) {
    if (dice.one_in(4)) {
      const std::string text = control + " " + dice.pick(values);
      add(text, text);
    }
  };
  choose("persistent_browser", {"always", "never"});
  choose("cloud_app_security", {"monitor_only", "configured", "block_downloads"});
  choose("continuous_access_evaluation", {"disabled", "strict_enforcement", "strict_location"});
  for (const char* flag : {"app_enforced_restrictions", "disable_resilience_defaults",
                           "secure_sign_in_session", "revoke_all", "forbid_channels_on_device"}) {
    if (dice.one_in(10)) {
      add(flag, flag);
    }
  }
  for (const std::string profile : {"filtering_profile", "network_access_security"}) {
    if (dice.one_in(12)) {
      add(profile, profile + " \"id-1\"");
    }
  }
  return out;
}

void modify(std::vector<Leaf>& exclusions, Dice& dice, Features& features) {
  for (Leaf& each : exclusions) {
    if (dice.one_in(4)) {
      features.use("exclusion", "until");
      each.text += " until 2031-12-31";
    }
    if (dice.one_in(4)) {
      features.use("exclusion", "because");
      each.text += " because \"it is so\"";
    }
  }
}

/// The things that a policy asks for, one after the other.
class Criteria {
 public:
  explicit Criteria(const PolicyText& policy) : p_(policy) {
    if (p_.when) {
      collect(*p_.when);
    }
  }
  [[nodiscard]] std::size_t count() const { return 4 + leaves_.size(); }

  void meet_all(Dice& dice, SignInFacts& f) const {
    dice.pick(p_.users.include).make(dice, f, true);
    dice.pick(p_.target.include).make(dice, f, true);
    for (const Sides* sides : {&p_.users, &p_.target}) {
      for (const Leaf& each : sides->exclude) {
        if (each.truth(f) == Truth::kTrue) {
          each.make(dice, f, false);
        }
      }
    }
    if (p_.when) {
      make(*p_.when, dice, f, true);
    }
  }
  void flip(std::size_t which, Dice& dice, SignInFacts& f) const {
    if (which < 2) {  // not included
      for (const Leaf& each : (which == 0 ? p_.users : p_.target).include) {
        each.make(dice, f, false);
      }
    } else if (which < 4) {  // excluded, beside being included
      const auto& exclude = (which == 2 ? p_.users : p_.target).exclude;
      if (!exclude.empty()) {
        dice.pick(exclude).make(dice, f, true);
      }
    } else {
      const Leaf& leaf = *leaves_[which - 4];
      leaf.make(dice, f, leaf.truth(f) != Truth::kTrue);
    }
  }

 private:
  void collect(const Condition& c) {  // NOLINT(misc-no-recursion): nested a few levels
    if (c.kind == Condition::Kind::kLeaf) {
      leaves_.push_back(&c.leaf);
    }
    for (const Condition& part : c.parts) {
      collect(part);
    }
  }
  const PolicyText& p_;
  std::vector<const Leaf*> leaves_;
};

void take_a_fact_away(Dice& dice, SignInFacts& f) {
  const auto drop_one = [&dice](auto& list) {
    if (!list.empty()) {
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(dice.below(list.size())));
    }
  };
  switch (dice.below(9)) {
    case 0:
      f.now_unix_s.reset();
      break;
    case 1:
      f.session_age_s.reset();
      break;
    case 2:
      f.ip.clear();
      break;
    case 3:
      f.country.clear();
      break;
    case 4:
      f.device = {};
      break;
    case 5:
      drop_one(f.strings);
      break;
    case 6:
      drop_one(f.completed);
      break;
    case 7:
      f.external_tenant.clear();
      break;
    default:
      drop_one(f.signals);
      break;
  }
}

/// What no policy spells: doubled facts, the ends of numbers, an unlucky request.
void spoil(Dice& dice, SignInFacts& f) {
  switch (dice.below(9)) {
    case 0:
      f.groups.insert(f.groups.end(), f.groups.begin(), f.groups.end());
      break;
    case 1:
      if (!f.signals.empty()) {
        f.signals.push_back(f.signals.front());
      }
      break;
    case 2:
      f.now_unix_s = dice.one_in(2) ? kNowMin : kNowMax;
      break;
    case 3:
      f.now_unix_s = dice.one_in(2) ? kNowMin - 1 : kNowMax + 1;
      break;
    case 4:
      f.ip = dice.one_in(2) ? "1.2.3" : "10.0.0.0/8";
      break;
    case 5:
      f.country = "D1";
      break;
    case 6:
      f.signals.push_back({"amount", true});
      break;
    case 7:
      f.user = "\xC3";
      break;
    default:
      f.session_age_s = dice.one_in(2) ? -1 : std::int64_t{1} << 40;
      break;
  }
}

}  // namespace

PolicyText random_policy(const World& world, Dice& dice, Features& features, std::size_t number) {
  Leaves leaves(world, dice, features);
  PolicyText p;
  p.name = fmt::format("{} {}", dice.one_in(10) ? "P\xC3\xB6licy \"q\" \\" : "P", number);
  p.id = dice.one_in(3) ? fmt::format("id-{}", number) : "";
  p.description = dice.one_in(6) ? "says something" : "";
  static constexpr PolicyState kStates[] = {PolicyState::kOn, PolicyState::kOn, PolicyState::kOn,
                                            PolicyState::kReportOnly, PolicyState::kOff};
  p.state = kStates[dice.below(5)];
  features.use("state", name(p.state));
  if (dice.one_in(8)) {
    features.use("state", "until");
    p.until = " until 2031-01-31";
  }
  p.grant = dice.one_in(5) ? world.grants.front() : dice.pick(world.grants);
  p.session = dice.one_in(2) ? session(dice, features) : std::vector<std::string>{};
  if (!p.session.empty() && dice.one_in(4)) {
    p.grant.clear();
  }
  features.use("grant", p.grant.empty() ? "none" : p.grant == "block" ? "block" : "required");
  for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
    p.users.include.push_back(leaves.user_item(p.grant == "block"));
  }
  const std::size_t kind = dice.below(8);
  const TargetKind target = kind == 0   ? TargetKind::kUserAction
                            : kind == 1 ? TargetKind::kAuthContext
                                        : TargetKind::kApp;
  for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
    p.target.include.push_back(leaves.target_item(target));
  }
  if (dice.one_in(3)) {
    features.use("users", "exclude");
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
      p.users.exclude.push_back(leaves.user_item(true));
    }
  }
  if (dice.one_in(4)) {
    features.use("target", "exclude");
    p.target.exclude.push_back(leaves.target_item(target));
  }
  modify(p.users.exclude, dice, features);
  modify(p.target.exclude, dice, features);
  if (!dice.one_in(4)) {
    p.when = leaves.condition(dice.below(4));
  }
  p.by_template = dice.one_in(8);
  features.use("declaration", "policy");
  return p;
}

SetText random_set(World& world, Dice& dice, Features& features, std::size_t policies) {
  SetText set;
  set.declarations = declare(world, dice, features);
  for (std::size_t i = 0; i < policies; ++i) {
    set.policies.push_back(random_policy(world, dice, features, i));
  }
  return set;
}

std::vector<SignInFacts> sign_ins_for(const PolicyText& policy, const World& world, Dice& dice) {
  const Criteria criteria(policy);
  SignInFacts met = random_sign_in(world, dice);
  criteria.meet_all(dice, met);
  std::vector<SignInFacts> out = {met};
  for (std::size_t i = 0; i < criteria.count(); ++i) {
    out.push_back(met);
    criteria.flip(i, dice, out.back());
  }
  out.push_back(met);
  take_a_fact_away(dice, out.back());
  if (dice.one_in(3)) {
    out.push_back(met);
    spoil(dice, out.back());
  }
  return out;
}

}  // namespace gate::differential
