#include "server/crypto/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace gate::server {

void wipe(void* memory, std::size_t size) noexcept {
  if (size != 0) {
    OPENSSL_cleanse(memory, size);
  }
}

void wipe(std::string& text) noexcept {
  wipe(text.data(), text.size());
  text.clear();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_.data(), bytes_.size());
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

}  // namespace gate::server
