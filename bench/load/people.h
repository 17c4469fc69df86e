#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::load {

/// What a generated person signs in with.
enum class Kind : unsigned char {
  kCode,         ///< a code by e-mail
  kPassword,     ///< e-mail and password
  kCodeSms,      ///< a code by e-mail, then one by SMS
  kPasswordSms,  ///< e-mail and password, then a code by SMS
};

/// The spelling on the command line: `code`, `password`, `code+sms`, `password+sms`.
[[nodiscard]] std::string_view name(Kind kind) noexcept;
[[nodiscard]] Result<Kind> parse_kind(std::string_view text);

/// Somebody to sign in.
struct Person {
  std::string username;
  std::string password;  ///< empty: signs in by a code
  std::string mailbox;   ///< where codes by e-mail go
  std::string phone;     ///< where codes by SMS go; empty: nowhere
};

/// Who there is, and where they knock.
struct People {
  std::string tenant_id;
  std::string client_id;
  std::vector<Person> persons;
};

/// Reads the file that `gated provision` took: its first tenant, that tenant's first client and its
/// users. Errors: kNotFound, kInvalidArgument.
[[nodiscard]] Result<People> read_people(const std::string& file);

/// A file for `gated provision` with `count` people of one kind, for a tenant and a client of its
/// own. Those with a second factor are in the group `second_factor_group`, which the policies in
/// force have to ask for one.
[[nodiscard]] std::string make_provisioning(Kind kind, std::size_t count,
                                            std::string_view second_factor_group);

}  // namespace gate::load
