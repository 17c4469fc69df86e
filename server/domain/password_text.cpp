#include "server/domain/password_text.h"

#include <optional>

#include "server/crypto/secret.h"
#include "server/domain/unicode.h"

namespace gate::server {
namespace {

/// Decomposed letters take more bytes than composed ones, so that more may arrive.
constexpr std::size_t kArrivingBytesMax = 4 * kPasswordBytesMax;

}  // namespace

Result<std::string> normal_password(std::string_view password) {
  const Error too_long{ErrorCode::kLimitExceeded, "a password has at most 1024 bytes"};
  if (password.size() > kArrivingBytesMax) {
    return too_long;
  }
  std::optional<std::string> nfc = to_nfc(password);
  if (!nfc) {
    return Error{ErrorCode::kInvalidArgument, "a password is text in UTF-8"};
  }
  if (nfc->size() > kPasswordBytesMax) {
    wipe(*nfc);
    return too_long;
  }
  return std::move(*nfc);
}

}  // namespace gate::server
