#pragma once

#include <array>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/vocabulary.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/ir/context.h"

/// Decision IR: the one meaning of a policy set. The compiler makes it; the interpreter, the index
/// tables, the native code and later the solver read it. Plain data, no behaviour; every index is
/// checked by `verify()` (runtime/ir/verify.h) before anybody uses it. It has a text form that
/// parses back (text.h).
namespace gate::ir {

/// Names that requests are compared with. One table for all kinds, sorted by (kind, name), no
/// duplicates.
enum class SymbolKind : std::uint8_t {
  kUser,
  kGroup,
  kRole,
  kTenant,
  kServicePrincipal,
  kApp,
  kAppGroup,
  kUserAction,
  kAuthContext,
};
using SymbolId = std::uint32_t;
struct Symbol {
  SymbolKind kind = SymbolKind::kUser;
  std::string name;
  friend bool operator==(const Symbol&, const Symbol&) = default;
};

/// Guests of these kinds (bits of UserKind), from these home tenants; no tenants = any tenant.
struct GuestSelector {
  std::uint8_t kinds = 0;
  std::vector<SymbolId> tenants;  ///< sorted
  friend bool operator==(const GuestSelector&, const GuestSelector&) = default;
};

/// Who. Matches when any part does: the parts of an include or an exclude are alternatives.
struct PrincipalSet {
  bool all_users = false;               ///< every user, guests too; never a service principal
  bool all_service_principals = false;  ///< every service principal of the tenant
  std::vector<SymbolId> members;        ///< users, groups, roles, service principals; sorted
  std::vector<GuestSelector> guests;
  friend bool operator==(const PrincipalSet&, const PrincipalSet&) = default;
};

/// What is signed in to. Members are apps and app groups, or user actions, or contexts: by `kind`.
struct TargetSet {
  TargetKind kind = TargetKind::kApp;
  bool all = false;               ///< every target of this kind
  std::vector<SymbolId> members;  ///< sorted
  friend bool operator==(const TargetSet&, const TargetSet&) = default;
};

/// A named location: address ranges (v4 mapped into v6) or countries. `trusted` holds for addresses
/// only.
struct Cidr {
  std::array<std::uint8_t, 16> address{};  ///< v4 as ::ffff:a.b.c.d; host bits are zero
  std::uint8_t prefix = 128;               ///< 0..128, in v6 terms
  friend auto operator<=>(const Cidr&, const Cidr&) = default;
};
struct Location {
  std::string name;
  bool trusted = false;
  std::vector<Cidr> ranges;                    ///< sorted
  std::vector<std::array<char, 2>> countries;  ///< upper case, sorted
  bool unknown_country = false;                ///< also addresses that map to no country
  friend bool operator==(const Location&, const Location&) = default;
};
/// Any of these locations (indices into Program::locations, sorted).
struct LocationSet {
  std::vector<std::uint32_t> locations;
  friend bool operator==(const LocationSet&, const LocationSet&) = default;
};

/// Apps and app groups, for `app in …` inside a condition.
struct AppSet {
  std::vector<SymbolId> members;  ///< sorted
  friend bool operator==(const AppSet&, const AppSet&) = default;
};

/// Any of `methods` was done in this session, at most `max_age_s` ago (0xFFFFFFFF = whenever).
struct MethodTest {
  MethodSet methods;
  std::uint32_t max_age_s = 0xFFFFFFFF;
  friend bool operator==(const MethodTest&, const MethodTest&) = default;
};

enum class CompareOp : std::uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };
struct IntTest {
  std::uint32_t slot = 0;  ///< Program::int_slots
  CompareOp op = CompareOp::kEq;
  std::int64_t constant = 0;
  friend bool operator==(const IntTest&, const IntTest&) = default;
};

