#include "compiler/lint/overlap.h"

#include <algorithm>

#include "runtime/ir/reach.h"

namespace gate::compiler::lint {
namespace {

/// Both sorted.
bool share(const std::vector<ir::SymbolId>& a, const std::vector<ir::SymbolId>& b) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (*left == *right) {
      return true;
    }
    if (*left < *right) {
      ++left;
    } else {
      ++right;
    }
  }
  return false;
}

bool names_users(const ir::PrincipalSet& set) {
  return set.all_users || !set.guests.empty() || !set.members.empty();
}

}  // namespace

bool may_meet(const ir::PrincipalSet& a, const ir::PrincipalSet& b) {
  return (a.all_users && names_users(b)) || (b.all_users && names_users(a)) ||
         (a.all_service_principals && b.all_service_principals) ||
         (!a.guests.empty() && !b.guests.empty()) || share(a.members, b.members);
}

bool may_meet(const ir::TargetSet& a, const ir::TargetSet& b) {
  const auto names_any = [](const ir::TargetSet& set) { return set.all || !set.members.empty(); };
  const bool action = a.kind == TargetKind::kUserAction || b.kind == TargetKind::kUserAction;
  if (action && (ir::is_all_resources(a) || ir::is_all_resources(b))) {
    return names_any(a) && names_any(b);
  }
  return a.kind == b.kind &&
         ((a.all && names_any(b)) || (b.all && names_any(a)) || share(a.members, b.members));
}

}  // namespace gate::compiler::lint
