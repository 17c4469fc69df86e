#include "runtime/aot/signed_bytes.h"

#include "runtime/aot/policy_file.h"
#include "runtime/digest/ed25519.h"
#include "runtime/digest/sha256.h"

namespace gate::aot {

Result<std::string> sign_block(std::string_view context, std::string_view hash,
                               const SaveOptions& options) {
  std::string block;
  if (!options.signing_key_pem.empty()) {
    GATE_TRY(const Ed25519Signed made,
             ed25519_sign(options.signing_key_pem, std::string(context).append(hash)));
    block += kSignatureMagic;
    block += view(made.key.bytes);
    block += view(made.signature);
  }
  return block;
}

Result<void> check_block(std::string_view block, std::string_view context, std::string_view hash,
                         const PublicKey& trusted) {
  if (block.empty()) {
    return Error{ErrorCode::kDenied, "policy file: it is not signed"};
  }
  const PublicKey key{copy<32>(block.substr(kSignatureMagic.size()))};
  const auto signature = copy<64>(block.substr(kSignatureMagic.size() + 32));
  if (key != trusted) {
    return Error{ErrorCode::kDenied,
                 "policy file: it was signed with another key, " + to_hex(view(key.bytes))};
  }
  if (!ed25519_verify(trusted, signature, std::string(context).append(hash))) {
    return Error{ErrorCode::kDenied, "policy file: the signature is not good"};
  }
  return {};
}

}  // namespace gate::aot
