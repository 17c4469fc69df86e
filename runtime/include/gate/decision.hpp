#pragma once

#include <array>
#include <cstdint>
#include <gate/vocabulary.hpp>
#include <string_view>

namespace gate {

/// Zero is the strict one: a value that was never set blocks.
enum class Outcome : std::uint8_t { kBlock = 0, kChallenge = 1, kAllow = 2 };
[[nodiscard]] std::string_view name(Outcome value) noexcept;

/// Distinct requirements ("any of these controls") that one policy set may hold.
inline constexpr std::size_t kClausesMax = 256;

/// Numbers of clauses of a policy set; PolicySet::clause(i) tells what they ask for.
struct ClauseSet {
  std::array<std::uint64_t, kClausesMax / 64> words{};
  [[nodiscard]] constexpr bool empty() const {
    return (words[0] | words[1] | words[2] | words[3]) == 0;
  }
  [[nodiscard]] constexpr bool contains(std::size_t i) const {
    return ((words[i / 64] >> (i % 64)) & 1U) != 0;
  }
  constexpr void add(std::size_t i) { words[i / 64] |= std::uint64_t{1} << (i % 64); }
  constexpr void add_all(const ClauseSet& o) {
    for (std::size_t w = 0; w < words.size(); ++w) {
      words[w] |= o.words[w];
    }
  }
  friend constexpr bool operator==(const ClauseSet&, const ClauseSet&) = default;
};

enum class PersistentBrowser : std::uint8_t { kUnset = 0, kAlways = 1, kNever = 2 };
enum class CloudAppSecurity : std::uint8_t {
  kUnset = 0,
  kMonitorOnly = 1,
  kConfigured = 2,
  kBlockDownloads = 3
};
enum class AccessEvaluation : std::uint8_t {
  kUnset = 0,
  kDisabled = 1,
  kStrictEnforcement = 2,
  kStrictLocation = 3
};

/// What governs the session once it exists. Merged to the stricter value (conditional-access 2.9):
/// shortest frequency, never over always, larger enumerator over smaller, flags by or.
struct SessionControls {
  static constexpr std::uint32_t kNoFrequency = 0xFFFFFFFF;
  static constexpr std::uint32_t kEveryTime = 0;
  enum Flag : std::uint8_t {
    kAppEnforcedRestrictions = 1,
    kDisableResilience = 2,
    kSecureSignInSession = 4,
    kRevokeAll = 8,
    kForbidChannelsOnDevice = 16,
    kFilteringProfile = 32,  ///< a Global Secure Access filtering profile; which: in the policy
    kNetworkAccessSecurity = 64,  ///< a network access security policy; which: in the policy
  };
  std::uint32_t sign_in_frequency_s = kNoFrequency;    ///< both factors
  std::uint32_t secondary_frequency_s = kNoFrequency;  ///< second factor only
  PersistentBrowser persistent_browser = PersistentBrowser::kUnset;
  CloudAppSecurity cloud_app_security = CloudAppSecurity::kUnset;
  AccessEvaluation access_evaluation = AccessEvaluation::kUnset;
  std::uint8_t flags = 0;

