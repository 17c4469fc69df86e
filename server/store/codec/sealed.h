#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/crypto/hmac.h"
#include "server/crypto/secret.h"

/// The sealed columns, and the context that binds each value to its row.
namespace gate::server {

[[nodiscard]] std::string channel_context(std::string_view tenant_id, std::string_view channel_id);
[[nodiscard]] std::string user_context(std::string_view tenant_id, std::string_view user_id);
[[nodiscard]] std::string flow_context(std::string_view tenant_id, std::string_view flow_id);
[[nodiscard]] std::string outbox_context(std::string_view tenant_id, std::string_view challenge_id);

/// The plain text, or kCorrupt.
[[nodiscard]] Result<std::string> open_text(const Secret& key, const std::string& context,
                                            ByteSpan sealed);

/// What a store keeps to recognise its key (S24): a MAC by a key that is derived from `key`, so
/// that it reveals nothing about what `key` seals.
[[nodiscard]] Digest key_check_of(const Secret& key);

}  // namespace gate::server
