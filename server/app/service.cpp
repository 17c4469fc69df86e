#include "server/app/service.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "server/app/channels.h"
#include "server/app/front.h"
#include "server/app/message_templates.h"
#include "server/app/password_settings.h"
#include "server/app/policy_folders.h"
#include "server/app/risk_engine.h"
#include "server/app/storage.h"
#include "server/crypto/openssl_random.h"
#include "server/decision/evaluator_decider.h"
#include "server/delivery/worker.h"
#include "server/http/listener.h"
#include "server/log/log.h"
#include "server/metrics/metrics.h"
#include "server/places/place_files.h"
#include "server/token/signing_keys.h"

namespace gate::server {
namespace {

constexpr Micros kKeyMaintenanceInterval = kMicrosPerMinute;
constexpr Micros kHeadsInterval = kMicrosPerMinute;
/// The rows that one sweep removes from each table, and the sweeps of one tick. Together they
/// remove more than a busy server adds in that time, and each is short enough that no request waits
/// for it.
constexpr std::size_t kSweepRows = 256;
constexpr int kSweepsPerTick = 32;

std::unique_ptr<Clock> make_clock(const Config& config) {
  if (config.development_clock_file.empty()) {
    return std::make_unique<SystemClock>();
  }
  return std::make_unique<FileOffsetClock>(config.development_clock_file);
}

ListenerSettings listener_settings(const Config& config) {
  ListenerSettings settings;
  settings.address = config.http_listen;
  settings.port = static_cast<std::uint16_t>(config.http_port);
  if (!config.http_tls_certificate.empty()) {
    settings.tls = TlsFiles{.certificate_chain = config.http_tls_certificate,
                            .private_key = config.http_tls_key};
  }
  settings.behind_proxy = config.http_behind_proxy;
  settings.trusted_proxies = config.http_trusted_proxies;
  settings.worker_threads = static_cast<std::size_t>(config.http_worker_threads);
  settings.worker_queue_max = static_cast<std::size_t>(config.http_worker_queue);
  HttpLimits& limits = settings.limits;
  limits.connections_max = static_cast<std::size_t>(config.http_connections_max);
  limits.requests_per_connection_max =
      static_cast<std::size_t>(config.http_requests_per_connection_max);
  limits.head_bytes_max = static_cast<std::size_t>(config.http_head_bytes_max);
  limits.body_bytes_max = static_cast<std::size_t>(config.http_body_bytes_max);
  limits.header_count_max = static_cast<std::size_t>(config.http_header_count_max);
  limits.head_timeout = limits.body_timeout =
      std::chrono::seconds(config.http_read_timeout_seconds);
  limits.write_timeout = std::chrono::seconds(config.http_write_timeout_seconds);
  limits.idle_timeout = std::chrono::seconds(config.http_idle_timeout_seconds);
  limits.shutdown_grace = std::chrono::seconds(config.http_shutdown_grace_seconds);
  return settings;
}

ServiceSettings service_settings(const Config& config, std::uint16_t port) {
  ServiceSettings settings;
  const bool v6 = config.http_listen.find(':') != std::string::npos;
  settings.issuer_base_url =
      !config.http_public_url.empty()
          ? config.http_public_url
          : fmt::format("http{}://{}{}{}:{}", config.http_tls_key.empty() ? "" : "s", v6 ? "[" : "",
                        config.http_listen, v6 ? "]" : "", port);
  settings.sends_email = config.delivery_email != "none";
  settings.sends_sms = config.delivery_sms != "none";
  settings.email_code_digits = static_cast<int>(config.sign_in_email_code_digits);
  settings.sms_code_digits = static_cast<int>(config.sign_in_sms_code_digits);
  settings.email_code_life = config.sign_in_email_code_seconds * kMicrosPerSecond;
  settings.sms_code_life = config.sign_in_sms_code_seconds * kMicrosPerSecond;
  settings.resend_spacing = config.sign_in_resend_seconds * kMicrosPerSecond;
  settings.sends_per_hour = config.sign_in_sends_per_hour;
  settings.sends_per_day = config.sign_in_sends_per_day;
  settings.sms_per_prefix = {config.sign_in_sms_per_prefix_hour, config.sign_in_sms_per_prefix_day};
  settings.sms_per_client = {config.sign_in_sms_per_client_hour, config.sign_in_sms_per_client_day};
  settings.sms_per_tenant = {config.sign_in_sms_per_tenant_hour, config.sign_in_sms_per_tenant_day};
  settings.email_per_client = {config.sign_in_email_per_client_hour,
                               config.sign_in_email_per_client_day};
  settings.email_per_tenant = {config.sign_in_email_per_tenant_hour,
                               config.sign_in_email_per_tenant_day};
  settings.sms_home_prefixes = config.sign_in_sms_home_prefixes;
  settings.built_in_risk = config.risk_built_in;
  settings.known_devices = config.sign_in_known_devices;
  settings.known_device_life = config.sign_in_known_device_days * kMicrosPerDay;
  settings.tokens.access_token = config.sign_in_access_token_seconds * kMicrosPerSecond;
  settings.refresh_family_life = config.sign_in_session_days * kMicrosPerDay;
  return settings;
}

/// The listener for operators: loopback, one worker, nothing but `/metrics` and the health paths.
ListenerSettings metrics_listener_settings(const Config& config) {
  ListenerSettings settings;
  settings.port = static_cast<std::uint16_t>(config.http_metrics_port);
  settings.worker_threads = 1;
  settings.worker_queue_max = 16;
  settings.limits.connections_max = 16;
  return settings;
}

HttpResponse answer_metrics(const HttpRequest& request, const PolicyFolders& policies,
                            Metrics& metrics) {
  const bool here = request.path == "/metrics";
  if (!here || request.method != "GET") {
    return {.status = here ? 405 : 404, .headers = {{"cache-control", "no-store"}}, .body = ""};
  }
  metrics.wrong_machine_code(policies.status().set.wrong_code);
  return {.status = 200,
          .headers = {{"content-type", Metrics::kTextType}, {"cache-control", "no-store"}},
          .body = metrics.text()};
}

HttpResponse not_yet() {
  return {
      .status = 503,
      .headers = {{"content-type", "application/json"},
                  {"cache-control", "no-store"},
                  {"retry-after", "1"}},
      .body =
          R"({"error":"temporarily_unavailable","error_description":"the server is starting"})"};
}

}  // namespace

struct Service::Parts {
  Parts(const Config& c, Logger& l)
      : config(c),
        log(l),
        clock(make_clock(c)),
        places({.country = c.signals_country_file, .network = c.signals_network_file}, l),
        texts(l),
        policies(c, l, [this] { return tenants(); }),
        decider(policies) {}

