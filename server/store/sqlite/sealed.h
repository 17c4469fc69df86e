#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"

/// Columns that are sealed, and what binds each value to its row.
namespace gate::server {

[[nodiscard]] std::string channel_context(std::string_view tenant_id, std::string_view channel_id);
[[nodiscard]] std::string flow_context(std::string_view tenant_id, std::string_view flow_id);
[[nodiscard]] std::string outbox_context(std::string_view tenant_id, std::string_view challenge_id);

/// The text that was sealed, or kCorrupt.
[[nodiscard]] Result<std::string> open_text(const Secret& key, const std::string& context,
                                            ByteSpan sealed);

}  // namespace gate::server
