#pragma once

#include <array>
#include <cstdint>
#include <gate/policy_file.hpp>
#include <gate/result.hpp>
#include <string_view>

namespace gate {

using Ed25519Signature = std::array<std::uint8_t, 64>;

struct Ed25519Signed {
  Ed25519Signature signature{};
  PublicKey key;  ///< the public half of the key that signed
};

/// Signs with an unencrypted PKCS#8 PEM. Error{kInvalidArgument} when it is no Ed25519 private key;
/// the message never quotes it.
[[nodiscard]] Result<Ed25519Signed> ed25519_sign(std::string_view private_key_pem,
                                                 std::string_view message);

/// RFC 8032 verification. False on anything but a good signature.
[[nodiscard]] bool ed25519_verify(const PublicKey& key, const Ed25519Signature& signature,
                                  std::string_view message) noexcept;

}  // namespace gate
