#include "server/delivery/twilio_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <utility>

#include "server/curl/curl_session.h"

namespace gate::server {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kProviderIdBytesMax = 64;

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& answer = *static_cast<std::string*>(context);
  const std::size_t more = size * count;
  if (answer.size() + more > kAnswerBytesMax) {
    return 0;
  }
  answer.append(bytes, more);
  return more;
}

/// application/x-www-form-urlencoded.
void add_field(std::string& form, std::string_view name, std::string_view value) {
  form += form.empty() ? "" : "&";
  form += name;
  form += '=';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain) {
      form += c;
    } else {
      form += fmt::format("%{:02X}", byte);
    }
  }
}

/// A string member of the answer, or empty: the provider's answer is not trusted to have the
/// expected form.
std::string member(const std::string& answer, const char* name) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(answer, error);
  if (error || !parsed.is_object()) {
    return {};
  }
  const boost::json::value* found = parsed.as_object().if_contains(name);
  if (found == nullptr || !found->is_string()) {
    return {};
  }
  return std::string(found->as_string().subview(0, kProviderIdBytesMax));
}

class TwilioChannel final : public DeliveryChannel {
 public:
  TwilioChannel(CurlSession session, std::shared_ptr<const TwilioSettings> settings)
      : session_(std::move(session)), settings_(std::move(settings)) {}

  Result<DeliveryReceipt> send(const OutboxMessage& message) override {
    std::string form;
    add_field(form, "To", message.to);
    if (settings_->messaging_service_sid.empty()) {
      add_field(form, "From", settings_->from);
    } else {
      add_field(form, "MessagingServiceSid", settings_->messaging_service_sid);
    }
    add_field(form, "Body", message.body);
    std::string answer;
    std::string token = prepare(form, answer);
    const CURLcode code = session_.perform();
    wipe(token);
    wipe(form);
    return judge(code, answer);
  }

 private:
  std::string prepare(const std::string& form, std::string& answer) {
    const TwilioSettings& s = *settings_;
    CURL* curl = session_.handle();
    session_.begin(s.connect_timeout.count(), s.timeout.count());
    const std::string url =
        fmt::format("{}/2010-04-01/Accounts/{}/Messages.json", s.base_url, s.account_sid);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    const ByteSpan bytes = s.auth_token.bytes();
    std::string token(bytes.begin(), bytes.end());
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(curl, CURLOPT_USERNAME, s.account_sid.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, token.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(form.size()));
    if (!s.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, s.ca_file.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    return token;
  }

  DeliveryReceipt judge(CURLcode code, const std::string& answer) const {
    if (code != CURLE_OK) {
      const bool certain = failed_before_sending(code);
      return {.outcome = certain ? DeliveryOutcome::kRetry : DeliveryOutcome::kUnknown,
              .provider_id = {},
              .detail = session_.failure(code)};
    }
    const long status = session_.response_code();
    DeliveryReceipt receipt{.outcome = DeliveryOutcome::kUnknown,
                            .provider_id = member(answer, "sid"),
                            .detail = fmt::format("HTTP {} {}", status, member(answer, "status"))};
    if (status >= 200 && status < 300) {
      const std::string state = member(answer, "status");
      const bool refused = state == "failed" || state == "undelivered" || state == "canceled";
      receipt.outcome = receipt.provider_id.empty() ? DeliveryOutcome::kUnknown
                        : refused                   ? DeliveryOutcome::kFailed
                                                    : DeliveryOutcome::kSent;
    } else if (status == 429) {
      receipt.outcome = DeliveryOutcome::kRetry;
    } else if (status >= 300 && status < 500) {
      receipt.outcome = DeliveryOutcome::kFailed;
    }
    return receipt;
  }

  CurlSession session_;
  std::shared_ptr<const TwilioSettings> settings_;
};

}  // namespace

Result<std::unique_ptr<DeliveryChannel>> make_twilio_channel(
    std::shared_ptr<const TwilioSettings> settings) {
  GATE_TRY(CurlSession session, CurlSession::create());
  return std::unique_ptr<DeliveryChannel>(
      std::make_unique<TwilioChannel>(std::move(session), std::move(settings)));
}

}  // namespace gate::server
