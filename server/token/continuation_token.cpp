#include "server/token/continuation_token.h"

#include <algorithm>
#include <array>
#include <gate/export.hpp>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

constexpr std::size_t kFlowIdBytes = 16;
constexpr std::size_t kGenBytes = 8;
constexpr std::size_t kHeadBytes = kFlowIdBytes + kGenBytes;
constexpr std::size_t kTokenBytes = kHeadBytes + 32;

std::uint8_t nibble(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

std::string ContinuationTokens::make(std::string_view tenant_id, std::string_view client_id,
                                     const FlowPlace& place) const {
  GATE_CHECK(place.flow_id.size() == 2 * kFlowIdBytes, "a flow id has 32 hexadecimal digits");
  Bytes token;
  token.reserve(kTokenBytes);
  for (std::size_t i = 0; i < place.flow_id.size(); i += 2) {
    token.push_back(
        static_cast<std::uint8_t>((nibble(place.flow_id[i]) << 4U) | nibble(place.flow_id[i + 1])));
  }
  const auto gen = static_cast<std::uint64_t>(place.gen);
  for (int shift = 56; shift >= 0; shift -= 8) {
    token.push_back(static_cast<std::uint8_t>(gen >> shift));
  }
  const Digest mac = hmac_sha256(key_.bytes(), {as_bytes("continuation"), as_bytes(tenant_id),
                                                as_bytes(client_id), ByteSpan(token)});
  token.insert(token.end(), mac.begin(), mac.end());
  return base64url(ByteSpan(token));
}

std::optional<FlowPlace> ContinuationTokens::open(std::string_view tenant_id,
                                                  std::string_view client_id,
                                                  std::string_view token) const {
  const std::optional<Bytes> bytes = parse_base64url(token);
  if (!bytes || bytes->size() != kTokenBytes) {
    return std::nullopt;
  }
  const ByteSpan head = ByteSpan(*bytes).first(kHeadBytes);
  const Digest mac = hmac_sha256(
      key_.bytes(), {as_bytes("continuation"), as_bytes(tenant_id), as_bytes(client_id), head});
  if (!equal_constant_time(mac, ByteSpan(*bytes).subspan(kHeadBytes))) {
    return std::nullopt;
  }
  std::uint64_t gen = 0;
  for (const std::uint8_t byte : head.subspan(kFlowIdBytes)) {
    gen = (gen << 8U) | byte;
  }
  return FlowPlace{hex(head.first(kFlowIdBytes)), static_cast<std::int64_t>(gen)};
}

}  // namespace gate::server
