#include "server/config/rules.h"

#include <string>

#include "server/config/store_url.h"
#include "server/domain/address.h"
#include "server/domain/language.h"

namespace gate::server {
namespace {

bool is_loopback_host(std::string_view host) {
  // Only a literal address counts as loopback: `127.example` is a host name that a third party may
  // own.
  const bool v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
  return host == "localhost" || host == "[::1]" || host == "::1" || v4;
}

/// The host of `scheme://host[:port]`; empty when the URL has another form.
std::string_view host_of(std::string_view url, std::string_view scheme) {
  if (!url.starts_with(scheme)) {
    return {};
  }
  url.remove_prefix(scheme.size());
  if (url.empty() || url.find_first_of("/?#@ ") != std::string_view::npos) {
    return {};
  }
  const auto end = url.starts_with('[') ? url.find(']') : url.find(':');
  return url.starts_with('[') && end != std::string_view::npos ? url.substr(0, end + 1)
                                                               : url.substr(0, end);
}

void check_environment(const Config& config, const RuleReport& report) {
  if (config.development()) {
    return;
  }
  for (const auto& [key, value] : {std::pair{"delivery.email", config.delivery_email},
                                   std::pair{"delivery.sms", config.delivery_sms}}) {
    if (value == "outbox") {
      report(key,
             "the outbox file holds codes in clear text and is for `environment = \"development\"` "
             "only");
    }
  }
  if (!config.development_clock_file.empty()) {
    report("development.clock_file",
           "moving the clock is for `environment = \"development\"` only");
  }
  if (host_of(config.http_public_url, "https://").empty()) {
    report("http.public_url", "production needs `https://host[:port]`, the base of every issuer");
  }
}

void check_policies(const Config& config, const RuleReport& report) {
  const bool one = !config.policies_folder.empty();
  const bool each = !config.policies_tenants_folder.empty();
  if (!one && !each) {
    report("policies.folder",
           "required: the folder with the `.gate` files of all tenants, or in its place "
           "`policies.tenants_folder` with a folder for each tenant");
  }
  if (one && each) {
    report("policies.tenants_folder",
           "set this for a policy set of each tenant, or `policies.folder` for one set of all "
           "tenants, and not both");
  }
}

void check_http(const Config& config, const RuleReport& report) {
  if (config.http_tls_certificate.empty() != config.http_tls_key.empty()) {
    report(config.http_tls_key.empty() ? "http.tls_certificate" : "http.tls_key",
           "`http.tls_certificate` and `http.tls_key` belong together");
  }
  const std::string& url = config.http_public_url;
  if (!url.empty() && host_of(url, "https://").empty() && host_of(url, "http://").empty()) {
    report("http.public_url", "write `https://host[:port]` without a path or trailing slash");
  }
  if (config.http_metrics_port != 0 && config.http_metrics_port == config.http_port) {
    report("http.metrics_port", "metrics are not for the port that clients see: choose another");
  }
  const bool loopback = is_loopback_host(config.http_listen);
  if (!loopback && config.http_tls_certificate.empty() && !config.http_behind_proxy) {
    report("http.listen",
           "listening beyond loopback needs TLS, or `http.behind_proxy` where a proxy ends it");
  }
}

void check_sign_in(const Config& config, const RuleReport& report) {
  constexpr std::size_t kPrefixDigitsMax = 7;
  for (const std::string& prefix : config.sign_in_sms_home_prefixes) {
    if (prefix.empty() || prefix.size() > kPrefixDigitsMax || prefix.front() == '0' ||
        prefix.find_first_not_of("0123456789") != std::string::npos) {
      report("sign_in.sms_home_prefixes",
             "write the digits that numbers begin with, without `+`: `43`, not `+43` or `0043`");
    }
  }
}

void check_risk(const Config& config, const RuleReport& report) {
  const std::string_view url = config.risk_engine_url;
  if (url.empty()) {
    return;
  }
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == url.npos ? url.npos : url.find('/', scheme + 3);
  const std::string_view base = url.substr(0, path);
  const bool plain = is_loopback_host(host_of(base, "http://"));
  if ((host_of(base, "https://").empty() && !plain) ||
      url.find_first_of("?#@ ") != std::string_view::npos) {
    report("risk.engine_url",
           "write `https://host[:port]/path`; plain HTTP is for a loopback host");
  }
}

void check_smtp(const Config& config, const RuleReport& report) {
  if (config.delivery_email != "smtp") {
    return;
  }
  if (config.smtp_host.empty()) {
    report("smtp.host", "required by `delivery.email = \"smtp\"`");
  }
  if (!is_mail_address(config.smtp_from)) {
    report("smtp.from",
           "required by `delivery.email = \"smtp\"`: the sender's address alone, in ASCII, such as "
           "`codes@bank.example`; a name goes into `smtp.from_name`");
  }
  if (config.smtp_username.empty() != config.smtp_password_file.empty()) {
    report("smtp.username", "`smtp.username` and `smtp.password_file` belong together");
  }
  if (config.smtp_tls == "none" && !is_loopback_host(config.smtp_host)) {
    report("smtp.tls", "codes do not travel in clear text; `none` is for a loopback host");
  }
}

void check_twilio(const Config& config, const RuleReport& report) {
  if (config.delivery_sms != "twilio") {
    return;
  }
  if (config.twilio_account_sid.empty()) {
    report("twilio.account_sid", "required by `delivery.sms = \"twilio\"`");
  }
  if (config.twilio_auth_token_file.empty()) {
    report("twilio.auth_token_file", "required by `delivery.sms = \"twilio\"`");
  }
  if (config.twilio_from.empty() == config.twilio_messaging_service_sid.empty()) {
    report("twilio.from", "exactly one of `twilio.from` and `twilio.messaging_service_sid` is set");
  }
  const bool plain = is_loopback_host(host_of(config.twilio_base_url, "http://"));
  if (host_of(config.twilio_base_url, "https://").empty() && !plain) {
    report("twilio.base_url", "write `https://host[:port]`; plain HTTP is for a loopback host");
  }
}

}  // namespace

void check_rules(const Config& config, const RuleReport& report) {
  check_environment(config, report);
  check_http(config, report);
  check_sign_in(config, report);
  check_risk(config, report);
  check_smtp(config, report);
  check_twilio(config, report);
  if (const std::string problem = store_url_problem(config.store_url); !problem.empty()) {
    report("store.url", problem);
  }
  if (config.store_node.empty()) {
    report("store.node", "audit rows of a server without a name carry no MAC: give it one");
  }
  if (config.passwords_blocklist_file.empty()) {
    report("passwords.blocklist_file", "required: new passwords are compared with common ones");
  }
  check_policies(config, report);
  if (!is_language_tag(config.delivery_language)) {
    report("delivery.language", "write a language tag in lower case, such as `de` or `pt-br`");
  }
}

void check_warnings(const Config& config, const RuleReport& report) {
  if (config.http_behind_proxy && config.http_trusted_proxies.empty()) {
    report("http.trusted_proxies",
           "behind a proxy, and none is trusted to name its clients: every address is unknown to "
           "policies (S8). List the addresses of the proxy");
  }
}

}  // namespace gate::server
