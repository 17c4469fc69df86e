#include "server/flow/model/repeat.h"

#include "server/crypto/aead.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kContext = "flow answer";

Bytes tag_of(const Caller& caller) {
  const Digest digest = hmac_sha256(caller.request_mark, {as_bytes("answer tag")});
  return {digest.begin(), digest.begin() + kTagBytes};
}

Secret key_of(const Caller& caller) {
  return derive_key(caller.request_mark, "answer key");
}

StoredAnswer row_of(const Caller& caller, const FlowRecord& flow) {
  StoredAnswer row;
  row.tenant_id = flow.tenant_id;
  row.flow_id = flow.flow_id;
  row.gen = flow.gen;
  row.request_tag = tag_of(caller);
  row.at = caller.now;
  return row;
}

}  // namespace

bool is_same_request(const Caller& caller, std::int64_t gen, const StoredAnswer& stored) {
  return !caller.request_mark.empty() && stored.gen == gen &&
         caller.now - stored.at < kAnswerLife &&
         equal_constant_time(stored.request_tag, tag_of(caller));
}

Result<std::optional<StoredAnswer>> seal_answer(const FlowServices& services, const Caller& caller,
                                                const FlowRecord& flow, const Reply& reply) {
  if (caller.request_mark.empty() || !services.write_answer) {
    return std::optional<StoredAnswer>();
  }
  StoredAnswer row = row_of(caller, flow);
  std::string text = services.write_answer(caller, reply);
  auto sealed = seal(services.random, key_of(caller).bytes(), kContext, as_bytes(text));
  wipe(text);
  GATE_TRY(row.sealed, std::move(sealed));
  return std::optional(std::move(row));
}

std::optional<StoredAnswer> claim_answer(const Caller& caller, const FlowRecord& flow) {
  return caller.request_mark.empty() ? std::nullopt : std::optional(row_of(caller, flow));
}

Result<std::string> open_answer(const Caller& caller, const StoredAnswer& stored) {
  GATE_TRY(const Secret plain, open_sealed(key_of(caller).bytes(), kContext, stored.sealed));
  return std::string(plain.bytes().begin(), plain.bytes().end());
}

}  // namespace gate::server
