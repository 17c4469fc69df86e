#pragma once

#include <cstdint>
#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

/// Sign-ins in the numbers of one policy set: for callers that see the same names again and again,
/// and turn each into a number once (PolicySet::number) instead of at every decision. Numbers hold
/// for policy sets of one digest. PolicySet::numbers() names them; a request that carries other
/// ones, or a number that the set has not given, is refused with kForeignNumbers.
namespace gate {

class PolicySet;
class PreparedPrincipal;

/// The number of a name in one policy set.
using NameNumber = std::uint32_t;
/// No policy of the set names it: only what includes everybody, or every app, can concern it.
inline constexpr NameNumber kUnnamed = 0xFFFFFFFF;

/// What a name is a name of. A name has a number of its own in each kind.
enum class NameKind : std::uint8_t {
  kUser,
  kGroup,
  kRole,
  kTenant,  ///< SignInRequest::external_tenant
  kServicePrincipal,
  kApp,
  kAppGroup,
  kUserAction,
  kAuthContext,
  kControl,    ///< terms of use and custom controls
  kSignal,     ///< SignInRequest::signals
  kAttribute,  ///< SignInRequest::strings
  kList,       ///< SignInRequest::lists
};

/// Where a sign-in comes from: the innermost range of addresses that the set knows, and a country.
struct PlaceNumber {
  std::uint32_t range = kUnnamed;
  std::uint32_t country = kUnnamed;
};

struct InternedControl {
  ControlKind kind = ControlKind::kMfa;
  NameNumber name = kUnnamed;  ///< of terms of use and custom controls
};
struct InternedString {
  NameNumber name = kUnnamed;
  std::string_view value;
};
struct InternedList {
  NameNumber name = kUnnamed;
  std::span<const std::string_view> values;
};
struct InternedSignal {
  NameNumber name = kUnnamed;
  SignalValue value;
};

/// A SignInRequest with numbers for names; else the same, but `user.email_domain` must be given in
/// `strings`. A plain view: it owns nothing. Spans may be in any order and hold doubles.
struct InternedRequest {
  std::uint64_t numbers = 0;  ///< PolicySet::numbers() of the set that gave them

  Flow flow = Flow::kSignIn;
  NameNumber user = kUnnamed;  ///< kUser; kServicePrincipal when user_kind says so
  UserKind user_kind = UserKind::kMember;
  NameNumber external_tenant = kUnnamed;
  std::span<const NameNumber> groups;
  std::span<const NameNumber> roles;

  TargetKind target_kind = TargetKind::kApp;
  NameNumber target = kUnnamed;  ///< kApp, kUserAction or kAuthContext, by target_kind
  std::span<const NameNumber> app_groups;

  ClientApp client = ClientApp::kUnknown;
  Platform platform = Platform::kUnknown;
  PlaceNumber place;  ///< PolicySet::place(): an unknown address and no country
  Risk sign_in_risk = Risk::kNone;
  Risk user_risk = Risk::kNone;
  Risk service_principal_risk = Risk::kNone;
  InsiderRisk insider_risk = InsiderRisk::kNone;
  TransferMethod transfer_method = TransferMethod::kNone;
  TransferMethod original_transfer_method = TransferMethod::kNone;
  DeviceFacts device;

  std::span<const CompletedMethod> completed;
  std::span<const InternedControl> satisfied;
  std::optional<std::int64_t> session_age_s;
  std::optional<std::int64_t> now_unix_s;
  std::span<const InternedString> strings;
  std::span<const InternedList> lists;
  std::span<const InternedSignal> signals;
};

/// A SignInRequest in the numbers of a set, with the arrays for it. Building one allocates; it is
/// for requests that are decided more than once, and as an example of how it is done. The
/// values of strings, lists and signals stay where they are in `request`.
class InternedSignIn {
 public:
  InternedSignIn(const PolicySet& set, const SignInRequest& request);
  ~InternedSignIn();
  InternedSignIn(InternedSignIn&&) noexcept;
  InternedSignIn& operator=(InternedSignIn&&) noexcept;

  /// Not kNone: the request is malformed, and request() one that every set refuses.
  [[nodiscard]] RequestFault fault() const noexcept;
  [[nodiscard]] const InternedRequest& request() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate
