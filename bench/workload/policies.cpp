#include "bench/workload/policies.h"

#include <fmt/format.h>

#include <algorithm>

namespace gate::bench {
namespace {

template <typename E>
constexpr std::uint8_t bits(std::initializer_list<E> values) {
  std::uint8_t mask = 0;
  for (const E value : values) {
    mask = static_cast<std::uint8_t>(mask | 1U << static_cast<unsigned>(value));
  }
  return mask;
}
template <typename E>
constexpr std::uint8_t at_least(E value) {
  return static_cast<std::uint8_t>(0xFFU << static_cast<unsigned>(value) & 0xFU);
}

void insert_sorted(std::vector<Id>& list, std::size_t value) {
  const Id id = static_cast<Id>(value);
  const auto at = std::lower_bound(list.begin(), list.end(), id);
  if (at == list.end() || *at != id) {
    list.insert(at, id);
  }
}

/// Groups and apps that expressions name; a set may hold 4,096 different memberships.
constexpr std::size_t kInExpressionsMax = 500;

constexpr std::string_view kModels[] = {"surface", "thinkpad", "latitude", "iphone", "pixel",
                                        "galaxy",  "macbook",  "kiosk",    "zebra",  "ipad"};

Expression join(Expression::Kind kind, std::vector<Expression> children) {
  Expression e;
  e.kind = kind;
  e.children = std::move(children);
  return e;
}
Expression of(Leaf leaf) {
  Expression e;
  e.leaf = leaf;
  return e;
}

}  // namespace

std::string own_model(std::size_t policy) {
  return fmt::format("unit-{:06}-", policy);
}

Leaf PolicyGenerator::leaf() {
  using What = Leaf::What;
  const auto make = [](What what, std::size_t value) {
    return Leaf{what, static_cast<std::int64_t>(value)};
  };
  switch (random_.below(11)) {
    case 0:
      return make(What::kAmountAbove, 100 * random_.between(1, 100));
    case 1:
      return make(What::kFailuresAtLeast, random_.between(2, 8));
    case 2:
      return make(What::kNewPayee, 0);
    case 3:
      return make(What::kSignInRiskAtLeast, random_.between(1, 3));
    case 4:
      return make(What::kUserRiskAtLeast, random_.between(1, 3));
    case 5:
      return make(What::kPlatformIs, random_.between(1, kPlatformCount - 1));
    case 6:
      return make(What::kLocationIn, random_.below(shape_.pools.locations));
    case 7:
      return make(What::kInGroup,
                  random_.popular(std::min(shape_.pools.groups, kInExpressionsMax)));
    case 8:
      return make(What::kAppIs, random_.popular(std::min(shape_.pools.apps, kInExpressionsMax)));
    case 9:
      return make(What::kReportedLost, 0);
    default:
      return make(What::kMethodDone,
                  static_cast<std::size_t>(random_.chance(500) ? Method::kFido2 : Method::kSmsOtp));
  }
}

Expression PolicyGenerator::expression() {
  using enum Expression::Kind;
  std::vector<Leaf> leaves;
  const std::size_t count = random_.between(2, 4);
  while (leaves.size() < count) {
    // A fact twice would fold, or come out as a condition that never holds.
    const Leaf next = leaf();
    if (std::none_of(leaves.begin(), leaves.end(),
                     [&next](const Leaf& l) { return l.what == next.what; })) {
      leaves.push_back(next);
    }
  }
  const auto at = [&leaves](std::size_t i) { return of(leaves[i]); };
  if (count == 2) {
    switch (random_.below(3)) {
      case 0:
        return join(kOr, {at(0), at(1)});
      case 1:
        return join(kAnd, {at(0), at(1)});
      default:
        return join(kAnd, {join(kNot, {at(0)}), at(1)});
    }
  }
  if (count == 3) {
    return random_.chance(500) ? join(kAnd, {at(0), join(kOr, {at(1), at(2)})})
                               : join(kOr, {at(0), join(kAnd, {at(1), at(2)})});
  }
  return random_.chance(500)
             ? join(kOr, {join(kAnd, {at(0), at(1)}), join(kAnd, {at(2), join(kNot, {at(3)})})})
             : join(kAnd, {join(kOr, {at(0), at(1)}), join(kOr, {at(2), at(3)})});
}

void PolicyGenerator::principals(Policy& policy) {
  Principals& in = policy.include;
  if (random_.chance(shape_.all_users)) {
    in.all = true;
  } else {
    const std::size_t kind = random_.below(100);
    const bool role = kind >= 70 && kind < 82 && roles_ < shape_.broad_max;
    if (kind < 70 || (kind < 82 && !role)) {
      for (std::size_t i = random_.between(1, 3); i > 0; --i) {
        insert_sorted(in.groups, random_.below(shape_.pools.groups));
      }
    } else if (role) {
      ++roles_;
      for (std::size_t i = random_.between(1, 4); i > 0; --i) {
        insert_sorted(in.roles, random_.below(shape_.pools.roles));
      }
    } else if (kind < 92) {
      for (std::size_t i = random_.between(1, 3); i > 0; --i) {
        insert_sorted(in.users, random_.below(shape_.pools.users));
      }
    } else {
      in.guests = random_.chance(500)
                      ? bits({UserKind::kB2bCollaborationGuest, UserKind::kInternalGuest})
                      : bits({UserKind::kServiceProvider, UserKind::kOtherExternalUser});
    }
  }
  if (random_.chance(shape_.excludes)) {
    // The accounts that must always get in, and a group that is not ready yet.
    insert_sorted(policy.exclude.users, 0);
    if (random_.chance(600)) {
      const Id group = static_cast<Id>(random_.below(shape_.pools.groups));
      if (std::find(in.groups.begin(), in.groups.end(), group) == in.groups.end()) {
        insert_sorted(policy.exclude.groups, group);
      }
    }
    if (std::find(in.users.begin(), in.users.end(), Id{0}) != in.users.end()) {
      policy.exclude.users.clear();
    }
  }
}

void PolicyGenerator::targets(Policy& policy) {
  Targets& in = policy.include_targets;
  if (random_.chance(shape_.contexts) && contexts_ < shape_.broad_max) {
    ++contexts_;
    policy.target_kind = TargetKind::kAuthContext;
    insert_sorted(in.members, random_.below(names::kContexts));
    return;
  }
  if (random_.chance(shape_.actions) && actions_ < shape_.broad_max) {
    ++actions_;
    policy.target_kind = TargetKind::kUserAction;
    insert_sorted(in.members, random_.below(names::kActions));
    return;
  }
  const bool may_be_everywhere = !policy.include.all || everywhere_ < shape_.everywhere_max;
  if (random_.chance(shape_.all_apps) && may_be_everywhere) {
    in.all = true;
    everywhere_ += policy.include.all ? 1U : 0U;
    if (random_.chance(200)) {
      insert_sorted(policy.exclude_targets.members, random_.below(shape_.pools.apps));
    }
    return;
  }
  if (random_.chance(120) && app_groups_ < shape_.broad_max) {
    ++app_groups_;
    insert_sorted(in.app_groups, random_.below(names::kAppGroups));
    return;
  }
  for (std::size_t i = random_.between(1, 3); i > 0; --i) {
    insert_sorted(in.members, random_.below(shape_.pools.apps));
  }
}

void PolicyGenerator::places(Conditions& c) {
  if (!random_.chance(shape_.location)) {
    return;
  }
  std::vector<Id>& list = random_.chance(500) ? c.locations_in : c.locations_out;
  const std::size_t first = random_.below(shape_.pools.locations);
  insert_sorted(list, first);
  if (random_.chance(500)) {
    insert_sorted(list, (first + 1) % shape_.pools.locations);
  }
}

void PolicyGenerator::device(Conditions& c) {
  if (random_.chance(shape_.device)) {
    switch (random_.below(3)) {
      case 0:
        c.compliance = Compliance::kNotTrue;
        break;
      case 1:
        c.compliance = Compliance::kTrue;
        break;
      default:
        c.trust =
            random_.chance(500)
                ? bits({DeviceTrust::kServerAd, DeviceTrust::kAzureAd})
                : bits({DeviceTrust::kAbsent, DeviceTrust::kAzureAd, DeviceTrust::kWorkplace});
        break;
    }
  }
  if (random_.chance(shape_.model)) {
    c.model_test = static_cast<TextTest>(random_.below(3));
    c.model = kModels[random_.below(std::size(kModels))];
  }
}

void PolicyGenerator::conditions(Conditions& c) {
  if (random_.chance(shape_.platform)) {
    const auto some = [this] {
      std::uint8_t mask = 0;
      for (std::size_t i = random_.between(1, 3); i > 0; --i) {
        mask = static_cast<std::uint8_t>(mask | 1U << random_.between(1, kPlatformCount - 1));
      }
      return mask;
    };
    constexpr unsigned kEvery = (1U << kPlatformCount) - 1;
    c.platforms = random_.chance(700) ? some() : static_cast<std::uint8_t>(kEvery & ~some());
  }
  if (random_.chance(shape_.client)) {
    const std::size_t kind = random_.below(3);
    c.clients = kind == 0   ? bits({ClientApp::kExchangeActiveSync, ClientApp::kOther})
                : kind == 1 ? bits({ClientApp::kBrowser})
                            : bits({ClientApp::kBrowser, ClientApp::kNativeApp});
  }
  if (random_.chance(shape_.risk)) {
    std::uint8_t& mask = random_.chance(600) ? c.sign_in_risk : c.user_risk;
    mask = at_least(static_cast<Risk>(random_.between(1, 3)));
  }
  if (random_.chance(shape_.transfer)) {
    c.transfer =
        random_.chance(500)
            ? bits({TransferMethod::kDeviceCodeFlow})
            : bits({TransferMethod::kDeviceCodeFlow, TransferMethod::kAuthenticationTransfer});
  }
  places(c);
  device(c);
  if (random_.chance(shape_.expression)) {
    c.expression = expression();
  }
}

/// The one test of a policy under `one_key`: it names something that few sign-ins have.
void PolicyGenerator::only_test(Policy& policy) {
  using enum Expression::Kind;
  policy.include.groups = {0};
  policy.include_targets.members = {0};
  Conditions& c = policy.conditions;
  switch (random_.below(3)) {
    case 0:
      c.model_test = random_.chance(500) ? TextTest::kStartsWith : TextTest::kContains;
      c.model = own_model(made_);
      return;
    case 1:
      c.locations_in = {static_cast<Id>(random_.below(shape_.pools.locations))};
      c.sign_in_risk = at_least(Risk::kHigh);
      return;
    default:
      c.expression =
          join(kAnd, {of({Leaf::What::kInGroup,
                          static_cast<std::int64_t>(random_.between(1, kInExpressionsMax))}),
                      of({Leaf::What::kFailuresAtLeast, 9}),
                      of({Leaf::What::kPlatformIs,
                          static_cast<std::int64_t>(random_.between(1, kPlatformCount - 1))})});
  }
}

void PolicyGenerator::grant(Policy& policy) {
  if (random_.chance(shape_.blocks)) {
    policy.block = true;
    Conditions& c = policy.conditions;
    const bool narrow = c.sign_in_risk != Conditions::kAny || c.user_risk != Conditions::kAny ||
                        c.transfer != Conditions::kAny || c.model_test || c.expression;
    if (!narrow) {  // a real set never blocks all users under ordinary conditions
      c.sign_in_risk = at_least(Risk::kHigh);
    }
    return;
  }
  const auto frequency = [this] {
    constexpr std::uint32_t kChoices[] = {3'600, 14'400, 43'200, 86'400, 604'800, 0};
    return kChoices[random_.below(std::size(kChoices))];
  };
  if (random_.chance(shape_.session_only)) {
    policy.session = {.frequency_s = frequency(), .browser = PersistentBrowser::kNever};
    return;
  }
  // mfa, passkey, native, compliant, hybrid, compliant or hybrid, mfa or compliant, app, terms.
  // For everybody and every app: only what everybody can do.
  constexpr unsigned kUsual[] = {50, 10, 6, 3, 1, 3, 14, 1, 5};
  constexpr unsigned kEverywhere[] = {60, 0, 0, 0, 0, 0, 33, 0, 0};
  const auto& weights = policy.include.all && policy.include_targets.all ? kEverywhere : kUsual;
  std::size_t draw = random_.below(93);
  Id clause = 0;
  while (draw >= weights[clause]) {
    draw -= weights[clause++];
  }
  policy.clauses = {clause};
  if (!clause_table()[clause].in_list.empty() && random_.chance(150)) {
    constexpr Id kSecond[] = {3, 8, 8};
    insert_sorted(policy.clauses, kSecond[random_.below(std::size(kSecond))]);
  }
  if (random_.chance(150)) {
    policy.session.frequency_s = frequency();
  }
  if (random_.chance(60)) {
    policy.session.browser =
        random_.chance(700) ? PersistentBrowser::kNever : PersistentBrowser::kAlways;
  }
}

Policy PolicyGenerator::next() {
  Policy policy;
  if (random_.chance(shape_.report_only)) {
    policy.state = PolicyState::kReportOnly;
  } else if (random_.chance(shape_.off)) {
    policy.state = PolicyState::kOff;
  }
  if (shape_.one_key) {
    only_test(policy);
  } else {
    principals(policy);
    targets(policy);
    conditions(policy.conditions);
  }
  grant(policy);
  ++made_;
  return policy;
}

}  // namespace gate::bench
