// Any bytes as lines: a list of common passwords, a user name, a display name, and the rest a
// password. Nothing crashes, and an accepted password obeys the rules.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/account/password_rules.h"
#include "server/domain/password_text.h"
#include "server/domain/unicode.h"

namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gate::server;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  PasswordRules rules;
  rules.blocklist = Blocklist::of(take_line(input));
  PasswordContext context;
  context.username = take_line(input);
  context.display_name = take_line(input);
  const auto fault = check_password(rules, input, context);
  require(fault.has_value());
  const auto normal = normal_password(input);
  if (!normal) {
    require(*fault == PasswordFault::kInvalid || *fault == PasswordFault::kTooLong);
    return 0;
  }
  require(*normal_password(*normal) == *normal);
  require(*check_password(rules, *normal, context) == *fault);
  if (*fault == PasswordFault::kNone) {
    const std::size_t length = code_points_in(*normal);
    require(length >= kPasswordLengthMin && length <= kPasswordLengthMax);
    require(!holds_control(*normal) && !rules.blocklist.holds(*fold(*normal)));
  }
  return 0;
}