/// String comparisons fold ASCII case (conditional-access 3). The negative forms are `not` in the
/// IR. Of an attribute with several values the test holds where it holds of one of them, and
/// kContains then asks for that value as a whole, as of any collection.
enum class StringOp : std::uint8_t { kEquals, kStartsWith, kEndsWith, kContains };
struct StringTest {
  std::uint32_t slot = 0;  ///< Program::string_slots
  StringOp op = StringOp::kEquals;
  std::vector<std::string> any_of;  ///< sorted, at least one
  friend bool operator==(const StringTest&, const StringTest&) = default;
};
/// Some element of the list equals one of these, ASCII case folded.
struct ListTest {
  std::uint32_t slot = 0;  ///< Program::list_slots
  std::vector<std::string> any_of;
  friend bool operator==(const ListTest&, const ListTest&) = default;
};

/// A time zone as data: from `utc_from_s` on, local = UTC + `offset_s`. Sorted; the first entry
/// starts at INT64_MIN.
struct Zone {
  std::string name;
  std::vector<std::pair<std::int64_t, std::int32_t>> transitions;
  friend bool operator==(const Zone&, const Zone&) = default;
};
/// Local weekday in `weekdays` (bit 0 = Monday) and local minute of day in [start, end); end <
/// start wraps past midnight and belongs to the weekday on which it began. start == end: the whole
/// day.
struct TimeTest {
  std::uint32_t zone = 0;
  std::uint8_t weekdays = 0x7F;
  std::uint16_t start_minute = 0;
  std::uint16_t end_minute = 0;
  friend bool operator==(const TimeTest&, const TimeTest&) = default;
};

/// The numbers of a request that conditions compare, by the name of their slot: ages in seconds,
/// and `now` in seconds since 1970.
enum class BuiltInNumber : std::uint8_t { kSessionAge, kDeviceFirstSeen, kNow };
inline constexpr std::array<std::string_view, 3> kBuiltInNumbers = {"session_age",
                                                                    "device.first_seen", "now"};

/// Facts that are not in the context word, bound by name. Those that are no signals are fields of
/// the request (kBuiltInNumbers, "device.model"); the others are declared signals.
struct IntSlot {
  std::string name;
  bool signal = true;
  bool has_default = false;
  std::int64_t default_value = 0;
  friend bool operator==(const IntSlot&, const IntSlot&) = default;
};
struct BoolSlot {
  std::string name;
  bool has_default = false;
  bool default_value = false;
  friend bool operator==(const BoolSlot&, const BoolSlot&) = default;
};
/// An attribute that has a list slot of the same name may hold several values: a request may give
/// it as text or as a list; of both the text counts.
struct StringSlot {
  std::string name;
  bool signal = true;  ///< signals: absent = unknown; attributes: absent = null (tests false, their
                       ///< negation true)
  bool has_default = false;
  std::string default_value;
  friend bool operator==(const StringSlot&, const StringSlot&) = default;
};

enum class Op : std::uint8_t {
#define GATE_IR_OP(id, text, operand) k##id,
#include "runtime/ir/decision_ir.def"
};

/// One node of a condition. Children come before their parents in Program::exprs, so there are no
/// cycles.
using ExprId = std::uint32_t;
struct Expr {
  Op op = Op::kTrue;
  std::uint32_t first = 0;  ///< first child in Program::operands, or the table index
  std::uint32_t count = 0;  ///< number of children
  std::uint64_t imm = 0;    ///< context bits of one fact
  friend bool operator==(const Expr&, const Expr&) = default;
};

/// A method that counts in certain models or from certain issuers only (conditional-access 1.5:
/// combinationConfigurations). In combinations it is a method of its own, with the bit
/// kMethodCount + its number in Program::restrictions; if it was done, `method` was done too.
/// Every list that is not empty must hold what was presented: facts "fido2.aaguid",
/// "x509.issuer_ski" (texts) and "x509.policy_oids" (list) of the request.
struct MethodRestriction {
  Method method = Method::kFido2;
  std::vector<std::string> aaguids;      ///< sorted, lower case; of fido2
  std::vector<std::string> issuer_skis;  ///< sorted, lower case; of certificates
  std::vector<std::string> policy_oids;  ///< sorted; of certificates
  friend bool operator==(const MethodRestriction&, const MethodRestriction&) = default;
};
inline constexpr std::size_t kRestrictionsMax = 32 - kMethodCount;
/// The bit of restriction `index` in a MethodSet.
[[nodiscard]] constexpr MethodSet restriction_bit(std::size_t index) {
  return MethodSet(1U << (kMethodCount + index));
}

