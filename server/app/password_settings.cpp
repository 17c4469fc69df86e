#include "server/app/password_settings.h"

#include <utility>

namespace gate::server {
namespace {

Error of_key(const char* key, const Error& error, const char* hint) {
  return {error.code, std::string(key) + ": " + error.message + hint};
}

}  // namespace

Result<PasswordRules> load_password_rules(const Config& config) {
  PasswordRules rules;
  rules.min_length = static_cast<std::size_t>(config.passwords_min_length);
  rules.product_words = config.passwords_product_words;
  auto list = Blocklist::load(config.passwords_blocklist_file);
  if (!list) {
    return of_key("passwords.blocklist_file", list.error(),
                  "; the default is in the Debian package python3-zxcvbn");
  }
  rules.blocklist = std::move(*list);
  if (!config.passwords_breached_file.empty()) {
    auto breached = open_breached_passwords(config.passwords_breached_file);
    if (!breached) {
      return of_key("passwords.breached_file", breached.error(), "");
    }
    rules.breached = std::move(*breached);
  }
  return rules;
}

}  // namespace gate::server
