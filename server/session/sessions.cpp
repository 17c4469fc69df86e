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
  GATE_TRY(const Bytes bytes, random_bytes(random, kRefreshBytes));
  return base64url(ByteSpan(bytes));
}

}  // namespace

Result<std::string> begin_session(Transaction& transaction, Random& random,
                                  const SessionRecord& session, bool refreshable) {
  if (!refreshable) {
    GATE_TRY_VOID(transaction.create_session(session, "", {}, session.ends_at));
    return std::string();
  }
  GATE_TRY(std::string token, make_token(random));
  GATE_TRY(const std::string family_id, random_guid(random));
  GATE_TRY_VOID(
      transaction.create_session(session, family_id, sha256(as_bytes(token)), session.ends_at));
  return token;
}

Result<OpenedRefresh> open_refresh(Transaction& transaction, std::string_view tenant_id,
                                   std::string_view client_id, std::string_view token, Micros now) {
  OpenedRefresh opened;
  if (token.empty() || token.size() > kRefreshTextMax) {
    return opened;
  }
  GATE_TRY(std::optional<RefreshRecord> found,
           transaction.find_refresh(tenant_id, sha256(as_bytes(token))));
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

Result<std::string> rotate_refresh(Transaction& transaction, Random& random,
                                   const OpenedRefresh& opened, std::string_view token,
                                   Micros now) {
  const Secret key = derive_key(as_bytes(token), kSuccessorContext);
  if (opened.record.used_at) {
    GATE_TRY(const Secret successor,
             open_sealed(key.bytes(), kSuccessorContext, opened.record.successor_sealed));
    return std::string(successor.bytes().begin(), successor.bytes().end());
  }
  GATE_TRY(std::string next, make_token(random));
  GATE_TRY(const Bytes sealed, seal(random, key.bytes(), kSuccessorContext, as_bytes(next)));
  GATE_TRY(const bool rotated,
           transaction.rotate_refresh(opened.record.session.tenant_id, sha256(as_bytes(token)),
                                      sha256(as_bytes(next)), sealed, now));
  if (!rotated) {
    return Error{ErrorCode::kConflict, "the refresh token was used by another request"};
  }
  return next;
}

}  // namespace gate::server
