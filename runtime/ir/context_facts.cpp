#include "runtime/ir/context_facts.h"

namespace gate::ir {

void set_context(ContextFact fact, std::size_t value, SignInFacts& f) {
  switch (fact) {
    case ContextFact::kFlow:
      f.flow = static_cast<Flow>(value);
      break;
    case ContextFact::kClient:
      f.client = static_cast<ClientApp>(value);
      break;
    case ContextFact::kPlatform:
      f.platform = static_cast<Platform>(value);
      break;
    case ContextFact::kSignInRisk:
      f.sign_in_risk = static_cast<Risk>(value);
      break;
    case ContextFact::kUserRisk:
      f.user_risk = static_cast<Risk>(value);
      break;
    case ContextFact::kServicePrincipalRisk:
      f.service_principal_risk = static_cast<Risk>(value);
      break;
    case ContextFact::kInsiderRisk:
      f.insider_risk = static_cast<InsiderRisk>(value);
      break;
    case ContextFact::kTransferMethod:
      f.transfer_method =
          value > 2 ? TransferMethod::kDeviceCodeFlow : static_cast<TransferMethod>(value);
      f.original_transfer_method =
          value > 2 ? TransferMethod::kAuthenticationTransfer : TransferMethod::kNone;
      break;
    case ContextFact::kUserKind:
      f.user_kind = static_cast<UserKind>(value);
      break;
    case ContextFact::kDeviceRegistered:
      f.device.registered = value != 0;
      break;
    case ContextFact::kDeviceReportedLost:
      f.device.reported_lost = value != 0;
      break;
    case ContextFact::kDeviceCompliant:
      f.device.compliant = static_cast<Tristate>(value);
      break;
    case ContextFact::kDeviceManaged:
      f.device.managed = static_cast<Tristate>(value);
      break;
    case ContextFact::kDeviceTrust:
      f.device.trust = static_cast<DeviceTrust>(value);
      break;
    case ContextFact::kDeviceOwnership:
      f.device.ownership = static_cast<DeviceOwnership>(value);
      break;
  }
}

}  // namespace gate::ir
