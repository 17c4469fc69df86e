#pragma once

#include <algorithm>
#include <cstdint>
#include <gate/compile.hpp>

namespace gate::compiler {

/// A half-open range of bytes in one file of the set. Lines and columns are computed only when
/// something is printed.
using Span = SourceSpan;

/// The `file` of a span that is about the set as a whole.
inline constexpr std::uint32_t kNoFile = 0xFFFFFFFF;

/// The smallest span that covers both; they must be of the same file.
[[nodiscard]] inline Span join(Span a, Span b) {
  return Span{a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

}  // namespace gate::compiler
