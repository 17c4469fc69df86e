#include "server/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>

namespace gate::server {
namespace {

constexpr std::array kChannels = {ChannelKind::kEmail, ChannelKind::kSms};
constexpr std::array kScopes = {CapScope::kPrefix, CapScope::kClient, CapScope::kTenant};
constexpr std::array kWindows = {CapWindow::kHour, CapWindow::kDay};

}  // namespace

struct Metrics::Counters {
  prometheus::Registry registry;
  std::array<std::array<std::array<prometheus::Counter*, kWindows.size()>, kScopes.size()>,
             kChannels.size()>
      send_caps{};
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
        counters_->send_caps.at(static_cast<std::size_t>(channel))
            .at(static_cast<std::size_t>(scope))
            .at(static_cast<std::size_t>(window)) =
            &caps.Add({{"channel", channel == ChannelKind::kSms ? "sms" : "email"},
                       {"cap", std::string(name(scope))},
                       {"window", std::string(name(window))}});
      }
    }
  }
}

Metrics::~Metrics() = default;

void Metrics::send_cap_reached(const SendCap& cap) noexcept {
  counters_
      ->send_caps[static_cast<std::size_t>(cap.channel)][static_cast<std::size_t>(cap.scope)]
                 [static_cast<std::size_t>(cap.window)]
      ->Increment();
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(counters_->registry.Collect());
}

}  // namespace gate::server
