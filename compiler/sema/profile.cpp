#include "compiler/sema/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/sema/fact_schema.h"

namespace gate::compiler::sema {
namespace {

constexpr std::string_view kProfile = "external_id";

/// Facts about clients, workloads, home tenants, roles and devices; but who holds a phone and
/// whether it was reported lost is ours to ask.
bool is_missing(const FactInfo& fact) {
  static constexpr FactId kMissing[] = {FactId::kClient,
                                        FactId::kServicePrincipalRisk,
                                        FactId::kInsiderRisk,
                                        FactId::kTransferMethod,
                                        FactId::kUserRoles,
                                        FactId::kUserTenant,
                                        FactId::kServicePrincipalAttribute};
  if (fact.id == FactId::kDeviceRegistered || fact.id == FactId::kDeviceReportedLost) {
    return false;
  }
  return fact.path.starts_with("device.") ||
         std::ranges::find(kMissing, fact.id) != std::end(kMissing);
}

class ExternalProfile {
 public:
  explicit ExternalProfile(Lowering& lowering) : l_(lowering) {}

  void policy(const ast::Policy& policy) {
    if (policy.users) {
      users(policy.users->content);
    }
    if (policy.target) {
      target(policy.target->content);
    }
    if (policy.when) {
      condition(policy.when->content);
    }
    if (policy.grant && !policy.grant->content.block) {
      controls(policy.grant->content.requirement.controls);
    }
    if (policy.session) {
      session(policy.session->content);
    }
  }

 private:
  void refuse(Span place, std::string_view what) {
    l_.diagnostics.report<Code::kOutsideProfile>(place, what, kProfile);
  }

  void users(const std::vector<ast::Assignment>& sides) {
    for (const ast::Assignment& side : sides) {
      for (const ast::Item& item : side.items) {
        const auto who = l_.sets.users(std::span(&item, 1), SetResolver::Modifiers::kAllowed);
        if (!who) {
          continue;
        }
        const bool workloads = who->all_service_principals || !who->guests.empty() ||
                               std::ranges::any_of(who->members, [](const auto& member) {
                                 return member.kind != Principals::Kind::kUser &&
                                        member.kind != Principals::Kind::kGroup;
                               });
        if (!side.exclude && (!who->members.empty() || workloads)) {
          refuse(item.head, "including anybody but `all`");
        } else if (workloads) {
          refuse(item.head, "excluding anybody but users and groups");
        }
      }
    }
  }

  void target(const std::vector<ast::Assignment>& sides) {
    for (const ast::Assignment& side : sides) {
      for (const ast::Item& item : side.items) {
        const auto found = l_.sets.targets(std::span(&item, 1), SetResolver::Modifiers::kAllowed);
        if (found && found->kind == TargetKind::kUserAction) {
          refuse(item.head, "a user action");
        } else if (found && !found->groups.empty()) {
          refuse(item.head, "a group of Microsoft's apps");
        }
      }
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth, and `let` has no cycles
  void condition(const ast::Expr& expr) {
    for (const ast::Expr& operand : expr.operands) {
      condition(operand);
    }
    if (expr.kind != ast::ExprKind::kPath) {
      return;
    }
    const auto fact = find_fact(path_text(expr.path));
    if (fact && is_missing(*fact->info)) {
      refuse(expr.span, fmt::format("`{}`", path_text(expr.path)));
    }
    if (!fact && expr.path.size() == 1) {
      const Declared* declared = l_.symbols.find(expr.path.front().text);
      if (declared != nullptr && declared->let != nullptr && lets_.insert(declared).second) {
        condition(declared->let->value);
      }
    }
  }

  void controls(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) {
      const ast::Name* word = ast::word_at(item, 0);
      if (word != nullptr && word->text != "mfa" && word->text != "password_change") {
        refuse(word->span, fmt::format("`{}`", word->text));
      }
    }
  }

  void session(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) {
      const ast::Name* word = ast::word_at(item, 0);
      if (word != nullptr && word->text != "revoke_all" &&
          word->text != "forbid_channels_on_device") {
        refuse(word->span, fmt::format("`{}`", word->text));
      }
    }
  }

  Lowering& l_;
  std::set<const Declared*> lets_;
};

}  // namespace

void check_external_profile(const ast::Policy& policy, Lowering& lowering) {
  ExternalProfile(lowering).policy(policy);
}

}  // namespace gate::compiler::sema
