#include "compiler/sema/workforce_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "compiler/sema/fact_schema.h"

namespace gate::compiler::sema {
namespace {

// conditional-access 5.
constexpr std::size_t kWorkforcePoliciesMax = 240;
constexpr std::size_t kExternalPoliciesMax = 200;
constexpr std::size_t kLocationsMax = 195;
constexpr std::size_t kRangesMax = 2'000;
constexpr std::size_t kRangesOfAllMax = 5'000;
constexpr std::uint8_t kShortestV4Prefix = 96 + 8;  // prefixes are in v6 terms
constexpr std::uint8_t kShortestV6Prefix = 8;
constexpr unsigned kContextsMax = 99;

bool is_word(const ast::Item& item, std::string_view wanted) {
  const ast::Name* word = ast::word_at(item, 0);
  return word != nullptr && word->text == wanted;
}

class WorkforceProfile {
 public:
  WorkforceProfile(const ast::Policy& policy, Lowering& lowering) : policy_(policy), l_(lowering) {
    if (policy.target) {
      look_at_target(policy.target->content);
    }
    if (policy.when) {
      look_at_condition(policy.when->content);
    }
  }

  void check() {
    if (policy_.grant && !policy_.grant->content.block) {
      password_change(policy_.grant->content.requirement.controls);
      registering_devices(policy_.grant->content.requirement.controls);
    }
    if (policy_.session && !all_apps_) {
      for (const ast::Item& item : policy_.session->content) {
        if (is_word(item, "persistent_browser")) {
          refuse(item.head, "`persistent_browser` for less than all apps");
        }
      }
    }
    if (action_ && policy_.state && is_word(policy_.state->content, "report_only")) {
      refuse(policy_.state->content.head, "`report_only` for a user action");
    }
    if (device_action_ && about_device_) {
      refuse(*about_device_, "a condition on clients or devices for `register_device`");
    }
  }

 private:
  void refuse(Span place, std::string_view what) {
    l_.diagnostics.report<Code::kPortalRefuses>(place, what);
  }

