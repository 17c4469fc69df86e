// Any bytes as the body of a request that creates or changes an account, or asks for tokens: form,
// command, attributes, password rules. The first byte chooses the endpoint. Nothing crashes; what
// is accepted obeys the promises of its command, and what is not gets an error of the protocol.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/account/attributes.h"
#include "server/account/password_rules.h"
#include "server/domain/address.h"
#include "server/protocol/native_auth_v1/commands.h"

namespace {

using namespace gate::server;
using namespace gate::server::native_auth_v1;

constexpr std::size_t kCodeBytesMax = 32;
constexpr std::size_t kContextBytesMax = 64;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// A refusal is an error with a code, and gives nothing.
void check_refusal(const Answer& answer) {
  const std::string text = answer.to_text();
  require(text.find("error_codes") != std::string::npos);
  require(text.find("continuation_token") == std::string::npos);
  require(text.find("access_token") == std::string::npos);
}

void check_attributes_text(std::string_view json) {
  static const AttributeSchema kSchema = [] {
    AttributeSchema schema(2);
    schema[0].name = "displayName";
    schema[0].required = true;
    schema[1].name = "city";
    schema[1].max_length = 20;
    return schema;
  }();
  const auto checked = check_attributes(kSchema, json);
  if (checked) {
    require(json.size() <= kAttributesBytesMax);
    require(must_fit(kSchema, checked->values).has_value());
  }
}

void check_new_password(std::string_view password, std::string_view username) {
  static const PasswordRules kRules;
  const auto fault = check_password(kRules, password, {std::string(username), {}, "Nora", "Bank"});
  require(fault.has_value());
  require(*fault != PasswordFault::kNone || !password.empty());
}

void check_name(const std::string& username) {
  require(!username.empty() && normalize_email(username) == username);
}

struct Check {
  void operator()(const Answer& answer) const { check_refusal(answer); }
  void operator()(const StartSignUp& start) const {
    check_name(start.username);
    check_attributes_text(start.attributes);
    check_new_password(start.password, start.username);
  }
  void operator()(const StartReset& start) const { check_name(start.username); }
  void operator()(const RefreshTokens& refresh) const { check_context(refresh.auth_context); }
  void operator()(const FlowCommand& command) const {
    std::visit([this](const auto& one) { look(one); }, command);
  }

 private:
  static void check_context(std::string_view context) {
    require(context.size() <= kContextBytesMax);
  }
  static void look(const SubmitCode& code) {
    require(!code.code.empty() && code.code.size() <= kCodeBytesMax);
    check_context(code.wish.auth_context);
  }
  static void look(const ChoosePassword& chosen) {
    require(!chosen.password.empty());
    check_new_password(chosen.password, "nora@mail.example");
  }
  static void look(const GiveAttributes& given) {
    require(!given.json.empty());
    check_attributes_text(given.json);
  }
  static void look(const SubmitPassword& given) {
    require(!given.password.empty());
    check_context(given.wish.auth_context);
  }
  static void look(const RedeemFlow& redeemed) {
    require(redeemed.username.empty() || normalize_email(redeemed.username) == redeemed.username);
    check_context(redeemed.wish.auth_context);
  }
  template <typename Other>
  static void look(const Other& /*command*/) {}
};

void run(std::uint8_t endpoint, const Form& form) {
  const auto check = [](const auto& parsed) { std::visit(Check(), parsed); };
  switch (endpoint % 7) {
    case 0:
      return check(parse_sign_up_start(form));
    case 1:
      return check(parse_sign_up_continue(form));
    case 2:
      return check(parse_reset_start(form));
    case 3:
      return check(parse_reset_continue(form));
    case 4:
      return check(parse_reset_submit(form));
    case 5:
      return check(parse_token(form));
    default:
      return check(parse_refresh(form));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto form = Form::parse(body)) {
    run(data[0], *form);
  }
  return 0;
}
