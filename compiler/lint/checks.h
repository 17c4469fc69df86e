#pragma once

#include <span>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "runtime/ir/program.h"

/// What is correct to the letter and still hardly meant. One check per file; each is a pure
/// function of the compiled set that can only report. They run after a set has compiled without an
/// error; all but check_lockout() on request (CompileOptions::lints).
namespace gate::compiler::lint {

/// A set that compiled: the program and the text that it came from.
struct CheckedSet {
  const ir::Program& program;
  /// policies[i] is the text of program.policies[i], templates expanded.
  std::span<const ast::Policy* const> policies;
  std::span<const ast::File> files;
  const sema::Symbols& symbols;
  const SourceMap& sources;
};

/// G0430: only named users are covered, and the set does not decide about the others.
void check_reach(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0431: a policy that stops all users at all apps and excludes no account that could mend it.
/// Looked for in every set, so it needs no texts: names[i] is where program.policies[i] has its
/// name.
void check_lockout(const ir::Program& program, std::span<const Span> names,
                   DiagnosticCollector& diagnostics);
/// G0432, G0433: device conditions that no unregistered device can meet.
void check_unregistered_devices(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0434: members of an include that another member covers.
void check_shadowed_members(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0435: controls that another one implies.
void check_redundant_controls(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0436: session controls of two policies that meet in one sign-in and differ.
void check_competing_sessions(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0437: report-only policies that would change nothing.
void check_report_only(const CheckedSet& set, DiagnosticCollector& diagnostics);
/// G0438: named locations that share addresses or countries.
void check_overlapping_locations(const CheckedSet& set, DiagnosticCollector& diagnostics);

/// All of them. Cost: linear in the set, but for pairs of policies with session controls and of
/// report-only with enforced ones, of which at most kPairsMax are looked at.
inline constexpr std::size_t kPairsMax = 4'000'000;
void run_checks(const CheckedSet& set, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::lint