/// An authentication strength: satisfied when one combination is contained in what was done.
/// strengths[0] is always the built-in one behind `mfa`, named "mfa".
struct Strength {
  std::string name;
  std::vector<MethodSet> combinations;  ///< sorted by bits, none contains another
  friend bool operator==(const Strength&, const Strength&) = default;
};

/// One grant control. `param`: index into strengths for kStrength (and 0 for kMfa), into `names`
/// for kTermsOfUse and kCustom; 0 otherwise.
struct Control {
  ControlKind kind = ControlKind::kMfa;
  std::uint32_t param = 0;
  friend auto operator<=>(const Control&, const Control&) = default;
};
/// Any one of these suffices. Sorted, at least one.
struct Clause {
  std::vector<Control> any_of;
  friend bool operator==(const Clause&, const Clause&) = default;
};

/// What a policy asks for once it applies. Interned: policies with equal effects share one.
/// Effects combine monotonically: more effects never ask for less.
struct Effect {
  bool block = false;                  ///< stands alone: no clauses
  std::vector<std::uint32_t> clauses;  ///< all of them; sorted
  SessionControls session;
  friend bool operator==(const Effect&, const Effect&) = default;
};

struct Policy {
  std::string id;
  std::string name;
  std::string description;
  PolicyState state = PolicyState::kOn;
  PrincipalSet include;
  PrincipalSet exclude;
  /// A policy has one kind of target; `exclude_targets` has the same kind. All apps are all
  /// resources, user actions too (ir/reach.h).
  TargetSet include_targets;
  TargetSet exclude_targets;
  ExprId condition = 0;
  std::uint32_t effect = 0;
  std::string source_file;
  std::uint32_t source_line = 0;
  /// Not empty: the compiler knows that it never applies, and why. Kept for explain.
  std::string never_applies;
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// The declared text that holds the country which the user's authenticator app reports; absent it
/// refuses access wherever a policy asks for it (conditional-access 2.4: GPS).
inline constexpr std::string_view kGpsCountrySignal = "gps_country";
/// The list of methods that the user has registered; absent: unknown, and nothing follows.
inline constexpr std::string_view kRegisteredMethods = "user.registered_methods";

/// Hard limits of a program; the compiler has a diagnostic for each, verify() refuses what exceeds
/// them.
inline constexpr std::size_t kPoliciesMax = 1'000'000;
inline constexpr std::size_t kSlotsMax = 64;  ///< per kind of slot
inline constexpr std::size_t kMembershipsMax =
    4096;  ///< principal, app and location sets used in conditions
inline constexpr std::size_t kExprDepthMax = 64;
inline constexpr std::size_t kPrincipalsMax =
    2048;  ///< groups + roles of one request (conditional-access 5)

struct Program {
  std::vector<Symbol> symbols;
  std::vector<Location> locations;
  std::vector<std::string> names;  ///< terms of use, custom controls
  std::vector<IntSlot> int_slots;
  std::vector<BoolSlot> bool_slots;
  std::vector<StringSlot> string_slots;
  std::vector<std::string> list_slots;
  std::vector<Zone> zones;
  std::vector<PrincipalSet> principal_sets;
  std::vector<AppSet> app_sets;
  std::vector<LocationSet> location_sets;
  std::vector<MethodTest> method_tests;
  std::vector<IntTest> int_tests;
  std::vector<StringTest> string_tests;
  std::vector<ListTest> list_tests;
  std::vector<TimeTest> time_tests;
  std::vector<Expr> exprs;
  std::vector<ExprId> operands;
  std::vector<MethodRestriction> restrictions;
  std::vector<Strength> strengths;
  std::vector<Clause> clauses;
  std::vector<Effect> effects;
  std::vector<Policy> policies;  ///< in the order of the sources; the order means nothing
  bool default_deny = false;
  friend bool operator==(const Program&, const Program&) = default;
};

}  // namespace gate::ir
