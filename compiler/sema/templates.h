#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler::sema {

/// The templates of a set, to be put into the policies that apply them before names and types are
/// looked at (grammar/README.md, "Templates"). A template cannot apply another, so expansion ends.
class Templates {
 public:
  /// Looks at the templates of `files`, which outlive this; reports mistakes in their heads.
  Templates(std::span<const ast::File> files, DiagnosticCollector& diagnostics);
  ~Templates();
  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

  /// If the policy applies a template it gets the sections of it with its parameters replaced.
  /// Mistakes of the application are reported where they stand; whatever is found later in an
  /// expanded section shows both places (ast::Policy::applied_at). Cost: linear in the result.
  void apply(ast::Policy& policy);
  /// What the last apply() took: the name of the template, then the parameters that were replaced,
  /// each behind a comma. Empty when it took none, or something was wrong.
  [[nodiscard]] const std::string& applied() const;
  /// Does to the marks what an apply() with this result would do.
  void mark(std::string_view applied);
  /// Reports templates and parameters that nothing uses. When all policies are through.
  void report_unused();

 private:
  class Expansion;
  std::unique_ptr<Expansion> expansion_;
};

/// All of this for trees that hold their policies; templates are removed from them.
void expand_templates(std::vector<ast::File>& files, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
