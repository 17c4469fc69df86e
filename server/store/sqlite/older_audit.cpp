#include "server/store/sqlite/older_audit.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "server/crypto/hmac.h"
#include "server/store/codec/columns.h"

namespace gate::server {
namespace {

constexpr const char* kName = "older_audit_end";

// Those rows are one chain over all tenants.
const Sql kLast(
    "SELECT seq, hash FROM audit INDEXED BY audit_by_chain WHERE node = '' "
    "ORDER BY seq DESC LIMIT 1");
const Sql kRead("SELECT value FROM meta WHERE name = ?");
const Sql kWrite("INSERT INTO meta (name, value) VALUES (?, ?)");

Digest mac_of(const Secret& key, ByteSpan text) {
  const Secret own = derive_key(key.bytes(), "older audit end");
  return hmac_sha256(own.bytes(), {as_bytes("end"), text});
}

/// The text behind the MAC: ["seq","hash"].
std::optional<AuditHead> parse(std::string_view text) {
  const Result<std::vector<std::string>> parts = read_list(text);
  if (!parts || parts->size() != 2) {
    return std::nullopt;
  }
  AuditHead end;
  const std::string& seq = parts->at(0);
  const auto [rest, error] = std::from_chars(seq.data(), seq.data() + seq.size(), end.seq);
  if (error != std::errc() || rest != seq.data() + seq.size()) {
    return std::nullopt;
  }
  end.hash = parts->at(1);
  return end;
}

}  // namespace

Result<void> write_older_audit_end(Connection& connection, const Secret& key) {
  AuditHead end;
  Query last(connection, kLast);
  if (last.next()) {
    end.seq = last.integer(0);
    end.hash = last.text(1);
  }
  GATE_TRY_VOID(last.done());
  const std::string text = write_list({std::to_string(end.seq), end.hash});
  const Digest mac = mac_of(key, as_bytes(text));
  Bytes value(mac.begin(), mac.end());
  value.insert(value.end(), text.begin(), text.end());
  Query write(connection, kWrite);
  write.bind(kName, value);
  return write.finish();
}

Result<AuditHead> read_older_audit_end(Connection& connection, const Secret& key) {
  Query query(connection, kRead);
  query.bind(kName);
  Bytes value;
  if (query.next()) {
    value = query.blob(0);
  }
  GATE_TRY_VOID(query.done());
  const std::size_t mac_bytes = std::min(value.size(), sizeof(Digest));
  const ByteSpan text = ByteSpan(value).subspan(mac_bytes);
  const Digest mac = mac_of(key, text);
  std::optional<AuditHead> end;
  if (equal_constant_time(ByteSpan(value).first(mac_bytes), ByteSpan(mac))) {
    end = parse({reinterpret_cast<const char*>(text.data()), text.size()});
  }
  if (!end) {
    return Error{ErrorCode::kCorrupt,
                 "the record of where the audit rows of an older version end is gone or was "
                 "changed"};
  }
  return std::move(*end);
}

}  // namespace gate::server
