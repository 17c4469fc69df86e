#include "server/crypto/es256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

constexpr int kCoordinateBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kDerSignatureBytesMax = 80;

struct FreeBn {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
};
struct FreeMdContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using Bn = std::unique_ptr<BIGNUM, FreeBn>;
using MdContext = std::unique_ptr<EVP_MD_CTX, FreeMdContext>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeSignature>;

Error broken(const char* what) {
  return {ErrorCode::kInternal, std::string("the crypto library could not ") + what};
}

Result<std::string> coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    return broken("read a public key");
  }
  const Bn number(raw);
  std::array<std::uint8_t, kCoordinateBytes> bytes{};
  if (BN_bn2binpad(number.get(), bytes.data(), kCoordinateBytes) != kCoordinateBytes) {
    return broken("encode a public key");
  }
  return base64url(ByteSpan(bytes));
}

bool is_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

}  // namespace

std::string p256_thumbprint(std::string_view x, std::string_view y) {
  std::string members = R"({"crv":"P-256","kty":"EC","x":")";
  members.append(x).append(R"(","y":")").append(y).append(R"("})");
  return base64url(ByteSpan(sha256(as_bytes(members))));
}

Result<Es256Key> Es256Key::from_handle(Handle handle) {
  PublicJwk jwk;
  GATE_TRY(jwk.x, coordinate(handle.get(), OSSL_PKEY_PARAM_EC_PUB_X));
  GATE_TRY(jwk.y, coordinate(handle.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
  jwk.kid = p256_thumbprint(jwk.x, jwk.y);
  return Es256Key(std::move(handle), std::move(jwk));
}

Result<Es256Key> Es256Key::generate() {
  Handle handle(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (!handle) {
    return broken("make a P-256 key");
  }
  return from_handle(std::move(handle));
}

Result<Es256Key> Es256Key::from_private_der(ByteSpan der) {
  const unsigned char* cursor = der.data();
  Handle handle(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(der.size())), EVP_PKEY_free);
  if (!handle || cursor != der.data() + der.size() || !is_p256(handle.get())) {
    return Error{ErrorCode::kCorrupt, "a stored signing key is not a P-256 private key"};
  }
  return from_handle(std::move(handle));
}

Result<Secret> Es256Key::private_der() const {
  struct FreeInfo {
    void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
  };
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeInfo> info(EVP_PKEY2PKCS8(handle_.get()));
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : -1;
  if (size <= 0) {
    return broken("encode a private key");
  }
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* cursor = der.data();
  if (i2d_PKCS8_PRIV_KEY_INFO(info.get(), &cursor) != size) {
    return broken("encode a private key");
  }
  return Secret(std::move(der));
}

Result<Bytes> Es256Key::sign(std::string_view message) const {
  const MdContext context(EVP_MD_CTX_new());
  std::array<std::uint8_t, kDerSignatureBytesMax> der{};
  std::size_t size = der.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size,
                     reinterpret_cast<const std::uint8_t*>(message.data()), message.size()) != 1) {
    return broken("sign");
  }
  const unsigned char* cursor = der.data();
  const Signature pair(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)));
  Bytes signature(kSignatureBytes);
  if (!pair ||
      BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), kCoordinateBytes) !=
          kCoordinateBytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), signature.data() + kCoordinateBytes,
                   kCoordinateBytes) != kCoordinateBytes) {
    return broken("encode a signature");
  }
  return signature;
}

bool Es256Key::verify(std::string_view message, ByteSpan signature) const {
  if (signature.size() != kSignatureBytes) {
    return false;
  }
  Bn r(BN_bin2bn(signature.data(), kCoordinateBytes, nullptr));
  Bn s(BN_bin2bn(signature.data() + kCoordinateBytes, kCoordinateBytes, nullptr));
  const Signature pair(ECDSA_SIG_new());
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return false;
  }
  static_cast<void>(r.release());  // owned by the pair since set0
  static_cast<void>(s.release());
  std::array<std::uint8_t, kDerSignatureBytesMax> der{};
  unsigned char* cursor = der.data();
  const int size = i2d_ECDSA_SIG(pair.get(), &cursor);
  const MdContext context(EVP_MD_CTX_new());
  return size > 0 && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_.get()) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size),
                          reinterpret_cast<const std::uint8_t*>(message.data()),
                          message.size()) == 1;
}

}  // namespace gate::server
