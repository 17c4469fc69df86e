#pragma once

#include <cstddef>

/// What one import may cost. Each bound has a message of its own and a test at it and one past it.
namespace gate::graph {

inline constexpr std::size_t kGraphFileBytesMax = std::size_t{16} << 20U;  ///< bytes of one file
inline constexpr std::size_t kGraphDepthMax = 32;        ///< nested arrays and objects
inline constexpr std::size_t kGraphObjectsMax = 20'000;  ///< policies, locations ... of one import
inline constexpr std::size_t kGraphFilesMax = 20'000;    ///< files of one import
inline constexpr std::size_t kGraphMembersMax = 10'000;  ///< strings of one list
inline constexpr std::size_t kGraphStringBytesMax = 3'072;  ///< bytes of one string that is kept
inline constexpr std::size_t kDeviceRuleBytesMax = 3'072;   ///< conditional-access 5
inline constexpr std::size_t kDeviceRuleDepthMax = 32;      ///< nested brackets and `-not`

}  // namespace gate::graph
