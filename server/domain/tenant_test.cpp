#include "server/domain/tenant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/domain/language.h"
#include "server/domain/settings.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;

std::string fault_of(const TenantRules& rules, SignUpMode sign_up = SignUpMode::kClosed) {
  const Result<void> checked = check(rules, sign_up);
  return checked ? std::string() : checked.error().message;
}

TEST(TenantRules, TheDefaultIsUsableWithEverySignUp) {
  for (const SignUpMode mode : kSignUpModes) {
    EXPECT_EQ(fault_of({}, mode), "");
  }
  EXPECT_FALSE(Tenant().reveals_names());
}

TEST(TenantRules, MethodsThatLeaveNoWayInAreRefused) {
  TenantRules rules;
  rules.first_factors = MethodSet();
  EXPECT_THAT(fault_of(rules), HasSubstr("first_factors"));
  rules.first_factors = MethodSet::of(Method::kSmsOtp);
  EXPECT_THAT(fault_of(rules), HasSubstr("first_factors"));
  rules.first_factors = MethodSet::of(Method::kPassword);
  EXPECT_EQ(fault_of(rules, SignUpMode::kPassword), "");
  EXPECT_THAT(fault_of(rules, SignUpMode::kCode), HasSubstr("`email_otp`"));
  rules.first_factors = MethodSet::of(Method::kEmailOtp);
  EXPECT_EQ(fault_of(rules, SignUpMode::kCode), "");
  EXPECT_THAT(fault_of(rules, SignUpMode::kPassword), HasSubstr("`password`"));
  rules.second_factors = MethodSet();
  EXPECT_EQ(fault_of(rules), "") << "a tenant may have no second factor at all";
  rules.second_factors = MethodSet::of(Method::kPassword);
  EXPECT_THAT(fault_of(rules), HasSubstr("second_factors"));
}

TEST(TenantRules, LifetimesStayWithinWhatTheServerAllows) {
  const struct {
    Micros TenantLifetimes::* member;
    LifetimeBounds bounds;
  } all[] = {{&TenantLifetimes::access_token, kAccessTokenLife},
             {&TenantLifetimes::session, kSessionLife},
             {&TenantLifetimes::email_code, kCodeLife},
             {&TenantLifetimes::sms_code, kCodeLife}};
  for (const auto& each : all) {
    const auto with = [&](Micros value) {
      TenantRules rules;
      rules.lifetimes.*each.member = value;
      return fault_of(rules);
    };
    EXPECT_EQ(with(0), "");
    EXPECT_EQ(with(each.bounds.least), "");
    EXPECT_EQ(with(each.bounds.most), "");
    EXPECT_NE(with(each.bounds.least - 1), "");
    EXPECT_NE(with(each.bounds.most + 1), "");
    EXPECT_NE(with(-1), "");
  }
}

TEST(TenantRules, OwnLifetimesReplaceThoseOfTheServer) {
  ServiceSettings settings;
  Tenant tenant;
  EXPECT_EQ(lifetimes_in(settings, tenant).access_token, settings.tokens.access_token);
  EXPECT_EQ(lifetimes_in(settings, tenant).session, settings.refresh_family_life);
  tenant.rules.lifetimes = {1, 2, 3, 4};
  EXPECT_EQ(lifetimes_in(settings, tenant), (TenantLifetimes{1, 2, 3, 4}));
  tenant.rules.lifetimes = {0, 0, 0, 4};
  EXPECT_EQ(lifetimes_in(settings, tenant).email_code, settings.email_code_life);
  EXPECT_EQ(lifetimes_in(settings, tenant).sms_code, 4);
}

TEST(LanguageTag, IsLowerCaseAndShort) {
  for (const char* good : {"de", "pt-br", "zh-hant-tw", "gsw", "de-1996", "sr-latn-x-a"}) {
    EXPECT_TRUE(is_language_tag(good)) << good;
    TenantRules rules;
    rules.language = good;
    EXPECT_EQ(fault_of(rules), "");
  }
  for (const char* bad : {"", "d", "DE", "de_at", "de-", "-de", "de--at", "deutsch", "../de",
                          "de/at", "de-aaaaaaaaa", "de-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    EXPECT_FALSE(is_language_tag(bad)) << bad;
  }
  TenantRules rules;
  rules.language = "DE";
  EXPECT_THAT(fault_of(rules), HasSubstr("language"));
}

TEST(LanguageTag, BecomesBroaderSubtagBySubtag) {
  EXPECT_EQ(broader_language("zh-hant-tw"), "zh-hant");
  EXPECT_EQ(broader_language("zh-hant"), "zh");
  EXPECT_EQ(broader_language("sr-x-a"), "sr");
  EXPECT_EQ(broader_language("zh"), "");
}

}  // namespace
}  // namespace gate::server
