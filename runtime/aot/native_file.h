#pragma once

#include <array>
#include <cstdint>
#include <gate/policy_file.hpp>
#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "runtime/index/kernel_plan.h"

/// The `.gatec.so` file: a shared object, to whose end (which no loader looks at) are added
///
///   size  what
///      s  a `.gateset` without signature
///     88  footer: kNativeMagic (8), kKernelVersion (4), flags 0 (4), size of the shared object
///     (8),
///         s (8), SHA-256 of what the code was made for (32), reserved 0 (24)
///     32  SHA-256 of all bytes before it
///    104  only when signed: as in policy_file.h, over kNativeSignatureContext and the 32 bytes
///
/// The shared object exports kRowsSymbol (not for every set) and kResidualSymbol, needs no other
/// object, and has no initialisers.
namespace gate::aot {

inline constexpr std::string_view kNativeMagic = "GATENAT1";
inline constexpr std::string_view kElfMagic =
    "\x7F"
    "ELF";
inline constexpr std::size_t kFooterBytes = 88;
inline constexpr std::string_view kNativeSignatureContext = "gatehouse native policy set v1\n";
inline constexpr const char* kRowsSymbol = "gate_rows";
inline constexpr const char* kResidualSymbol = "gate_residual";
/// Goes up when generated code means something else by the same plan.
inline constexpr std::uint32_t kKernelVersion = 2;

/// What code was made for: the plan, and the memory that it reads by offset.
[[nodiscard]] std::array<std::uint8_t, 32> code_identity(const index::KernelPlan& plan);

/// Puts a file together. Errors as save_policy_set().
[[nodiscard]] Result<std::string> join_native_file(std::string_view shared_object,
                                                   const PolicySet& set,
                                                   const index::KernelPlan& plan,
                                                   const SaveOptions& options);

/// load_policy_set() for such a file.
[[nodiscard]] Result<std::shared_ptr<const PolicySet>> load_native_file(std::string_view file,
                                                                        const LoadOptions& options);

}  // namespace gate::aot
