#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/crypto/hmac.h"
#include "server/domain/settings.h"
#include "server/ports/random.h"

namespace gate::server {

/// A code of `digits` decimal digits, each uniform by rejection sampling (A1, A2). The caller wipes
/// it. `digits` out of bounds is a programmer error.
[[nodiscard]] Result<std::string> make_code(Random& random, int digits);

/// The stored form of a code (A6): HMAC-SHA-256(pepper, challenge id, code). The challenge id makes
/// equal codes of two challenges differ. It also binds the code to the flow, channel, client and
/// step of the challenge (A5).
[[nodiscard]] Digest code_mac(ByteSpan pepper, std::string_view challenge_id,
                              std::string_view code);

}  // namespace gate::server
