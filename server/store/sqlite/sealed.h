#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

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

}  // namespace gate::server
