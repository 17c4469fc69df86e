#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "runtime/ir/program.h"

/// The binary form of a Program: what a `.gateset` file carries (runtime/aot/policy_file.h). One
/// byte order (none: numbers are LEB128), the same description of every record as the text form.
namespace gate::ir {

/// Equal programs give equal bytes. Sources are kept. Cost linear.
[[nodiscard]] std::string encode_binary(const Program& program);

/// Reads what encode_binary wrote. Every count, number, enumerator, flag and string is checked
/// against the bytes that are left, its range, its vocabulary or UTF-8; nothing may follow. The
/// first fault is an Error{kCorrupt} "byte 17: a count of 99 with 3 bytes left". Indices between
/// tables are checked by verify(), which must be called next. Memory: at most about 60 times the
/// bytes, whatever they say.
[[nodiscard]] Result<Program> decode_binary(std::string_view bytes);

}  // namespace gate::ir
