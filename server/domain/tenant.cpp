#include "server/domain/tenant.h"

#include <gate/export.hpp>

#include "server/domain/language.h"
#include "server/domain/settings.h"

namespace gate::server {

std::string_view name(SignUpMode mode) {
  switch (mode) {
    case SignUpMode::kClosed:
      return "closed";
    case SignUpMode::kCode:
      return "code";
    case SignUpMode::kPassword:
      return "password";
  }
  GATE_CHECK(false, "a sign-up of no mode");
}

std::string_view name(Answers answers) {
  switch (answers) {
    case Answers::kUniform:
      return "uniform";
    case Answers::kCompatible:
      return "compatible";
  }
  GATE_CHECK(false, "answers of no kind");
}

namespace {

Error wrong(const char* key, const std::string& what) {
  return {ErrorCode::kInvalidArgument, std::string(key) + ": " + what};
}

Result<void> check_methods(const TenantRules& rules, SignUpMode sign_up) {
  if (rules.first_factors.empty() || !kFirstFactors.contains_all(rules.first_factors)) {
    return wrong("first_factors", "name `password`, `email_otp` or both: no user could sign in");
  }
  if (!kSecondFactors.contains_all(rules.second_factors)) {
    return wrong("second_factors", "name any of `email_otp` and `sms_otp`");
  }
  const Method needed = sign_up == SignUpMode::kPassword ? Method::kPassword : Method::kEmailOtp;
  if (sign_up != SignUpMode::kClosed && !rules.first_factors.contains(needed)) {
    return wrong("sign_up", "`" + std::string(name(sign_up)) +
                                "` makes accounts that sign in by `" + std::string(name(needed)) +
                                "`, which is not among first_factors");
  }
  return {};
}

Result<void> check_lifetimes(const TenantLifetimes& lifetimes) {
  const struct {
    const char* name;
    Micros value;
    LifetimeBounds bounds;
  } each[] = {{"access_token_seconds", lifetimes.access_token, kAccessTokenLife},
              {"session_days", lifetimes.session, kSessionLife},
              {"email_code_seconds", lifetimes.email_code, kCodeLife},
              {"sms_code_seconds", lifetimes.sms_code, kCodeLife}};
  for (const auto& one : each) {
    if (one.value != 0 && (one.value < one.bounds.least || one.value > one.bounds.most)) {
      return wrong(one.name, "is out of its bounds");
    }
  }
  return {};
}

}  // namespace

Result<void> check(const TenantRules& rules, SignUpMode sign_up) {
  GATE_TRY_VOID(check_methods(rules, sign_up));
  GATE_TRY_VOID(check_lifetimes(rules.lifetimes));
  if (!rules.language.empty() && !is_language_tag(rules.language)) {
    return wrong("language", "write a language tag in lower case, such as `de` or `pt-br`");
  }
  return {};
}

}  // namespace gate::server
