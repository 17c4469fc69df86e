#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "server/crypto/secret.h"

// OpenSSL's EVP_PKEY, named without its headers: only server/crypto sees those.
struct evp_pkey_st;

namespace gate::server {

/// The public half as RFC 7517 writes it: coordinates and thumbprint, base64url.
struct PublicJwk {
  std::string x;
  std::string y;
  std::string kid;  ///< RFC 7638 thumbprint
};

/// One P-256 private key. Immutable; signing is safe from any number of threads. About 35 us a
/// signature. The key wipes itself when the last copy goes.
class Es256Key {
 public:
  /// A fresh key from OpenSSL's generator.
  [[nodiscard]] static Result<Es256Key> generate();
  /// From the PKCS#8 DER that `private_der` gave; anything but a P-256 key is kCorrupt.
  [[nodiscard]] static Result<Es256Key> from_private_der(ByteSpan der);

  [[nodiscard]] Result<Secret> private_der() const;
  [[nodiscard]] const PublicJwk& jwk() const { return jwk_; }

  /// JWS ES256 signature (RFC 7518 3.4): R || S, 64 bytes.
  [[nodiscard]] Result<Bytes> sign(std::string_view message) const;
  [[nodiscard]] bool verify(std::string_view message, ByteSpan signature) const;

 private:
  using Handle = std::shared_ptr<evp_pkey_st>;
  Es256Key(Handle handle, PublicJwk jwk) : handle_(std::move(handle)), jwk_(std::move(jwk)) {}
  static Result<Es256Key> from_handle(Handle handle);

  Handle handle_;
  PublicJwk jwk_;
};

/// RFC 7638 thumbprint of a P-256 public key given by its base64url coordinates.
[[nodiscard]] std::string p256_thumbprint(std::string_view x, std::string_view y);

}  // namespace gate::server
