#include "server/app/channels.h"

#include <memory>
#include <utility>

#include "server/app/key_files.h"
#include "server/delivery/outbox_file.h"
#include "server/delivery/smtp_channel.h"
#include "server/delivery/twilio_channel.h"

namespace gate::server {
namespace {

Result<ChannelFactory> smtp(const Config& config, const Clock& clock) {
  auto settings = std::make_shared<SmtpSettings>();
  settings->host = config.smtp_host;
  settings->port = static_cast<std::uint16_t>(config.smtp_port);
  settings->tls = config.smtp_tls == "implicit" ? SmtpTls::kImplicit
                  : config.smtp_tls == "none"   ? SmtpTls::kNone
                                                : SmtpTls::kStartTls;
  settings->username = config.smtp_username;
  if (!config.smtp_password_file.empty()) {
    GATE_TRY(settings->password, read_secret_file(config.smtp_password_file));
  }
  settings->from_address = config.smtp_from;
  settings->from_name = config.smtp_from_name;
  settings->subject = config.smtp_subject;
  settings->helo = config.smtp_helo;
  settings->ca_file = config.smtp_ca_file;
  return ChannelFactory([shared = std::shared_ptr<const SmtpSettings>(std::move(settings)),
                         &clock] { return make_smtp_channel(shared, clock); });
}

Result<ChannelFactory> twilio(const Config& config) {
  auto settings = std::make_shared<TwilioSettings>();
  settings->base_url = config.twilio_base_url;
  settings->account_sid = config.twilio_account_sid;
  GATE_TRY(settings->auth_token, read_secret_file(config.twilio_auth_token_file));
  settings->from = config.twilio_from;
  settings->messaging_service_sid = config.twilio_messaging_service_sid;
  settings->ca_file = config.twilio_ca_file;
  return ChannelFactory([shared = std::shared_ptr<const TwilioSettings>(std::move(settings))] {
    return make_twilio_channel(shared);
  });
}

ChannelFactory outbox(const Config& config, const Clock& clock) {
  return [path = config.delivery_outbox_file, &clock] { return OutboxFile::open(path, clock); };
}

}  // namespace

Result<ConfiguredChannels> configure_channels(const Config& config, const Clock& clock) {
  ConfiguredChannels channels;
  if (config.delivery_email == "outbox") {
    channels.email = outbox(config, clock);
  } else if (config.delivery_email == "smtp") {
    GATE_TRY(channels.email, smtp(config, clock));
  }
  if (config.delivery_sms == "outbox") {
    channels.sms = outbox(config, clock);
  } else if (config.delivery_sms == "twilio") {
    GATE_TRY(channels.sms, twilio(config));
  }
  return channels;
}

}  // namespace gate::server
