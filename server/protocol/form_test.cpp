#include "server/protocol/form.h"

#include <gtest/gtest.h>

namespace gate::server {
namespace {

TEST(Form, ReadsWhatTheClientsSend) {
  const auto form = Form::parse(
      "challenge_type=password+oob+redirect&attributes=%7B%22city%22%3A%22Lyon%22%7D&empty=&bare");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("challenge_type"), "password oob redirect");
  EXPECT_EQ(form->get("attributes"), R"({"city":"Lyon"})");
  EXPECT_EQ(form->find("empty"), "");
  EXPECT_EQ(form->find("bare"), "");
  EXPECT_EQ(form->find("absent"), std::nullopt);
}

TEST(Form, C8_AParameterGivenTwiceIsRefused) {
  EXPECT_FALSE(Form::parse("a=1&a=1"));
  EXPECT_FALSE(Form::parse("a=1&%61=2")) << "the same name in another spelling";
}

TEST(Form, C8_BrokenEncodingIsRefused) {
  for (const char* bad :
       {"a=%", "a=%4", "a=%4G", "a=%C3", "a=%C3%28", "a=%C0%AF", "a=%ED%A0%80", "a=%F5%80%80%80",
        "a=%00", "a=%0A", "a=%7F", "a=%C2%85", "=1", "%00=1", "a=\xFF"}) {
    EXPECT_FALSE(Form::parse(bad)) << bad;
  }
  EXPECT_TRUE(Form::parse("a=%C3%A9%E2%82%AC%F0%9F%94%92"));
}

TEST(Form, C8_LimitsHoldAtTheBoundAndOnePast) {
  EXPECT_TRUE(Form::parse("a=" + std::string(kFormBytesMax - 2, 'x')));
  EXPECT_EQ(Form::parse("a=" + std::string(kFormBytesMax - 1, 'x')).error().code,
            ErrorCode::kLimitExceeded);
  std::string many;
  for (std::size_t i = 0; i < kFormFieldsMax; ++i) {
    many += "p" + std::to_string(i) + "=1&";
  }
  EXPECT_TRUE(Form::parse(many));
  EXPECT_EQ(Form::parse(many + "last=1").error().code, ErrorCode::kLimitExceeded);
  EXPECT_TRUE(Form::parse(std::string(kFormNameBytesMax, 'n') + "=1"));
  EXPECT_FALSE(Form::parse(std::string(kFormNameBytesMax + 1, 'n') + "=1"));
}

TEST(Form, A8_ErrorsNameTheParameterAndNeverItsValue) {
  const auto twice = Form::parse("oob=12345678&oob=12345678");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("oob"), std::string::npos);
  EXPECT_EQ(twice.error().message.find("12345678"), std::string::npos);
}

TEST(Form, MediaTypeIsComparedWithoutParametersAndCase) {
  EXPECT_TRUE(is_form_media_type("application/x-www-form-urlencoded"));
  EXPECT_TRUE(is_form_media_type("Application/X-WWW-Form-Urlencoded ; charset=utf-8"));
  EXPECT_TRUE(is_form_media_type("application/x-www-form-urlencoded;charset=utf-8"));
  EXPECT_FALSE(is_form_media_type("application/x-www-form-urlencodedx"));
  EXPECT_FALSE(is_form_media_type("application/json"));
  EXPECT_FALSE(is_form_media_type(""));
}

TEST(Form, WordsAreSplitAtBlanksAndIfAskedAtCommas) {
  EXPECT_EQ(split_words(" oob  redirect ").size(), 2U);
  EXPECT_EQ(split_words("mfa_required,registration_required", " ,").size(), 2U);
  EXPECT_TRUE(split_words("").empty());
}

}  // namespace
}  // namespace gate::server
