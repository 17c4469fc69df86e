#include "bench/workload/sign_ins.h"

#include <algorithm>

#include "bench/workload/fact_editor.h"
#include "bench/workload/places.h"

namespace gate::bench {
namespace {

constexpr std::string_view kModels[] = {"Surface Laptop 5", "ThinkPad X1",  "Latitude 7440",
                                        "iPhone 15",        "Pixel 8",      "Galaxy S24",
                                        "MacBook Air",      "Kiosk Panel 2"};

bool in_mask(std::uint8_t mask, unsigned value) {
  return (mask >> value & 1U) != 0;
}

/// Builds one sign-in step by step: background first, then what a policy wants.
class SignInMaker : private FactEditor {
 public:
  SignInMaker(const Workload& workload, const Shape& shape, Random& random)
      : FactEditor(workload, random), shape_(shape), random_(random) {}

  void background() {
    facts = SignInFacts{};
    facts.user = names::user(static_cast<Id>(random_.between(1, shape_.pools.users - 1)));
    groups();
    if (random_.chance(60)) {
      facts.roles.emplace_back(names::role(static_cast<Id>(random_.below(shape_.pools.roles))));
    }
    if (random_.chance(80)) {
      facts.user_kind =
          random_.chance(700) ? UserKind::kB2bCollaborationGuest : UserKind::kServiceProvider;
    }
    set_app(static_cast<Id>(shape_.one_key ? 0 : random_.popular(shape_.pools.apps)));
    client_and_place();
    device();
    session();
  }

  /// The background with everything that `policy` asks for before it applies.
  void meeting(const Policy& policy) {
    background();
    meet_principals(policy);
    meet_targets(policy);
    meet_masks(policy.conditions);
    meet_places(policy.conditions);
    if (policy.conditions.model_test) {
      facts.device.registered = true;
      set_string("device.model", *policy.conditions.model_test == TextTest::kContains
                                     ? "The " + policy.conditions.model + "7"
                                     : policy.conditions.model);
    }
    if (policy.conditions.expression) {
      meet(*policy.conditions.expression, true);
    }
  }

  /// Breaks one condition of `policy`, any of those that it has.
  void miss_one(const Policy& policy) {
    const Conditions& c = policy.conditions;
    std::vector<int> breakable = {0};
    if (c.platforms != Conditions::kAny) {
      breakable.push_back(1);
    }
    if (c.clients != Conditions::kAny) {
      breakable.push_back(2);
    }
    if (c.sign_in_risk != Conditions::kAny || c.user_risk != Conditions::kAny) {
      breakable.push_back(3);
    }
    if (!c.locations_in.empty() || !c.locations_out.empty()) {
      breakable.push_back(4);
    }
    if (c.model_test || c.trust != Conditions::kAny || c.compliance != Compliance::kAny) {
      breakable.push_back(5);
    }
    if (c.expression) {
      breakable.push_back(6);
    }
    break_one(policy, random_.of(breakable));
  }

  [[nodiscard]] SignInFacts take() { return std::move(facts); }

 private:
  void groups() {
    std::vector<Id> ids;
    if (shape_.one_key) {
      ids.push_back(0);
    }
    for (std::size_t i = random_.between(shape_.groups_per_user_min, shape_.groups_per_user_max);
         i > 0; --i) {
      ids.push_back(static_cast<Id>(random_.popular(shape_.pools.groups)));
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const Id id : ids) {
      facts.groups.push_back(names::group(id));
    }
  }

  void client_and_place() {
    constexpr ClientApp kClients[] = {ClientApp::kBrowser, ClientApp::kBrowser,
                                      ClientApp::kNativeApp};
    facts.client = random_.chance(20) ? ClientApp::kOther : kClients[random_.below(3)];
    facts.platform = static_cast<Platform>(random_.below(kPlatformCount));
    facts.ip = ipv4_text((100U << 24U) | (64U << 16U) |
                         static_cast<std::uint32_t>(random_.below(std::size_t{1} << 22U)));
    if (!random_.chance(100)) {
      constexpr std::string_view kHome[] = {"AT", "DE", "US", "GB", "NL", "SE"};
      facts.country = kHome[random_.below(std::size(kHome))];
    }
    constexpr Risk kRisks[] = {Risk::kNone, Risk::kNone, Risk::kNone, Risk::kNone,
                               Risk::kNone, Risk::kLow,  Risk::kLow,  Risk::kMedium};
    facts.sign_in_risk = kRisks[random_.below(std::size(kRisks))];
    facts.user_risk = kRisks[random_.below(std::size(kRisks))];
  }

  void device() {
    if (!random_.chance(600)) {
      return;
    }
    facts.device.registered = true;
    facts.device.compliant = random_.chance(700) ? Tristate::kTrue : Tristate::kFalse;
    facts.device.managed = Tristate::kTrue;
    facts.device.trust = static_cast<DeviceTrust>(random_.between(1, kDeviceTrustCount - 1));
    set_string("device.model", std::string(kModels[random_.below(std::size(kModels))]));
    set_string("device.operating_system_version", "10.0.19045");
  }

