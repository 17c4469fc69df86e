#include "server/domain/settings.h"

namespace gate::server {
namespace {

constexpr std::int64_t kTriesOfAccountMax = 100;  // B3
constexpr std::int64_t kSendCapMax = 100'000'000;

Micros own_or(Micros own, Micros of_server) {
  return own != 0 ? own : of_server;
}

}  // namespace

TenantLifetimes lifetimes_in(const ServiceSettings& settings, const Tenant& tenant) {
  const TenantLifetimes& own = tenant.rules.lifetimes;
  return {.access_token = own_or(own.access_token, settings.tokens.access_token),
          .session = own_or(own.session, settings.refresh_family_life),
          .email_code = own_or(own.email_code, settings.email_code_life),
          .sms_code = own_or(own.sms_code, settings.sms_code_life)};
}

Result<void> check(const ServiceSettings& settings) {
  struct Bound {
    const char* name;
    std::int64_t value;
    std::int64_t least;
    std::int64_t most;
  };
  const Bound bounds[] = {
      {"email_code_digits", settings.email_code_digits, kCodeDigitsMin, kCodeDigitsMax},
      {"sms_code_digits", settings.sms_code_digits, kCodeDigitsMin, kCodeDigitsMax},
      {"email_code_life", settings.email_code_life, kCodeLife.least, kCodeLife.most},
      {"sms_code_life", settings.sms_code_life, kCodeLife.least, kCodeLife.most},
      {"continuation_life", settings.continuation_life, kMicrosPerSecond, 10 * kMicrosPerMinute},
      {"flow_life", settings.flow_life, kMicrosPerSecond, 30 * kMicrosPerMinute},
      {"tries_per_code", settings.tries_per_code, 1, 5},
      {"tries_per_flow", settings.tries_per_flow, 1, 10},
      {"tries_delay_from", settings.tries_delay_from, 1, 100},
      {"tries_stop_at", settings.tries_stop_at, 1, 100},
      {"tries_delay_first", settings.tries_delay_first, 0, kMicrosPerDay},
      {"tries_delay_max", settings.tries_delay_max, 0, kMicrosPerDay},
      {"resend_spacing", settings.resend_spacing, 0, kMicrosPerHour},
      {"sends_per_hour", settings.sends_per_hour, 1, 1'000'000},
      {"sends_per_day", settings.sends_per_day, 1, 1'000'000},
      {"sms_per_prefix per_hour", settings.sms_per_prefix.per_hour, 1, kSendCapMax},
      {"sms_per_prefix per_day", settings.sms_per_prefix.per_day, 1, kSendCapMax},
      {"sms_per_client per_hour", settings.sms_per_client.per_hour, 1, kSendCapMax},
      {"sms_per_client per_day", settings.sms_per_client.per_day, 1, kSendCapMax},
      {"sms_per_tenant per_hour", settings.sms_per_tenant.per_hour, 1, kSendCapMax},
      {"sms_per_tenant per_day", settings.sms_per_tenant.per_day, 1, kSendCapMax},
      {"email_per_client per_hour", settings.email_per_client.per_hour, 1, kSendCapMax},
      {"email_per_client per_day", settings.email_per_client.per_day, 1, kSendCapMax},
      {"email_per_tenant per_hour", settings.email_per_tenant.per_hour, 1, kSendCapMax},
      {"email_per_tenant per_day", settings.email_per_tenant.per_day, 1, kSendCapMax},
      {"password_tries", settings.password_tries, 1, 100},
      {"password_window", settings.password_window, kMicrosPerMinute, kMicrosPerDay},
      {"known_devices", settings.known_devices, 0, 10},
      {"known_device_life", settings.known_device_life, kMicrosPerDay, 400 * kMicrosPerDay},
      {"known_device_tries", settings.known_device_tries, 1, 10},
      {"access_token life", settings.tokens.access_token, kAccessTokenLife.least,
       kAccessTokenLife.most},
      {"id_token life", settings.tokens.id_token, kMicrosPerMinute, kMicrosPerHour},
      {"refresh_family_life", settings.refresh_family_life, kSessionLife.least, kSessionLife.most},
  };
  for (const Bound& bound : bounds) {
    if (bound.value < bound.least || bound.value > bound.most) {
      return Error{ErrorCode::kInvalidArgument,
                   std::string(bound.name) + " is out of its bounds (" +
                       std::to_string(bound.least) + " to " + std::to_string(bound.most) + ")"};
    }
  }
  if (settings.tries_stop_at + settings.known_devices * settings.known_device_tries >
      kTriesOfAccountMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "tries_stop_at and the tries of all known_devices come to more than 100 together"};
  }
  if (settings.issuer_base_url.empty() || settings.issuer_base_url.back() == '/') {
    return Error{ErrorCode::kInvalidArgument,
                 "issuer_base_url has to be a URL without a slash at the end"};
  }
  return {};
}

}  // namespace gate::server
