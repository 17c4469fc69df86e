#include "server/app/provision_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <gate/export.hpp>

#include "server/account/attributes.h"
#include "server/account/repeated_key.h"
#include "server/app/json_place.h"
#include "server/config/config_keys.h"

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kDepthMax = 32;

Error malformed(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what)};
}

bool is_e164(std::string_view number) {
  return number.size() >= 8 && number.size() <= 16 && number.front() == '+' && number[1] != '0' &&
         std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void take_attribute(JsonPlace& at, AttributeSchema& schema) {
  AttributeDefinition attribute;
  attribute.name = at.required_text("name");
  const std::string type = at.word("type", {"string", "integer", "boolean", "multi_select"});
  attribute.type = parse_attribute_type(type).value_or(AttributeType::kString);
  attribute.required = at.flag("required", false);
  attribute.regex = at.text("regex");
  attribute.max_length = at.integer("max_length", attribute.max_length, 1, kAttributeLengthMax);
  attribute.choices = at.texts("choices");
  schema.push_back(std::move(attribute));
}

/// The methods that the list names, of those that are possible there; all of these when it is
/// absent.
MethodSet take_methods(JsonPlace& at, std::string_view key, MethodSet possible) {
  const bool given = at.has(key);
  MethodSet methods;
  for (const std::string& word : at.texts(key)) {
    const std::optional<Method> method = parse_method(word);
    if (!method || !possible.contains(*method)) {
      at.wrong(key, fmt::format("`{}` is not a method that can be used there", word));
      return possible;
    }
    methods.add(*method);
  }
  return given ? methods : possible;
}

/// A lifetime of the tenant, within the bounds of the key of the same name in `[sign_in]`.
Micros take_lifetime(JsonPlace& at, std::string_view key, Micros unit) {
  const std::span<const ConfigKey> keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [key](const ConfigKey& each) {
    return each.section == "sign_in" && each.key == key;
  });
  GATE_CHECK(found != keys.end(), "a lifetime of tenants has the name of a configuration key");
  const auto& bounds = std::get<IntegerKey>(found->kind);
  return at.integer(key, 0, bounds.min, bounds.max) * unit;
}

TenantRules take_rules(JsonPlace& at) {
  TenantRules rules;
  const std::string answers = at.word("answers", {"uniform", "compatible"});
  for (const Answers each : kAnswers) {
    rules.answers = answers == name(each) ? each : rules.answers;
  }
  rules.first_factors = take_methods(at, "first_factors", kFirstFactors);
  rules.second_factors = take_methods(at, "second_factors", kSecondFactors);
  rules.lifetimes = {.access_token = take_lifetime(at, "access_token_seconds", kMicrosPerSecond),
                     .session = take_lifetime(at, "session_days", kMicrosPerDay),
                     .email_code = take_lifetime(at, "email_code_seconds", kMicrosPerSecond),
                     .sms_code = take_lifetime(at, "sms_code_seconds", kMicrosPerSecond)};
  rules.language = at.text("language");
  return rules;
}

void take_tenant(JsonPlace& at, Provisioning& wanted) {
  Provisioning::Tenant tenant;
  tenant.id = at.required_text("id");
  tenant.name = at.required_text("name");
  tenant.domain = at.text("domain");
  at.each("attributes", [&](JsonPlace& each) { take_attribute(each, tenant.attributes); });
  const std::string sign_up = at.word("sign_up", {"closed", "code", "password"});
  for (const SignUpMode mode : kSignUpModes) {
    tenant.sign_up = sign_up == name(mode) ? mode : tenant.sign_up;
  }
  tenant.rules = take_rules(at);
  if (const auto usable = check(tenant.rules, tenant.sign_up); !usable) {
    at.wrong("", usable.error().message);
  }
  wanted.tenants.push_back(std::move(tenant));
}

void take_resource(JsonPlace& at, Provisioning& wanted) {
  Provisioning::Resource resource;
  resource.tenant_id = at.required_text("tenant_id");
  resource.name = at.required_text("name");
  resource.audience = at.required_text("audience");
  resource.scopes = at.texts("scopes");
  resource.contexts = at.texts("contexts");
  wanted.resources.push_back(std::move(resource));
}

