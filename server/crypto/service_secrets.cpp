#include "server/crypto/service_secrets.h"

#include "server/crypto/hmac.h"

namespace gate::server {

Result<ServiceSecrets> ServiceSecrets::derive(const Secret& master) {
  if (master.size() != kMasterBytes) {
    return Error{ErrorCode::kInvalidArgument, "the master key has to be 32 bytes"};
  }
  ServiceSecrets secrets;
  secrets.password_pepper = derive_key(master.bytes(), "password pepper");
  secrets.code_pepper = derive_key(master.bytes(), "code pepper");
  secrets.continuation_key = derive_key(master.bytes(), "continuation token");
  secrets.account_key = derive_key(master.bytes(), "unknown account");
  secrets.store_key = derive_key(master.bytes(), "store");
  secrets.key_encryption_key = derive_key(master.bytes(), "signing keys");
  secrets.request_key = derive_key(master.bytes(), "requests");
  secrets.audit_key = derive_key(master.bytes(), "audit rows");
  return secrets;
}

}  // namespace gate::server
