#include "server/domain/channel.h"

#include <gate/export.hpp>

namespace gate::server {

std::string_view name(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kEmail:
      return "email";
    case ChannelKind::kSms:
      return "sms";
  }
  GATE_CHECK(false, "a channel of no kind");
}

Method method_of(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kEmail:
      return Method::kEmailOtp;
    case ChannelKind::kSms:
      return Method::kSmsOtp;
  }
  GATE_CHECK(false, "a channel of no kind");
}

}  // namespace gate::server
