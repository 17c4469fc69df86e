#include "server/delivery/smtp_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "server/curl/curl_session.h"
#include "server/delivery/mail_message.h"

namespace gate::server {
namespace {

std::size_t read_text(char* out, std::size_t size, std::size_t count, void* context) {
  auto& rest = *static_cast<std::string_view*>(context);
  const std::size_t take = std::min(size * count, rest.size());
  std::memcpy(out, rest.data(), take);
  rest.remove_prefix(take);
  return take;
}

std::size_t ignore_output(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

class SmtpChannel final : public DeliveryChannel {
 public:
  SmtpChannel(CurlSession session, std::shared_ptr<const SmtpSettings> settings, const Clock& clock)
      : session_(std::move(session)), settings_(std::move(settings)), clock_(clock) {}

  Result<DeliveryReceipt> send(const OutboxMessage& message) override {
    auto mail =
        compose_mail({.from_address = settings_->from_address,
                      .from_name = settings_->from_name,
                      .to = message.to,
                      .subject = message.subject.empty() ? settings_->subject : message.subject,
                      .body = message.body,
                      .message_id = message.message_id,
                      .date = clock_.now()});
    if (!mail) {
      // Another attempt would fail as well.
      return DeliveryReceipt{
          .outcome = DeliveryOutcome::kFailed, .provider_id = {}, .detail = mail.error().message};
    }
    std::string_view rest = *mail;
    CurlList receivers;
    receivers.add(fmt::format("<{}>", message.to));
    std::string password = prepare(receivers, rest);
    const CURLcode code = session_.perform();
    wipe(password);
    wipe(*mail);
    return judge(code, message);
  }

 private:
  /// Prepares the transfer. The returned copy of the password must live until the transfer is done.
  std::string prepare(const CurlList& receivers, std::string_view& rest) {
    const SmtpSettings& s = *settings_;
    CURL* curl = session_.handle();
    session_.begin(s.connect_timeout.count(), s.timeout.count());
    const std::string url =
        fmt::format("{}://{}:{}{}{}", s.tls == SmtpTls::kImplicit ? "smtps" : "smtp", s.host,
                    s.port, s.helo.empty() ? "" : "/", s.helo);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     static_cast<long>(s.tls == SmtpTls::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!s.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, s.ca_file.c_str());
    }
    const ByteSpan bytes = s.password.bytes();
    std::string password(bytes.begin(), bytes.end());
    if (!s.username.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, s.username.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, fmt::format("<{}>", s.from_address).c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, receivers.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_text);
    curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_output);
    return password;
  }

  DeliveryReceipt judge(CURLcode code, const OutboxMessage& message) const {
    const long reply = session_.response_code();
    if (code == CURLE_OK) {
      return {.outcome = DeliveryOutcome::kSent,
              .provider_id = message.message_id,
              .detail = fmt::format("{}", reply)};
    }
    DeliveryReceipt receipt{
        .outcome = DeliveryOutcome::kUnknown, .provider_id = {}, .detail = session_.failure(code)};
    const bool not_now = reply >= 400 && reply < 500;
    if (failed_before_sending(code) || not_now) {
      receipt.outcome = DeliveryOutcome::kRetry;
    } else if (reply >= 500 && reply < 600) {
      receipt.outcome = DeliveryOutcome::kFailed;
    }
    // libcurl's text quotes the server's reply, and replies often quote the recipient's address.
    receipt.detail = reply != 0 ? fmt::format("SMTP {}", reply) : receipt.detail;
    return receipt;
  }

  CurlSession session_;
  std::shared_ptr<const SmtpSettings> settings_;
  const Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<DeliveryChannel>> make_smtp_channel(
    std::shared_ptr<const SmtpSettings> settings, const Clock& clock) {
  GATE_TRY(CurlSession session, CurlSession::create());
  return std::unique_ptr<DeliveryChannel>(
      std::make_unique<SmtpChannel>(std::move(session), std::move(settings), clock));
}

}  // namespace gate::server