  void session() {
    const auto age = [this] { return static_cast<std::uint32_t>(random_.below(20'000)); };
    facts.completed.push_back({Method::kPassword, age()});
    const std::size_t second = random_.below(10);
    if (second < 3) {
      facts.completed.push_back({Method::kSmsOtp, age()});
    } else if (second < 6) {
      facts.completed = {{Method::kFido2, age()}};
    }
    if (random_.chance(100)) {
      facts.satisfied.push_back({ControlKind::kTermsOfUse, std::string(kTermsName)});
    }
    if (random_.chance(80)) {
      facts.satisfied.push_back({ControlKind::kAppProtection, {}});
    }
    facts.session_age_s = static_cast<std::int64_t>(random_.below(100'000));
    if (!random_.chance(150)) {
      set_signal("amount", static_cast<std::int64_t>(random_.below(12'000)));
    }
    if (random_.chance(500)) {
      set_signal("otp_failures", static_cast<std::int64_t>(random_.below(4)));
    }
    if (random_.chance(300)) {
      set_flag("new_payee", random_.chance(200));
    }
  }

  void meet_principals(const Policy& policy) {
    const Principals& in = policy.include;
    facts.user_kind = UserKind::kMember;
    if (!in.users.empty()) {
      facts.user = names::user(random_.of(in.users));
    } else if (!in.groups.empty()) {
      join(names::group(random_.of(in.groups)));
    } else if (!in.roles.empty()) {
      const std::string role(names::role(random_.of(in.roles)));
      std::erase(facts.roles, role);
      facts.roles.push_back(role);
    } else if (in.guests != 0) {
      while (!in_mask(in.guests, static_cast<unsigned>(facts.user_kind))) {
        facts.user_kind = static_cast<UserKind>(random_.below(kUserKindCount));
      }
    }
    for (const Id group : policy.exclude.groups) {
      leave(names::group(group));
    }
  }

  void meet_targets(const Policy& policy) {
    const Targets& in = policy.include_targets;
    switch (policy.target_kind) {
      case TargetKind::kUserAction:
        facts.target_kind = TargetKind::kUserAction;
        facts.target = names::action(random_.of(in.members));
        facts.app_groups.clear();
        return;
      case TargetKind::kAuthContext:
        facts.target_kind = TargetKind::kAuthContext;
        facts.target = names::context(random_.of(in.members));
        facts.app_groups.clear();
        return;
      case TargetKind::kApp:
        break;
    }
    if (!in.members.empty()) {
      set_app(random_.of(in.members));
    } else if (!in.app_groups.empty()) {
      set_app(random_.of(in.app_groups) + 2 * static_cast<Id>(random_.below(4)));
    }
    while (!policy.exclude_targets.members.empty() &&
           facts.target == names::app(policy.exclude_targets.members.front())) {
      set_app(static_cast<Id>(random_.below(shape_.pools.apps)));
    }
  }

  void meet_masks(const Conditions& c) {
    pick(facts.platform, c.platforms, kPlatformCount);
    pick(facts.client, c.clients, kClientAppCount);
    pick(facts.sign_in_risk, c.sign_in_risk, kRiskCount);
    pick(facts.user_risk, c.user_risk, kRiskCount);
    pick(facts.transfer_method, c.transfer, kTransferMethodCount);
    if (c.trust != Conditions::kAny) {
      facts.device.registered = true;
      pick(facts.device.trust, c.trust, kDeviceTrustCount);
    }
    if (c.compliance == Compliance::kTrue) {
      facts.device.registered = true;
      facts.device.compliant = Tristate::kTrue;
    } else if (c.compliance == Compliance::kNotTrue) {
      facts.device.compliant = random_.chance(500) ? Tristate::kAbsent : Tristate::kFalse;
    }
  }

  void meet_places(const Conditions& c) {
    if (!c.locations_in.empty()) {
      go_to(random_.of(c.locations_in));
    } else if (!c.locations_out.empty()) {
      go_nowhere();
    }
  }

  void break_one(const Policy& policy, int which) {
    const Conditions& c = policy.conditions;
    const auto other = [](std::uint8_t mask) { return static_cast<std::uint8_t>(~mask); };
    switch (which) {
      case 1:
        pick(facts.platform, other(c.platforms), kPlatformCount);
        return;
      case 2:
        pick(facts.client, other(c.clients), kClientAppCount);
        return;
      case 3:
        facts.sign_in_risk = facts.user_risk = Risk::kNone;
        return;
      case 4:
        if (c.locations_in.empty()) {
          go_to(random_.of(c.locations_out));
        } else {
          go_nowhere();
        }
        return;
      case 5:
        facts.device = DeviceFacts{};
        return;
      case 6:
        meet(*c.expression, false);
        return;
      default:
        // Out of what the policy includes: another app, or into what it excludes.
        if (!policy.exclude.groups.empty()) {
          join(names::group(policy.exclude.groups.front()));
        } else if (policy.target_kind == TargetKind::kApp) {
          set_app(static_cast<Id>(shape_.pools.apps - 1));
        }
        return;
    }
  }

  const Shape& shape_;
  Random& random_;
};

}  // namespace

void make_sign_ins(Workload& workload, const Shape& shape, const WorkloadOptions& options,
                   Random& random) {
  SignInMaker maker(workload, shape, random);
  for (std::size_t i = 0; i < options.sign_ins; ++i) {
    const std::size_t kind = random.below(1000);
    const Policy* policy = workload.policies.empty()
                               ? nullptr
                               : &workload.policies[random.below(workload.policies.size())];
    if (policy == nullptr || policy->state != PolicyState::kOn ||
        kind >= options.hits + options.near_misses) {
      maker.background();
    } else {
      maker.meeting(*policy);
      if (kind >= options.hits) {
        maker.miss_one(*policy);
      }
    }
    workload.sign_ins.push_back(maker.take());
  }
}

}  // namespace gate::bench
