#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gate {

/// Limits of one request; beyond them the decision is a block with kRequestRejected.
inline constexpr std::size_t kFactBytesMax = 4096;  ///< any one string
inline constexpr std::size_t kFactsMax = 256;  ///< entries of any one span but groups and roles
inline constexpr std::size_t kListValuesMax = 1024;       ///< values of all lists together
inline constexpr std::int64_t kNowMin = -62'135'596'800;  ///< 0001-01-01, for `now_unix_s`
inline constexpr std::int64_t kNowMax = 253'402'300'799;  ///< 9999-12-31

/// What the sign-in is for. Exactly one kind: policies on apps never apply to a context, and the
/// other way round.
enum class TargetKind : std::uint8_t { kApp, kUserAction, kAuthContext };

/// A method done in this session, and how long ago in seconds. An age that is not known is too old
/// for every sign-in frequency and for every `completed.method <= 15m`.
struct CompletedMethod {
  static constexpr std::uint32_t kAgeUnknown = 0xFFFFFFFF;
  Method method = Method::kPassword;
  std::uint32_t age_s = kAgeUnknown;
};

/// A named string fact: "device.model", "user.department". Absent names are null.
struct StringFact {
  std::string_view name;
  std::string_view value;
};

/// A named list of strings: "device.physical_ids", "device.system_labels".
struct ListFact {
  std::string_view name;
  std::span<const std::string_view> values;
};

/// A declared `signal` and its value. A signal that is not given has its default or is unknown.
using SignalValue = std::variant<std::int64_t, bool, std::string_view>;
struct SignalFact {
  std::string_view name;
  SignalValue value;
};

/// A control that the caller vouches for: the device state is derived from `DeviceFacts`, these are
/// not.
struct SatisfiedControl {
  ControlKind kind = ControlKind::kMfa;
  std::string_view name;  ///< which terms of use or custom control; empty for the others
};

/// What is known of the device. `registered == false` makes every other field count as absent, but
/// not those that say otherwise.
struct DeviceFacts {
  bool registered = false;
  bool reported_lost = false;  ///< holds for unregistered devices too
  Tristate compliant = Tristate::kAbsent;
  Tristate managed = Tristate::kAbsent;
  DeviceTrust trust = DeviceTrust::kAbsent;
  DeviceOwnership ownership = DeviceOwnership::kAbsent;
  /// Seconds since the caller first saw this device; absent: unknown. Holds for unregistered
  /// devices too.
  std::optional<std::int64_t> first_seen_s;
};

/// Everything known about one sign-in. A plain view: it owns nothing, and must outlive the call
/// only. A default-made request is the sparsest one: no risk, no location, unknown client and
/// platform. Facts that are absent follow grammar/README.md "Absent facts" (conditional-access 2.4
/// and 3).
struct SignInRequest {
  Flow flow = Flow::kSignIn;

  std::string_view user;  ///< object id or user name, as policies spell it; compared byte by byte
  UserKind user_kind = UserKind::kMember;
  std::string_view external_tenant;          ///< home tenant of a guest; empty = unknown
  std::span<const std::string_view> groups;  ///< transitive membership, any order
  std::span<const std::string_view> roles;   ///< tenant-wide built-in roles

  TargetKind target_kind = TargetKind::kApp;
  std::string_view target;  ///< app, user action ("register_security_info") or context ("c1")
  std::span<const std::string_view> app_groups;  ///< groups that the app belongs to ("office365")

  ClientApp client = ClientApp::kUnknown;
  Platform platform = Platform::kUnknown;
  std::string_view
      ip;  ///< text form, v4 or v6; empty = unknown; malformed is an error, never "outside"
  std::string_view country;  ///< two letters; empty = the address maps to no country
  Risk sign_in_risk = Risk::kNone;
  Risk user_risk = Risk::kNone;
  Risk service_principal_risk = Risk::kNone;
  InsiderRisk insider_risk = InsiderRisk::kNone;
  TransferMethod transfer_method = TransferMethod::kNone;
  /// What the session began with, whatever it goes on with (conditional-access 2.10: protocol
  /// tracking). Policies on a flow look at both.
  TransferMethod original_transfer_method = TransferMethod::kNone;
  DeviceFacts device;

  std::span<const CompletedMethod> completed;
  std::span<const SatisfiedControl> satisfied;  ///< claims the session already carries
  std::optional<std::int64_t> session_age_s;
  std::optional<std::int64_t> now_unix_s;  ///< an input: no decision reads a clock
  std::span<const StringFact> strings;
  std::span<const ListFact> lists;
  std::span<const SignalFact> signals;
};

/// The same facts, owned: what a JSON document or a `given` block holds. Cheap to move.
struct SignInFacts {
  struct OwnedList {
    std::string name;
    std::vector<std::string> values;
  };
  struct OwnedSignal {
    std::string name;
    std::variant<std::int64_t, bool, std::string> value;
  };
  struct OwnedControl {
    ControlKind kind = ControlKind::kMfa;
    std::string name;
  };

  Flow flow = Flow::kSignIn;
  std::string user;
  UserKind user_kind = UserKind::kMember;
  std::string external_tenant;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  TargetKind target_kind = TargetKind::kApp;
  std::string target;
  std::vector<std::string> app_groups;
  ClientApp client = ClientApp::kUnknown;
  Platform platform = Platform::kUnknown;
  std::string ip;
  std::string country;
  Risk sign_in_risk = Risk::kNone;
  Risk user_risk = Risk::kNone;
  Risk service_principal_risk = Risk::kNone;
  InsiderRisk insider_risk = InsiderRisk::kNone;
  TransferMethod transfer_method = TransferMethod::kNone;
  TransferMethod original_transfer_method = TransferMethod::kNone;
  DeviceFacts device;
  std::vector<CompletedMethod> completed;
  std::vector<OwnedControl> satisfied;
  std::optional<std::int64_t> session_age_s;
  std::optional<std::int64_t> now_unix_s;
  std::vector<std::pair<std::string, std::string>> strings;
  std::vector<OwnedList> lists;
  std::vector<OwnedSignal> signals;
};

/// A deep copy of what a request says, for what outlives it. Allocates.
[[nodiscard]] SignInFacts own_facts(const SignInRequest& request);

/// A SignInRequest over owned facts, with the arrays of views that it needs. Keep both alive
/// together; the facts must not change while the view lives. Building one allocates.
class SignInView {
 public:
  explicit SignInView(const SignInFacts& facts);
  SignInView(const SignInView&) = delete;
  SignInView& operator=(const SignInView&) = delete;
  [[nodiscard]] const SignInRequest& request() const { return request_; }

 private:
  SignInRequest request_;
  std::vector<std::string_view> groups_;
  std::vector<std::string_view> roles_;
  std::vector<std::string_view> app_groups_;
  std::vector<SatisfiedControl> satisfied_;
  std::vector<StringFact> strings_;
  std::vector<std::string_view> list_values_;
  std::vector<ListFact> lists_;
  std::vector<SignalFact> signals_;
};

}  // namespace gate
