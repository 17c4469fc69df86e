#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/attribute.h"

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

struct Tenant {
  std::string id;
  std::string name;
  std::string domain;
  AttributeSchema attributes{};  ///< what a sign-up collects
  SignUpMode sign_up = SignUpMode::kClosed;
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