void take_client(JsonPlace& at, Provisioning& wanted) {
  Provisioning::Client client;
  client.tenant_id = at.required_text("tenant_id");
  client.client_id = at.required_text("client_id");
  client.name = at.required_text("name");
  client.origins = at.texts("origins");
  client.scopes = at.texts("scopes");
  client.trusted_signals = at.flag("trusted_signals", false);
  wanted.clients.push_back(std::move(client));
}

void take_channel(JsonPlace& at, Provisioning::User& user) {
  Provisioning::Channel channel;
  const std::string kind = at.word("kind", {"email", "sms"});
  channel.kind = kind == "sms" ? ChannelKind::kSms : ChannelKind::kEmail;
  if (kind.empty()) {
    at.wrong("kind", "is required");
  }
  channel.address = at.required_text("address");
  const bool mail = channel.address.find('@') != std::string::npos;
  if (channel.kind == ChannelKind::kSms ? !is_e164(channel.address) : !mail) {
    at.wrong(
        "address",
        "must be an e-mail address, or for sms an international number (`+` and 7 to 15 digits)");
  }
  channel.verified = at.flag("verified", true);
  channel.preferred = at.flag("preferred", false);
  if (at.has("blocked")) {
    channel.blocked = at.flag("blocked", false);
  }
  user.channels.push_back(std::move(channel));
}

/// The clear-text password, empty when there is none.
std::string take_user(JsonPlace& at, Provisioning& wanted) {
  Provisioning::User user;
  user.tenant_id = at.required_text("tenant_id");
  user.id = at.required_text("id");
  user.username = at.required_text("username");
  user.display_name = at.text("display_name");
  std::string password = at.text("password");
  user.password_imported = at.flag("password_imported", false);
  user.groups = at.texts("groups");
  user.roles = at.texts("roles");
  user.language = at.text("language");
  if (at.has("first_factors")) {
    user.first_factors = take_methods(at, "first_factors", kFirstFactors);
  }
  user.kind = at.text("kind");
  user.sign_in_risk = at.word("sign_in_risk", {"none", "low", "medium", "high"});
  user.user_risk = at.word("user_risk", {"none", "low", "medium", "high"});
  user.enabled = at.flag("enabled", true);
  user.signals = at.plain_values("signals");
  user.attributes = at.named_texts("attributes");
  at.each("channels", [&](JsonPlace& channel) { take_channel(channel, user); });
  wanted.users.push_back(std::move(user));
  return password;
}

}  // namespace

Result<Provisioning> parse_provision_file(std::string_view text, const PasswordEncoder& encode) {
  if (text.size() > kFileBytesMax) {
    return malformed(fmt::format("the file is larger than {} bytes", kFileBytesMax));
  }
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code fault;
  const json::value document = json::parse({text.data(), text.size()}, fault, {}, options);
  if (fault) {
    return malformed(fmt::format("not JSON: {}", fault.message()));
  }
  if (const std::string repeated = repeated_key(text, kDepthMax); !repeated.empty()) {
    return malformed(fmt::format("an object holds the key `{}` twice", repeated));
  }
  Provisioning wanted;
  std::vector<std::string> passwords;
  std::string error;
  JsonPlace root(document, "", error);
  root.each("tenants", [&](JsonPlace& at) { take_tenant(at, wanted); });
  root.each("resources", [&](JsonPlace& at) { take_resource(at, wanted); });
  root.each("clients", [&](JsonPlace& at) { take_client(at, wanted); });
  root.each("users", [&](JsonPlace& at) { passwords.push_back(take_user(at, wanted)); });
  root.finish();
  if (!error.empty()) {
    return malformed(std::move(error));
  }
  for (std::size_t i = 0; i < passwords.size(); ++i) {
    if (!passwords[i].empty()) {
      auto encoded = encode(wanted, wanted.users[i], passwords[i]);
      if (!encoded) {
        return Error{encoded.error().code,
                     fmt::format("users[{}].password: {}", i, encoded.error().message)};
      }
      wanted.users[i].password_hash = std::move(*encoded);
    }
  }
  return wanted;
}

}  // namespace gate::server
