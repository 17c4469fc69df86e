#include <algorithm>

#include "compiler/lint/checks.h"
#include "compiler/sema/resolve_sets.h"

namespace gate::compiler::lint {
namespace {

bool is_service(const sema::Principals::Member& member) {
  return member.kind == sema::Principals::Kind::kServicePrincipal;
}

template <typename T>
bool contains_all(const std::vector<T>& outer, const std::vector<T>& inner) {
  return std::ranges::all_of(inner,
                             [&](const T& each) { return std::ranges::count(outer, each) != 0; });
}

/// Everything that `inner` names is named by `outer`.
bool covers(const sema::Principals& outer, const sema::Principals& inner) {
  if ((inner.all_users && !outer.all_users) ||
      (inner.all_service_principals && !outer.all_service_principals)) {
    return false;
  }
  const auto covered = [&](const sema::Principals::Member& each) {
    return is_service(each)
               ? outer.all_service_principals || std::ranges::count(outer.members, each)
               : outer.all_users || std::ranges::count(outer.members, each);
  };
  const bool guests = outer.all_users || contains_all(outer.guests, inner.guests);
  return guests && std::ranges::all_of(inner.members, covered);
}

bool covers(const sema::Targets& outer, const sema::Targets& inner) {
  return outer.kind == inner.kind &&
         (outer.all || (!inner.all && contains_all(outer.members, inner.members) &&
                        contains_all(outer.groups, inner.groups)));
}

/// Reports each item that another one of the list covers. Equal ones are G0414's business.
template <typename Meaning>
void report_shadowed(const CheckedSet& set, const std::vector<const ast::Item*>& items,
                     const std::vector<Meaning>& meanings, DiagnosticCollector& diagnostics) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t k = 0; k < items.size(); ++k) {
      const bool covered = i != k && !meanings[i].empty() && covers(meanings[k], meanings[i]);
      if (!covered || covers(meanings[i], meanings[k])) {
        continue;
      }
      diagnostics
          .report<Code::kShadowedMember>(items[i]->head, set.sources.text(items[i]->head),
                                         set.sources.text(items[k]->head))
          .related(items[k]->head, "this one covers it");
      break;
    }
  }
}

/// Pairs are compared, so long lists are left alone: they hold single people, not overlapping sets.
constexpr std::size_t kItemsMax = 200;

template <typename Meaning, typename Resolve>
void check_side(const CheckedSet& set,
                const std::optional<ast::Section<std::vector<ast::Assignment>>>& section,
                const Resolve& resolve, DiagnosticCollector& diagnostics) {
  if (!section) {
    return;
  }
  for (const bool exclude : {false, true}) {
    std::vector<const ast::Item*> items;
    std::vector<Meaning> meanings;
    for (const ast::Assignment& assignment : section->content) {
      for (const ast::Item& item : assignment.items) {
        if (assignment.exclude == exclude) {
          if (auto meaning = resolve(item)) {
            items.push_back(&item);
            meanings.push_back(std::move(*meaning));
          }
        }
      }
    }
    if (items.size() <= kItemsMax) {
      report_shadowed(set, items, meanings, diagnostics);
    }
  }
}

}  // namespace

void check_shadowed_members(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  DiagnosticCollector ignored;  // the set compiled: nothing new can be found
  sema::SetResolver resolver(set.symbols, ignored);
  const auto users = [&](const ast::Item& item) {
    return resolver.users({&item, 1}, sema::SetResolver::Modifiers::kAllowed);
  };
  const auto targets = [&](const ast::Item& item) {
    return resolver.targets({&item, 1}, sema::SetResolver::Modifiers::kAllowed);
  };
  for (const ast::Policy* policy : set.policies) {
    check_side<sema::Principals>(set, policy->users, users, diagnostics);
    check_side<sema::Targets>(set, policy->target, targets, diagnostics);
  }
}

}  // namespace gate::compiler::lint