  /// Takes the stricter of each pair. Commutative, associative, idempotent.
  constexpr void merge(const SessionControls& o) {
    const auto less = [](auto a, auto b) { return a < b ? a : b; };
    const auto more = [](auto a, auto b) { return a < b ? b : a; };
    sign_in_frequency_s = less(sign_in_frequency_s, o.sign_in_frequency_s);
    secondary_frequency_s = less(secondary_frequency_s, o.secondary_frequency_s);
    persistent_browser = more(persistent_browser, o.persistent_browser);
    cloud_app_security = more(cloud_app_security, o.cloud_app_security);
    access_evaluation = more(access_evaluation, o.access_evaluation);
    flags = static_cast<std::uint8_t>(flags | o.flags);
  }
  friend constexpr bool operator==(const SessionControls&, const SessionControls&) = default;
};

/// Why. Stable numbers; `name()` gives the spelling used in audit rows and JSON.
enum class ReasonCode : std::uint16_t {
  kNone = 0,
  kNoPolicySet = 1,      ///< nothing loaded: refused
  kRequestRejected = 2,  ///< the request broke a limit or was malformed; detail = RequestFault
  kPolicyBlocks = 3,     ///< `policy` applies and blocks
  kDefaultDeny = 4,      ///< no policy applies and the set says `default deny`
  kControlUnmet = 5,     ///< `policy` asks for clause `detail`, which is not met
  kReauthenticate = 6,   ///< a factor is older than the sign-in frequency of `policy`
  kUnknownSignal =
      7,            ///< `policy` counts as applying because a signal is absent; detail = fact slot
  kControlMet = 8,  ///< `policy` asks for clause `detail`, which is met
  kNoPolicyApplies = 9,  ///< allowed because nothing asks for anything
  kFactRefused = 10,     ///< `policy` needs a fact that is absent (detail), and a missing one
                         ///< refuses access: the position of the authenticator app
  kCannotRegister = 11,  ///< `policy` asks for clause `detail`; the user has no method for it and
                         ///< may not register one now
};
[[nodiscard]] std::string_view name(ReasonCode code) noexcept;

/// What was wrong with a request that was rejected before any policy was looked at.
enum class RequestFault : std::uint16_t {
  kNone = 0,
  kTooManyPrincipals,  ///< more than kPrincipalsMax groups and roles
  kMalformedIp,
  kMalformedCountry,
  kEnumOutOfRange,
  kSignalTypeMismatch,  ///< a declared signal came with another type
  kStringTooLong,
  kTooManyFacts,
  kNumberOutOfRange,  ///< `now` beyond the years 1..9999, or a negative session age
  kMalformedText,     ///< a text is not UTF-8
  kForeignNumbers,    ///< numbers of names, or a bound principal, of another policy set or user
};
[[nodiscard]] std::string_view name(RequestFault fault) noexcept;

struct Reason {
  static constexpr std::uint32_t kNoPolicy = 0xFFFFFFFF;
  ReasonCode code = ReasonCode::kNone;
  std::uint16_t detail = 0;
  std::uint32_t policy = kNoPolicy;  ///< PolicySet::policy(i)
  friend constexpr bool operator==(const Reason&, const Reason&) = default;
};

/// The part of a Decision that says how to go on, and nothing of why. A value; default-made it
/// blocks.
struct Verdict {
  Outcome outcome = Outcome::kBlock;
  bool reauthenticate = false;   ///< as in Decision
  std::uint16_t error_code = 0;  ///< as in Decision
  ClauseSet unmet;  ///< as in Decision on a challenge; empty on a block and on an allow

  friend constexpr bool operator==(const Verdict&, const Verdict&) = default;
};

/// What a policy set says of one sign-in. A value; default-made it blocks.
struct Decision {
  static constexpr std::size_t kReasonsMax = 8;

  Outcome outcome = Outcome::kBlock;
  std::uint8_t reason_count = 0;
  std::uint16_t error_code = 0;  ///< AADSTS-style number of a block: 53000 53001 53002 53003 53004
                                 ///< 53009; 0 otherwise
  bool reauthenticate = false;   ///< part of the challenge: do the stale factors again
  std::uint32_t applied_count = 0;  ///< policies that apply
  MethodSet second_factors;  ///< on challenge: each of these alone, added to what is done, leaves
                             ///< nothing unmet that a method can meet
  ClauseSet required;        ///< every clause asked for by applied policies
  ClauseSet unmet;           ///< those not yet met
  SessionControls session;
  std::uint64_t generation =
      0;  ///< of the Evaluator that decided; 0 when decided by a PolicySet directly
  std::array<Reason, kReasonsMax> reasons{};  ///< strictest first; the rest through explain()

  friend constexpr bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace gate
