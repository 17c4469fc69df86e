#include "server/flow/model/new_password.h"

#include <algorithm>

namespace gate::server {

NewPasswordOf names_of(const std::string& username, const AccountDraft& draft) {
  const auto found = std::find_if(draft.attributes.begin(), draft.attributes.end(),
                                  [](const auto& entry) { return entry.first == kDisplayName; });
  return {username, found == draft.attributes.end() ? std::string() : found->second};
}

NewPasswordOf names_of(const User& user, const std::vector<Channel>& channels) {
  NewPasswordOf names{user.username, user.display_name};
  for (const Channel& channel : channels) {
    if (channel.kind == ChannelKind::kEmail) {
      names.addresses.push_back(channel.address);
    }
  }
  return names;
}

Result<NewPassword> hash_new_password(const FlowServices& services, const Caller& caller,
                                      std::string_view password, const NewPasswordOf& of) {
  NewPassword chosen;
  const PasswordContext context{.username = of.username,
                                .addresses = of.addresses,
                                .display_name = of.display_name,
                                .tenant_name = caller.tenant.name};
  GATE_TRY(chosen.fault, check_password(services.password_rules, password, context));
  if (chosen.fault == PasswordFault::kNone) {
    GATE_TRY(chosen.encoded, services.passwords.hash(password));
  }
  return chosen;
}

PasswordRejected password_rejected(const FlowServices& services, PasswordFault fault) {
  return {fault, services.password_rules.min_length};
}

Result<bool> is_password_of(const FlowServices& services, const User& user,
                            std::string_view password) {
  std::optional<std::string> encoded;
  GATE_TRY_VOID(services.store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(encoded, reads.find_password(user.tenant_id, user.user_id));
    return {};
  }));
  return encoded && services.passwords.verify(*encoded, password);
}

std::optional<FlowOutcome> take_attributes(const Tenant& tenant, std::string_view json,
                                           AccountDraft& draft) {
  Result<CheckedAttributes> checked = check_attributes(tenant.attributes, json);
  if (!checked) {
    return AttributesRejected{};
  }
  if (!checked->invalid.empty()) {
    return AttributesRejected{std::move(checked->invalid)};
  }
  draft.attributes = merged(std::move(draft.attributes), checked->values);
  return std::nullopt;
}

}  // namespace gate::server
