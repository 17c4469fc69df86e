#pragma once

#include <array>
#include <cstdint>
#include <gate/vocabulary.hpp>

namespace gate::abi {

/// Numbers of facts that can be unknown, as reasons carry them: slots of the program, by kind.
inline constexpr std::uint16_t kIntFact = 0;
inline constexpr std::uint16_t kBoolFact = 64;
inline constexpr std::uint16_t kStringFact = 128;
inline constexpr std::uint16_t kNowFact = 192;
inline constexpr std::uint16_t kNoFact = 0xFFFF;

/// What the request says about the session so far: all that decide() needs of it.
struct DecisionFacts {
  static constexpr std::uint64_t kAgeUnknown = ~std::uint64_t{0};

  MethodSet done;
  std::uint32_t satisfied = 0;           ///< bits of ControlKind that the caller vouches for
  std::uint64_t oldest_s = 0;            ///< age that a sign-in frequency is held against; 0 = none
  std::uint64_t oldest_second_s = 0;     ///< the same for the second factor
  std::array<std::uint64_t, 4> terms{};  ///< accepted terms of use, bits of Program::names
  std::array<std::uint64_t, 4> custom{};  ///< satisfied custom controls
  bool compliant = false;
  bool hybrid_joined = false;
  /// False if no prompt can reach the user: legacy clients (conditional-access 2.4), B2B
  /// direct connect users (2.7), service principals.
  bool can_prompt = true;
  bool registers_security_info = false;  ///< the user action of that name
  bool registration_known = false;       ///< `registered` was given
  MethodSet registered;  ///< what the user could do now, without registering anything
};

}  // namespace gate::abi
