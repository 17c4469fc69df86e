#pragma once

#include <array>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <gate/vocabulary.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A synthetic tenant as plain structs. The generator fills it; `gate_text` writes it as policy
/// files, `json_export` as JSON for the peers, and the baselines decide straight from it. It shares
/// nothing with the compiler, so an agreement between the two says something.
namespace gate::bench {

/// Numbers of names; `Names` spells them.
using Id = std::uint32_t;

/// Who. The parts are alternatives. All vectors sorted.
struct Principals {
  bool all = false;
  std::uint8_t guests = 0;  ///< bits of UserKind, from any tenant
  std::vector<Id> users, groups, roles;
  [[nodiscard]] bool empty() const {
    return !all && guests == 0 && users.empty() && groups.empty() && roles.empty();
  }
};

/// On what. `members` are apps, user actions or contexts, by the policy's kind of target.
struct Targets {
  bool all = false;
  std::vector<Id> members;     ///< sorted
  std::vector<Id> app_groups;  ///< sorted; apps only
  [[nodiscard]] bool empty() const { return !all && members.empty() && app_groups.empty(); }
};

enum class Compliance : std::uint8_t { kAny, kTrue, kNotTrue };
enum class TextTest : std::uint8_t { kEquals, kStartsWith, kContains };

/// One test of a condition that is more than a conjunction.
struct Leaf {
  enum class What : std::uint8_t {
    kAmountAbove,        ///< `value`; unknown when the amount is absent
    kFailuresAtLeast,    ///< `value`; 0 when absent
    kNewPayee,           ///< false when absent
    kSignInRiskAtLeast,  ///< `value` = Risk
    kUserRiskAtLeast,    ///< `value` = Risk
    kPlatformIs,         ///< `value` = Platform
    kLocationIn,         ///< `value` = location
    kInGroup,            ///< `value` = group
    kAppIs,              ///< `value` = app
    kReportedLost,
    kMethodDone,  ///< `value` = Method
  };
  What what = What::kNewPayee;
  std::int64_t value = 0;
};

/// A boolean expression in Kleene's three values.
struct Expression {  // NOLINT(misc-no-recursion): holds its children
  enum class Kind : std::uint8_t { kLeaf, kAnd, kOr, kNot };
  Kind kind = Kind::kLeaf;
  Leaf leaf;
  std::vector<Expression> children;
};

/// Everything that stands behind `when`, in conjunction. A mask has one bit per enumerator.
struct Conditions {
  static constexpr std::uint8_t kAny = 0xFF;
  std::uint8_t platforms = kAny;
  std::uint8_t clients = kAny;
  std::uint8_t sign_in_risk = kAny;
  std::uint8_t user_risk = kAny;
  std::uint8_t transfer = kAny;
  std::uint8_t trust = kAny;
  Compliance compliance = Compliance::kAny;
  std::vector<Id> locations_in;   ///< any of these; empty = no condition
  std::vector<Id> locations_out;  ///< none of these
  std::optional<TextTest> model_test;
  std::string model;  ///< lower case; device.model is compared without case
  std::optional<Expression> expression;
};

struct Session {
  static constexpr std::uint32_t kNone = SessionControls::kNoFrequency;
  std::uint32_t frequency_s = kNone;  ///< 0 = every time
  PersistentBrowser browser = PersistentBrowser::kUnset;
  [[nodiscard]] bool empty() const {
    return frequency_s == kNone && browser == PersistentBrowser::kUnset;
  }
};

struct Policy {
  PolicyState state = PolicyState::kOn;
  Principals include, exclude;
  TargetKind target_kind = TargetKind::kApp;
  Targets include_targets, exclude_targets;
  Conditions conditions;
  bool block = false;
  std::vector<Id> clauses;  ///< all of these entries of clause_table(); sorted; none with `block`
  Session session;
};

/// A place by address or by country. Addresses are IPv4.
struct Location {
  struct Range {
    std::uint32_t address = 0;
    std::uint8_t prefix = 32;
  };
  bool trusted = false;
  std::vector<Range> ranges;
  std::vector<std::string> countries;
};

/// What a grant may ask for: controls of which one suffices.
struct ClauseSpec {
  std::string_view text;         ///< as PolicySet::clause() prints it
  std::string_view requirement;  ///< as it stands behind `require`
  std::string_view in_list;      ///< as a member of `all of (…)`; empty where it cannot be one
  std::uint16_t vouched = 0;     ///< ControlKinds that suffice when vouched for
  bool compliant = false;        ///< a compliant device suffices
  bool hybrid = false;           ///< a hybrid joined device suffices
  bool terms = false;            ///< consent to kTermsName suffices
  bool interactive = false;      ///< a prompt can meet it
  std::span<const std::uint32_t> combinations;  ///< each a set of methods that suffices
};
/// The clauses that generated policies draw from, fewer than 64.
[[nodiscard]] std::span<const ClauseSpec> clause_table();
inline constexpr std::string_view kTermsName = "Visitors";

struct PoolSizes {
  std::size_t users = 0, groups = 0, roles = 0, apps = 0, locations = 0;
};

/// The whole workload.
struct Workload {
  std::uint64_t seed = 0;
  PoolSizes pools;
  std::vector<Location> locations;
  std::vector<Policy> policies;
  std::vector<SignInFacts> sign_ins;
};

/// Names as policies and requests spell them.
namespace names {
inline constexpr std::size_t kAppGroups = 2, kActions = 2, kContexts = 8, kRolesMax = 14;
[[nodiscard]] std::string user(Id id);
[[nodiscard]] std::string group(Id id);
[[nodiscard]] std::string_view role(Id id);
[[nodiscard]] std::string app(Id id);
[[nodiscard]] std::string_view app_group(Id id);
[[nodiscard]] std::string_view action(Id id);
[[nodiscard]] std::string context(Id id);       ///< "c1"
[[nodiscard]] std::string context_name(Id id);  ///< the declared name
[[nodiscard]] std::string location(Id id);
[[nodiscard]] std::string policy(std::size_t index);
}  // namespace names

/// Apps with even numbers below 8 belong to app group 0, odd ones to 1; the others to none.
[[nodiscard]] std::optional<Id> app_group_of(Id app);

}  // namespace gate::bench
