#include "runtime/digest/ed25519.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace gate {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using Reader = std::unique_ptr<BIO, Free>;

/// Leaves the crypto library's error queue, which belongs to the caller's thread, as it was.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

constexpr std::size_t kPemBytesMax = 16 * 1024;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Answers a passphrase prompt with "none": a library must never read the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

using ReadKey = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);
Key read_pem(std::string_view pem, ReadKey read) {
  if (pem.empty() || pem.size() > kPemBytesMax) {
    return nullptr;
  }
  const Reader bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(bio == nullptr ? nullptr : read(bio.get(), nullptr, no_passphrase, nullptr));
  if (key != nullptr && EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) {
    key.reset();
  }
  return key;
}

Result<PublicKey> raw_public_key(const EVP_PKEY* key) {
  PublicKey out;
  std::size_t size = out.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, out.bytes.data(), &size) != 1 || size != out.bytes.size()) {
    return Error{ErrorCode::kInternal, "the public half of the key could not be read"};
  }
  return out;
}

}  // namespace

Result<PublicKey> parse_public_key_pem(std::string_view pem) {
  const ErrorMark mark;
  const Key key = read_pem(pem, PEM_read_bio_PUBKEY);
  if (key == nullptr) {
    return Error{ErrorCode::kInvalidArgument,
                 "not an Ed25519 public key in PEM (`openssl pkey -pubout` writes one)"};
  }
  return raw_public_key(key.get());
}

Result<Ed25519Signed> ed25519_sign(std::string_view private_key_pem, std::string_view message) {
  const ErrorMark mark;
  const Key key = read_pem(private_key_pem, PEM_read_bio_PrivateKey);
  if (key == nullptr) {
    return Error{ErrorCode::kInvalidArgument,
                 "not an unencrypted Ed25519 private key in PEM (`openssl genpkey -algorithm "
                 "ed25519` writes one)"};
  }
  GATE_TRY(const PublicKey public_key, raw_public_key(key.get()));
  Ed25519Signed out{{}, public_key};
  const Context context(EVP_MD_CTX_new());
  std::size_t size = out.signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), out.signature.data(), &size, bytes(message), message.size()) !=
          1 ||
      size != out.signature.size()) {
    return Error{ErrorCode::kInternal, "the crypto library could not sign"};
  }
  return out;
}

bool ed25519_verify(const PublicKey& key, const Ed25519Signature& signature,
                    std::string_view message) noexcept {
  const ErrorMark mark;
  const Key public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  const Context context(EVP_MD_CTX_new());
  return public_key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes(message),
                          message.size()) == 1;
}

}  // namespace gate