  void look_at_target(const std::vector<ast::Assignment>& sides) {
    for (const ast::Assignment& side : sides) {
      for (const ast::Item& item : side.items) {
        const auto found = l_.sets.targets(std::span(&item, 1), SetResolver::Modifiers::kAllowed);
        if (!found || side.exclude) {
          continue;
        }
        all_apps_ = all_apps_ || (found->all && found->kind == TargetKind::kApp);
        if (found->kind == TargetKind::kUserAction) {
          action_ = true;
          device_action_ = device_action_ || found->members.front() == "register_device";
        }
      }
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth, and `let` has no cycles
  void look_at_condition(const ast::Expr& expr) {
    for (const ast::Expr& operand : expr.operands) {
      look_at_condition(operand);
    }
    if (expr.kind != ast::ExprKind::kPath) {
      return;
    }
    if (const auto fact = find_fact(path_text(expr.path))) {
      about_user_risk_ = about_user_risk_ || fact->info->id == FactId::kUserRisk;
      const bool device =
          fact->info->id == FactId::kClient || fact->info->path.starts_with("device.");
      about_device_ = device && !about_device_ ? std::optional(expr.span) : about_device_;
    } else if (expr.path.size() == 1) {
      const Declared* declared = l_.symbols.find(expr.path.front().text);
      if (declared != nullptr && declared->let != nullptr && lets_.insert(declared).second) {
        look_at_condition(declared->let->value);
      }
    }
  }

  void password_change(const std::vector<ast::Item>& controls) {
    const auto change = std::ranges::find_if(
        controls, [](const ast::Item& item) { return is_word(item, "password_change"); });
    if (change == controls.end()) {
      return;
    }
    if (!about_user_risk_) {
      refuse(change->head, "`password_change` without a condition on `user_risk`");
    }
    if (!all_apps_) {
      refuse(change->head, "`password_change` for less than all apps");
    }
    for (const ast::Item& item : controls) {
      if (is_word(item, "compliant_device") || is_word(item, "hybrid_joined_device")) {
        refuse(item.head, "a device state beside `password_change`");
      }
    }
  }

  void registering_devices(const std::vector<ast::Item>& controls) {
    for (const ast::Item& item : controls) {
      if (device_action_ && !is_word(item, "mfa") && !is_word(item, "strength")) {
        refuse(item.head, "anything but `mfa` and a strength for `register_device`");
      }
    }
  }

  const ast::Policy& policy_;
  Lowering& l_;
  std::set<const Declared*> lets_;
  bool all_apps_ = false;
  bool action_ = false;
  bool device_action_ = false;
  bool about_user_risk_ = false;
  std::optional<Span> about_device_;
};

class TenantLimits {
 public:
  explicit TenantLimits(Lowering& lowering) : l_(lowering) {}

  void locations() {
    std::size_t count = 0;
    std::size_t all = 0;
    for (const Declared& each : l_.symbols.all()) {
      const Places* places = each.kind == NameKind::kLocations && each.set != nullptr
                                 ? l_.sets.places_of(each)
                                 : nullptr;
      const std::size_t ranges =
          places == nullptr ? 0 : places->ranges.size() + places->trusted_ranges.size();
      if (ranges == 0) {
        continue;
      }
      if (++count == kLocationsMax + 1) {
        exceeded(each.span, fmt::format("more than {} locations of addresses", kLocationsMax));
      }
      if (ranges > kRangesMax) {
        exceeded(each.span, fmt::format("more than {} ranges in one location", kRangesMax));
      }
      if (all <= kRangesOfAllMax && all + ranges > kRangesOfAllMax) {
        exceeded(each.span, fmt::format("more than {} ranges in all locations, so that changes of "
                                        "address are no longer noticed at once",
                                        kRangesOfAllMax));
      }
      all += ranges;
      wide_ranges(each, *places);
    }
  }

  void contexts() {
    for (const Declared& each : l_.symbols.all()) {
      if (each.context == nullptr) {
        continue;
      }
      const std::string_view id = each.context->id.value;
      unsigned number = 0;
      const char* end = id.data() + id.size();
      const bool fits = id.size() > 1 && id.front() == 'c' && id[1] != '0' &&
                        std::from_chars(id.data() + 1, end, number).ptr == end && number >= 1 &&
                        number <= kContextsMax;
      if (!fits) {
        exceeded(each.context->id.span, "a context other than c1 to c99");
      }
    }
  }

 private:
  void exceeded(Span place, std::string_view what) {
    l_.diagnostics.report<Code::kTenantLimit>(place, what);
  }

  void wide_ranges(const Declared& set, const Places& places) {
    for (const auto* ranges : {&places.ranges, &places.trusted_ranges}) {
      for (const ir::Cidr& range : *ranges) {
        const bool v4 = std::ranges::all_of(range.address.begin(), range.address.begin() + 10,
                                            [](std::uint8_t byte) { return byte == 0; }) &&
                        range.address[10] == 0xFF && range.address[11] == 0xFF;
        if (range.prefix <= (v4 ? kShortestV4Prefix : kShortestV6Prefix)) {
          exceeded(set.span, "a range with a prefix of /8 or shorter");
          return;
        }
      }
    }
  }

  Lowering& l_;
};

}  // namespace

void check_workforce_profile(const ast::Policy& policy, Lowering& lowering) {
  WorkforceProfile(policy, lowering).check();
}

void check_tenant_limits(Lowering& lowering) {
  TenantLimits limits(lowering);
  limits.locations();
  limits.contexts();
}

void check_policy_count(std::size_t count, Span policy, bool external,
                        DiagnosticCollector& diagnostics) {
  const std::size_t max = external ? kExternalPoliciesMax : kWorkforcePoliciesMax;
  if (count == max + 1) {
    diagnostics.report<Code::kTenantLimit>(policy, fmt::format("more than {} policies", max));
  }
}

}  // namespace gate::compiler::sema
