#pragma once

#include <cstdint>

#include "runtime/abi/request_layout.h"

/// What code for one policy set is given and gives. Written by runtime/index, implemented by its
/// static executor and by generated code.
namespace gate::abi {

/// Truth as two bits: "may be true" and "may be false"; both is unknown. Kleene's `and` is
/// (t & t, f | f), `or` is (t | t, f & f), `not` swaps them: no branches.
inline constexpr std::uint32_t kTrue = 1;
inline constexpr std::uint32_t kFalse = 2;
inline constexpr std::uint32_t kUnknown = 3;

/// The two numbers that a leaf of a condition is about; which, depends on the kind of leaf
/// (index/leaves.h).
struct Constant {
  std::uint64_t a;
  std::uint64_t b;
};
/// What is left of a policy's condition once the context word has been looked at: a shape, and
/// where its constants begin.
struct Residual {
  std::uint32_t shape;
  std::uint32_t constants;
};

/// What generated code leaves to C++: tests of strings, lists and times, and residuals too large to
/// be generated. Reached by pointers, so that code needs no symbol of ours.
struct LeafCalls {
  using Leaf = std::uint32_t (*)(const BoundRequest* request, const void* leaves,
                                 std::uint64_t test);
  const void* leaves;
  Leaf text;
  Leaf list;
  Leaf time;
  const void* conditions;
  std::uint32_t (*residual)(const BoundRequest* request, const void* conditions,
                            const Residual* residual);
};

/// Tables of the row kernel. A row has one bit per policy; `words` is a multiple of four.
/// Rows of targets come in pairs: included, then excluded. Those of principals are no part of it:
/// what they let pass is found when the principals are bound (BoundRequest::principal_row).
struct RowTables {
  std::uint64_t words;
  const std::uint64_t* target_rows;   ///< [key][2][words]
  const std::uint64_t* context_rows;  ///< [bit of the context word][words]
  const std::uint64_t* residual_row;  ///< policies that have a residual
  const std::uint32_t* residual_of;   ///< [policy]
  const Residual* residuals;
  const Constant* constants;
  const LeafCalls* calls;
};

/// Fills `words` words each: the policies that apply, and those among them that apply only because
/// their condition is unknown.
using RowKernel = void (*)(const BoundRequest* request, const RowTables* tables,
                           std::uint64_t* applies, std::uint64_t* unknown);
/// The truth of one residual: kTrue, kFalse or kUnknown.
using ResidualKernel = std::uint32_t (*)(const BoundRequest* request, const Residual* residual,
                                         const Constant* constants, const LeafCalls* calls);

/// Code for one policy set. Either may be null: the static executor does that part.
struct Entries {
  RowKernel rows = nullptr;
  ResidualKernel residual = nullptr;
};

/// Longest row, and longest row that code is generated for: longer ones are combined in C++, which
/// is as fast where a row fills many registers.
inline constexpr std::uint32_t kRowWordsMax = 256;
inline constexpr std::uint32_t kCodeRowWordsMax = 16;

}  // namespace gate::abi
