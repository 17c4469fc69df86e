#include "compiler/lint/checks.h"

namespace gate::compiler::lint {

void run_checks(const CheckedSet& set, DiagnosticCollector& diagnostics) {
  check_reach(set, diagnostics);
  check_unregistered_devices(set, diagnostics);
  check_shadowed_members(set, diagnostics);
  check_redundant_controls(set, diagnostics);
  check_competing_sessions(set, diagnostics);
  check_report_only(set, diagnostics);
  check_overlapping_locations(set, diagnostics);
}

}  // namespace gate::compiler::lint