  Result<void> open();
  Result<void> serve();
  Result<std::vector<Tenant>> tenants() const;
  Result<void> load_texts();
  /// `for_operators`: with the names of tenants, which are not public.
  Readiness readiness(bool for_operators) const;
  HttpResponse answer(const HttpRequest& request);
  /// Removes rows that ended long ago.
  void sweep(Micros now);

  const Config config;
  Logger& log;
  OpensslRandom random;
  std::unique_ptr<Clock> clock;
  Metrics metrics;
  Storage storage;
  PasswordRules passwords;
  std::unique_ptr<SigningKeys> keys;
  PlaceFiles places;
  std::unique_ptr<RiskEngine> risk_engine;  ///< null: not wanted
  TemplateKeeper texts;
  PolicyFolders policies;
  EvaluatorDecider decider;
  std::unique_ptr<Front> front;
  std::unique_ptr<DeliveryWorkers> delivery;
  /// Set once the server can answer requests. The listener starts before, because the issuer may
  /// need its port.
  std::atomic<bool> open_for_requests = false;
  Micros keys_looked_at = 0;
  Micros heads_recorded_at = 0;
  /// Last: its threads use everything above.
  std::unique_ptr<Listener> metrics_listener;  ///< null: not wanted
  std::unique_ptr<Listener> listener;
};

Result<void> Service::Parts::open() {
  GATE_TRY_VOID(places.load());
  GATE_TRY(risk_engine, configure_risk_engine(config, *clock, log));
  GATE_TRY(passwords, load_password_rules(config));
  GATE_TRY(storage, open_storage(config, random, log, UncheckedKey::kTake));
  GATE_TRY_VOID(policies.load());
  GATE_TRY_VOID(load_texts());
  keys_looked_at = clock->now();
  GATE_TRY(keys, SigningKeys::open(*storage.store, random,
                                   storage.secrets.key_encryption_key.clone(), keys_looked_at));
  GATE_TRY(ConfiguredChannels channels, configure_channels(config, *clock));
  DeliverySettings settings;
  settings.threads = static_cast<std::size_t>(config.delivery_workers);
  settings.poll_interval = std::chrono::milliseconds(config.delivery_poll_milliseconds);
  settings.lease = kOutboxLease;
  GATE_TRY(delivery, DeliveryWorkers::start(settings, *storage.store, channels.email, channels.sms,
                                            *clock, log));
  return {};
}

Result<void> Service::Parts::serve() {
  GATE_TRY(listener, Listener::start(
                         listener_settings(config),
                         [this](const HttpRequest& request) { return answer(request); },
                         [this] { return readiness(config.development()); }, log));
  const ServiceSettings settings = service_settings(config, listener->port());
  GATE_TRY_VOID(check(settings));
  front = std::make_unique<Front>(Front::Parts{
      .store = *storage.store,
      .clock = *clock,
      .random = random,
      .secrets = storage.secrets,
      .keys = *keys,
      .decider = decider,
      .audit = *storage.audit,
      .password_rules = passwords,
      .settings = settings,
      .places = &places,
      .risk_engine = risk_engine.get(),
      .texts = &texts,
      .on_failure =
          [this](const Error& error) {
            log.error("request_failed",
                      {{"code", error_code_name(error.code)}, {"error", error.message}});
          },
      .on_cap = [this](const SendCap& cap) { metrics.send_cap_reached(cap); },
      .on_message = [this] { delivery->wake(); }});
  if (config.http_metrics_port != 0) {
    GATE_TRY(metrics_listener, Listener::start(
                                   metrics_listener_settings(config),
                                   [this](const HttpRequest& request) {
                                     return answer_metrics(request, policies, metrics);
                                   },
                                   [this] { return readiness(true); }, log));
  }
  open_for_requests.store(true, std::memory_order_release);
  return {};
}

HttpResponse Service::Parts::answer(const HttpRequest& request) {
  if (!open_for_requests.load(std::memory_order_acquire)) {
    return not_yet();
  }
  return front->handle(request);
}

void Service::Parts::sweep(Micros now) {
  for (int i = 0; i < kSweepsPerTick; ++i) {
    const auto swept = storage.store->sweep(now, kSweepRows);
    if (!swept) {
      log.error("sweep_failed", {{"error", swept.error().message}});
      return;
    }
    if (*swept < kSweepRows) {
      return;
    }
  }
}

Result<std::vector<Tenant>> Service::Parts::tenants() const {
  std::vector<Tenant> found;
  GATE_TRY_VOID(storage.store->read([&found](StoreReads& reads) -> Result<void> {
    GATE_TRY(found, reads.tenants());
    return {};
  }));
  return found;
}

Result<void> Service::Parts::load_texts() {
  GATE_TRY(const std::vector<Tenant> known, tenants());
  return texts.load(config, known);
}

Readiness Service::Parts::readiness(bool for_operators) const {
  const PolicyFolders::Status status = policies.status();
  boost::json::object detail;
  if (config.policies_tenants_folder.empty()) {
    detail["policy_generation"] = status.set.generation;
    detail["policy_digest"] = status.set.digest;
  } else {
    detail["policy_tenants"] = status.tenants;
    detail["policy_tenants_refused"] = status.refused.size();
    if (for_operators) {
      detail["policy_refused_names"] =
          boost::json::array(status.refused.begin(), status.refused.end());
    }
  }
  detail["policy_failed_loads"] = status.set.failed_loads;
  detail["policy_files_refused"] = status.set.newest_refused;
  detail["policy_machine_code_wrong"] = status.set.wrong_code;
  return {.ready = open_for_requests.load(std::memory_order_acquire) && status.ready,
          .detail = boost::json::serialize(detail)};
}

Result<std::unique_ptr<Service>> Service::start(const Config& config, Logger& log) {
  auto parts = std::make_unique<Parts>(config, log);
  GATE_TRY_VOID(parts->open());
  GATE_TRY_VOID(parts->serve());
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

std::uint16_t Service::port() const {
  return parts_->listener->port();
}

void Service::reload() {
  // All of them log their failures. On failure, what is in use stays.
  static_cast<void>(parts_->places.load());
  static_cast<void>(parts_->policies.load());
  static_cast<void>(parts_->load_texts());
  if (const auto tls = parts_->listener->reload_tls(); !tls) {
    parts_->log.error("tls_reload_refused", {{"error", tls.error().message}});
  }
}

void Service::tick() {
  parts_->places.look();
  if (parts_->config.policies_watch) {
    parts_->policies.look();
  }
  const Micros now = parts_->clock->now();
  parts_->sweep(now);
  if (now - parts_->heads_recorded_at >= kHeadsInterval) {
    parts_->heads_recorded_at = now;
    if (const auto recorded = parts_->storage.audit->record_heads(*parts_->storage.store, now);
        !recorded) {
      parts_->log.error("audit_heads_failed", {{"error", recorded.error().message}});
    }
  }
  if (now - parts_->keys_looked_at >= kKeyMaintenanceInterval) {
    parts_->keys_looked_at = now;
    if (const auto kept = parts_->keys->maintain(now); !kept) {
      parts_->log.error("signing_key_maintenance_failed", {{"error", kept.error().message}});
    }
  }
}

void Service::stop() {
  parts_->listener->stop();
  if (parts_->metrics_listener) {
    parts_->metrics_listener->stop();
  }
  parts_->delivery.reset();
}

}  // namespace gate::server
