#include "server/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>

namespace gate::server {
namespace {

constexpr std::array kChannels = {ChannelKind::kEmail, ChannelKind::kSms};
constexpr std::array kScopes = {CapScope::kPrefix, CapScope::kClient, CapScope::kTenant};
constexpr std::array kWindows = {CapWindow::kHour, CapWindow::kDay};
constexpr std::array kShares = {"all", "unknown_devices"};

std::size_t place_of(const SendCap& cap) noexcept {
  std::size_t place = static_cast<std::size_t>(cap.channel);
  place = place * kScopes.size() + static_cast<std::size_t>(cap.scope);
  place = place * kWindows.size() + static_cast<std::size_t>(cap.window);
  return place * kShares.size() + (cap.unknown_devices ? 1 : 0);
}

}  // namespace

struct Metrics::Counters {
  prometheus::Registry registry;
  /// In the order of `place_of`.
  std::array<prometheus::Counter*,
             kChannels.size() * kScopes.size() * kWindows.size() * kShares.size()>
      send_caps{};
  prometheus::Gauge* wrong_machine_code = nullptr;
};

Metrics::Metrics() : counters_(std::make_unique<Counters>()) {
  prometheus::Family<prometheus::Counter>& caps =
      prometheus::BuildCounter()
          .Name("gated_send_cap_refusals_total")
          .Help("Messages that were not sent because a cap was reached")
          .Register(counters_->registry);
  for (const ChannelKind channel : kChannels) {
    for (const CapScope scope : kScopes) {
      for (const CapWindow window : kWindows) {
        for (const bool unknown_devices : {false, true}) {
          counters_->send_caps.at(place_of({channel, scope, window, unknown_devices})) =
              &caps.Add({{"channel", channel == ChannelKind::kSms ? "sms" : "email"},
                         {"cap", std::string(name(scope))},
                         {"window", std::string(name(window))},
                         {"share", kShares.at(unknown_devices ? 1 : 0)}});
        }
      }
    }
  }
  counters_->wrong_machine_code =
      &prometheus::BuildGauge()
           .Name("gated_wrong_machine_code")
           .Help("Pieces of machine code that were wrong; the tables decide in their place")
           .Register(counters_->registry)
           .Add({});
}

Metrics::~Metrics() = default;

void Metrics::wrong_machine_code(std::uint64_t pieces) noexcept {
  counters_->wrong_machine_code->Set(static_cast<double>(pieces));
}

void Metrics::send_cap_reached(const SendCap& cap) noexcept {
  counters_->send_caps[place_of(cap)]->Increment();
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(counters_->registry.Collect());
}

}  // namespace gate::server
