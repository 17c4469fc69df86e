#pragma once

#include <functional>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "runtime/ir/program.h"

namespace gate::ir {

/// Largest text form that parse_text reads, in bytes.
inline constexpr std::size_t kTextBytesMax = std::size_t{512} * 1024 * 1024;

enum class Sources : bool {
  kLeaveOut,  ///< the canonical form: what the digest is taken of. Layout of files and comments do
              ///< not change it
  kKeep,      ///< with descriptions, files and lines
};

/// The text form: one line per table entry. Equal programs print equal texts.
[[nodiscard]] std::string print_text(const Program& program, Sources sources);
/// The same, handed to `out` in pieces of whole lines, so that it need not exist at once.
void print_text(const Program& program, Sources sources,
                const std::function<void(std::string_view)>& out);

/// Reads what print_text wrote. Error{kInvalidArgument} "line:column: what was expected". The
/// result is not verified yet: see verify.h. Deterministic; cost linear in the text.
[[nodiscard]] Result<Program> parse_text(std::string_view text);

}  // namespace gate::ir
