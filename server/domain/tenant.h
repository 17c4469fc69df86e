#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <gate/vocabulary.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/attribute.h"
#include "server/ports/clock.h"

/// Plain values without behaviour. Each belongs to one tenant and refers to nothing of another
/// tenant.
namespace gate::server {

/// Whether new users may create accounts, and what such accounts sign in with. Stored: append only.
enum class SignUpMode : std::uint8_t {
  kClosed,    ///< accounts come from the operator alone
  kCode,      ///< a code to the mailbox
  kPassword,  ///< mailbox and password
};
inline constexpr SignUpMode kSignUpModes[] = {SignUpMode::kClosed, SignUpMode::kCode,
                                              SignUpMode::kPassword};
/// `closed`, `code` or `password`: the name in provisioning files.
[[nodiscard]] std::string_view name(SignUpMode mode);

/// What answers tell about the names that exist (C6).
enum class Answers : std::uint8_t {
  kUniform,     ///< known and unknown names get the same answers
  kCompatible,  ///< as Entra: an unknown name is told apart
};
inline constexpr Answers kAnswers[] = {Answers::kUniform, Answers::kCompatible};
/// `uniform` or `compatible`: the name in provisioning files.
[[nodiscard]] std::string_view name(Answers answers);

/// The methods that may begin a sign-in, and those that may be its second factor.
inline constexpr MethodSet kFirstFactors =
    MethodSet::of(Method::kPassword) | MethodSet::of(Method::kEmailOtp);
inline constexpr MethodSet kSecondFactors =
    MethodSet::of(Method::kEmailOtp) | MethodSet::of(Method::kSmsOtp);

/// The lifetimes that a tenant sets for itself. 0: that of the server.
struct TenantLifetimes {
  Micros access_token = 0;
  Micros session = 0;  ///< of new sessions
  Micros email_code = 0;
  Micros sms_code = 0;
  friend bool operator==(const TenantLifetimes&, const TenantLifetimes&) = default;
};

/// What a tenant decides for itself. The default is what a server without tenant rules does.
struct TenantRules {
  Answers answers = Answers::kUniform;
  MethodSet first_factors = kFirstFactors;
  MethodSet second_factors = kSecondFactors;
  TenantLifetimes lifetimes{};
  std::string language{};  ///< of messages whose reader names none; empty: that of the server
  friend bool operator==(const TenantRules&, const TenantRules&) = default;
};

/// Success, or kInvalidArgument with the provisioning key that is wrong, and why.
[[nodiscard]] Result<void> check(const TenantRules& rules, SignUpMode sign_up);

struct Tenant {
  std::string id;
  std::string name;
  std::string domain;
  AttributeSchema attributes{};  ///< what a sign-up collects
  SignUpMode sign_up = SignUpMode::kClosed;
  TenantRules rules{};

  /// True where a client may learn which names exist.
  [[nodiscard]] bool reveals_names() const { return rules.answers == Answers::kCompatible; }
};

struct Client {
  std::string tenant_id;
  std::string client_id;
  std::string name;  ///< for people
  std::vector<std::string> origins;
  bool trusted_signals = false;
  std::vector<std::string> scopes;  ///< what it may ask for: `<audience>/<scope>` of a resource
};

}  // namespace gate::server
