#pragma once

#include <gate/request.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// A name of a sign-in that no policy and no declaration of the set mentions.
struct UnknownName {
  std::string_view kind;  ///< "group", "role", "context", "app", "app group"
  std::string name;
  std::string near;      ///< a name that was perhaps meant; empty when none is near
  bool covered = false;  ///< an app, and policies on all apps (or `default deny`) decide about it
};

/// What a set knows of groups, roles, apps and contexts: what its policies and declarations name. A
/// misspelt name in a test or a command would otherwise let a sign-in pass without a word, since a
/// group that no policy names changes nothing. Users are not looked at.
class KnownNames {
 public:
  KnownNames(const ir::Program& program, std::span<const ast::File> files);
  /// In the order of the request.
  [[nodiscard]] std::vector<UnknownName> unknown_in(const SignInFacts& facts) const;

 private:
  using Names = std::set<std::string, std::less<>>;
  static void look_up(std::string_view kind, const std::string& name, const Names& known,
                      bool covered, std::vector<UnknownName>& out);
  Names groups_;
  Names roles_;
  Names apps_;
  Names app_groups_;
  Names contexts_;
  bool every_app_ = false;
};

}  // namespace gate::compiler::sema
