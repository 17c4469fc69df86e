#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "runtime/ir/canonical.h"
#include "runtime/ir/program.h"

namespace gate::compiler::sema {

/// What became of a policy, free of the place where it stands: numbers are those of one builder and
/// one Meanings, places count from its first byte.
struct Fragment {
  ir::Policy policy;                 ///< without its place; `id` empty when it has none of its own
  Span name;                         ///< of the name
  Span id;                           ///< of its own id; end == 0: it has none
  std::uint32_t line = 0;            ///< of the name, from the line of the policy
  std::vector<ir::SlotId> slots;     ///< that were asked for
  std::vector<std::uint32_t> needs;  ///< numbers of Meanings: it holds while they do
  std::vector<Diagnostic> diagnostics;
};

/// `place` is where the policy stands. Empty when a place in the fragment lies outside of it (a
/// template's, for instance): it is no such fragment.
[[nodiscard]] std::optional<std::string> encode(Fragment fragment, Span place);

/// Only the numbers of Meanings, which tell whether the rest may be used.
[[nodiscard]] std::vector<std::uint32_t> needs_of(std::string_view code);
/// The fragment as it is at `place`. Empty when `code` does not come from encode().
[[nodiscard]] std::optional<Fragment> decode(std::string_view code, Span place);

}  // namespace gate::compiler::sema
