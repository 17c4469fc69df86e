#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// What a sign-in looks like to tables and machine code: everything that policies of one set can
/// ask, as numbers. Plain memory with a C layout that generated code reads by offset, so the order
/// of the members is part of the ABI of compiled sets.
namespace gate::abi {

/// Bytes that somebody else owns for as long as the bound request is used.
struct Text {
  const char* data;
  std::uint64_t size;
};
/// `count` std::string_views that somebody else owns.
struct TextList {
  const void* data;
  std::uint64_t count;
};

inline constexpr std::size_t kSlotCount = 64;           ///< ir::kSlotsMax
inline constexpr std::size_t kMembershipBits = 4096;    ///< ir::kMembershipsMax
inline constexpr std::size_t kMethodSlots = 32;         ///< bits of a MethodSet
inline constexpr std::size_t kTargetKeysMax = 258;      ///< app groups, the target, "all"
inline constexpr std::size_t kPrincipalKeysMax = 2052;  ///< groups and roles, user, "all", guest
/// The two highest bits of the context word say which policies are asked: exactly one is set.
inline constexpr std::uint64_t kEnforcedPlan = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kReportPlan = std::uint64_t{1} << 63;

/// Filled by index::Binding. Arrays are valid only as far as their count, presence bit or the
/// set's number of memberships says; the rest is never read. What every decision reads comes first:
/// two cache lines, and a third where a set asks for memberships.
struct alignas(64) BoundRequest {
  std::uint64_t context;  ///< ir/context.h, one bit in every field, and the plan
  /// Policies that include one of the request's principals and exclude none, in sets with rows.
  const std::uint64_t* principal_row;
  std::uint64_t int_present;
  std::uint64_t bool_present;
  std::uint64_t bool_value;
  std::uint64_t string_present;
  std::uint64_t list_present;
  std::uint32_t methods;  ///< done in this session, bits of MethodSet
  std::uint32_t target_count;
  std::int64_t now_s;
  std::uint32_t has_now;
  std::uint32_t target_keys[kTargetKeysMax];
  std::uint64_t membership[kMembershipBits / 64];  ///< sets of conditions that the request is in
  std::uint32_t method_age_s[kMethodSlots];  ///< of the newest; valid where `methods` has a bit
  std::int64_t int_value[kSlotCount];
  Text string_value[kSlotCount];
  TextList list_value[kSlotCount];
};
static_assert(std::is_standard_layout_v<BoundRequest> && std::is_trivial_v<BoundRequest>);

}  // namespace gate::abi
