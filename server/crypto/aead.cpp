#include "server/crypto/aead.h"

#include <openssl/evp.h>

#include <memory>

namespace gate::server {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kPlainBytesMax = std::size_t{1} << 20U;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Error broken() {
  return {ErrorCode::kInternal, "AES-256-GCM failed in the crypto library"};
}
Error corrupt() {
  return {ErrorCode::kCorrupt, "a sealed value does not open"};
}

}  // namespace

Result<Bytes> seal(Random& random, ByteSpan key, std::string_view context, ByteSpan plain) {
  GATE_CHECK(key.size() == kAeadKeyBytes, "an AES-256-GCM key has 32 bytes");
  GATE_CHECK(plain.size() <= kPlainBytesMax, "more than 1 MiB to seal");
  Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  GATE_TRY_VOID(random.fill(std::as_writable_bytes(std::span(sealed).first(kNonceBytes))));
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  std::uint8_t* out = sealed.data() + kNonceBytes;
  if (!cipher ||
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) !=
          1 ||
      EVP_EncryptUpdate(cipher.get(), nullptr, &size,
                        reinterpret_cast<const std::uint8_t*>(context.data()),
                        static_cast<int>(context.size())) != 1 ||
      EVP_EncryptUpdate(cipher.get(), out, &size, plain.data(), static_cast<int>(plain.size())) !=
          1 ||
      EVP_EncryptFinal_ex(cipher.get(), out + plain.size(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes),
                          out + plain.size()) != 1) {
    return broken();
  }
  return sealed;
}

Result<Secret> open_sealed(ByteSpan key, std::string_view context, ByteSpan sealed) {
  GATE_CHECK(key.size() == kAeadKeyBytes, "an AES-256-GCM key has 32 bytes");
  if (sealed.size() < kNonceBytes + kTagBytes ||
      sealed.size() > kPlainBytesMax + kNonceBytes + kTagBytes) {
    return corrupt();
  }
  const ByteSpan body = sealed.subspan(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  Bytes tag(sealed.end() - kTagBytes, sealed.end());
  Bytes plain(body.size());
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  if (!cipher || EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                    sealed.data()) != 1) {
    return broken();
  }
  const bool opened = EVP_DecryptUpdate(cipher.get(), nullptr, &size,
                                        reinterpret_cast<const std::uint8_t*>(context.data()),
                                        static_cast<int>(context.size())) == 1 &&
                      EVP_DecryptUpdate(cipher.get(), plain.data(), &size, body.data(),
                                        static_cast<int>(body.size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                          static_cast<int>(kTagBytes), tag.data()) == 1 &&
                      EVP_DecryptFinal_ex(cipher.get(), plain.data() + plain.size(), &size) == 1;
  Secret secret(std::move(plain));
  if (!opened) {
    return corrupt();
  }
  return secret;
}

}  // namespace gate::server
