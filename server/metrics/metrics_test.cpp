#include "server/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gate::server {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, B5_EveryCapHasACounterOfItsOwn) {
  Metrics metrics;
  EXPECT_THAT(
      metrics.text(),
      HasSubstr("gated_send_cap_refusals_total{cap=\"prefix\",channel=\"sms\",share=\"all\",window="
                "\"hour\"} 0\n"))
      << "a counter that is not there yet cannot be watched";
  metrics.send_cap_reached({ChannelKind::kSms, CapScope::kPrefix, CapWindow::kHour});
  metrics.send_cap_reached({ChannelKind::kSms, CapScope::kPrefix, CapWindow::kHour});
  metrics.send_cap_reached({ChannelKind::kEmail, CapScope::kTenant, CapWindow::kDay, true});
  const std::string text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr("{cap=\"prefix\",channel=\"sms\",share=\"all\",window=\"hour\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr("{cap=\"tenant\",channel=\"email\",share=\"unknown_devices\",window=\"day\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{cap=\"tenant\",channel=\"sms\",share=\"all\",window=\"day\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE gated_send_cap_refusals_total counter\n"));
}

TEST(Metrics, P1_WrongMachineCodeIsToldFromTheStart) {
  Metrics metrics;
  EXPECT_THAT(metrics.text(), HasSubstr("\ngated_wrong_machine_code 0\n"));
  metrics.wrong_machine_code(2);
  EXPECT_THAT(metrics.text(), HasSubstr("\ngated_wrong_machine_code 2\n"));
}

}  // namespace
}  // namespace gate::server
