#include "server/store/codec/sealed.h"

#include "server/crypto/aead.h"

namespace gate::server {

std::string channel_context(std::string_view tenant_id, std::string_view channel_id) {
  return std::string("channel/").append(tenant_id).append("/").append(channel_id);
}
std::string user_context(std::string_view tenant_id, std::string_view user_id) {
  return std::string("user/").append(tenant_id).append("/").append(user_id);
}
std::string flow_context(std::string_view tenant_id, std::string_view flow_id) {
  return std::string("flow/").append(tenant_id).append("/").append(flow_id);
}
std::string outbox_context(std::string_view tenant_id, std::string_view challenge_id) {
  return std::string("outbox/").append(tenant_id).append("/").append(challenge_id);
}

Result<std::string> open_text(const Secret& key, const std::string& context, ByteSpan sealed) {
  GATE_TRY(const Secret plain, open_sealed(key.bytes(), context, sealed));
  return std::string(plain.bytes().begin(), plain.bytes().end());
}

Digest key_check_of(const Secret& key) {
  const Secret own = derive_key(key.bytes(), "key check");
  return hmac_sha256(own.bytes(), {as_bytes("gated store")});
}

}  // namespace gate::server
