#include "server/session/sessions.h"

#include "server/crypto/aead.h"
#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr std::size_t kRefreshBytes = 32;
constexpr std::size_t kRefreshTextMax = 128;
constexpr std::string_view kSuccessorContext = "refresh successor";

Result<std::string> make_token(Random& random) {
  GATE_TRY(Bytes bytes, random_bytes(random, kRefreshBytes));
  const Secret secret(std::move(bytes));
  return base64url(secret.bytes());
}

Bytes hash_of(std::string_view token) {
  const Digest digest = sha256(as_bytes(token));
  return {digest.begin(), digest.end()};
}

}  // namespace

Result<FreshFamily> make_family(Random& random, Micros ends_at) {
  FreshFamily fresh;
  GATE_TRY(fresh.token, make_token(random));
  GATE_TRY(fresh.family.family_id, random_guid(random));
  fresh.family.token_hash = hash_of(fresh.token);
  fresh.family.ends_at = ends_at;
  return fresh;
}

Result<OpenedRefresh> open_refresh(SessionReads& reads, std::string_view tenant_id,
                                   std::string_view client_id, std::string_view token, Micros now) {
  OpenedRefresh opened;
  if (token.empty() || token.size() > kRefreshTextMax) {
    return opened;
  }
  GATE_TRY(std::optional<RefreshRecord> found, reads.find_refresh(tenant_id, hash_of(token)));
  if (!found || found->session.client_id != client_id) {
    return opened;
  }
  opened.record = std::move(*found);
  if (opened.record.revoked || now >= opened.record.family_ends_at) {
    opened.verdict = RefreshVerdict::kEnded;
  } else if (opened.record.used_at && now - *opened.record.used_at >= kRefreshGrace) {
    opened.verdict = RefreshVerdict::kReused;
  } else {
    opened.verdict = RefreshVerdict::kUsable;
  }
  return opened;
}

Result<RefreshStep> next_refresh(Random& random, const OpenedRefresh& opened,
                                 std::string_view token) {
  RefreshStep step;
  step.token_hash = hash_of(token);
  const Secret key = derive_key(as_bytes(token), kSuccessorContext);
  if (opened.record.used_at) {
    GATE_TRY(const Secret successor,
             open_sealed(key.bytes(), kSuccessorContext, opened.record.successor_sealed));
    step.next.assign(successor.bytes().begin(), successor.bytes().end());
    return step;
  }
  GATE_TRY(step.next, make_token(random));
  Result<Bytes> sealed = seal(random, key.bytes(), kSuccessorContext, as_bytes(step.next));
  if (!sealed) {
    wipe(step.next);
    return std::move(sealed).error();
  }
  step.rotation = Rotation{step.token_hash, hash_of(step.next), std::move(*sealed)};
  return step;
}

Result<void> write_refresh(SessionWrites& writes, std::string_view tenant_id,
                           const RefreshStep& step, std::int64_t methods_gen, Micros now) {
  return step.rotation ? writes.rotate_refresh(tenant_id, *step.rotation, methods_gen, now)
                       : writes.confirm_refresh(tenant_id, step.token_hash, methods_gen, now);
}

}  // namespace gate::server
