#include "runtime/c/border.h"

extern "C" {

uint32_t gate_abi_version(void) {
  return GATE_ABI_VERSION;
}
const char* gate_version(void) {
  return GATE_VERSION_TEXT;
}

const char* gate_status_name(gate_status status) {
  if (status == GATE_OK) {
    return "ok";
  }
  if (status < GATE_OK || status > GATE_INTERNAL) {
    return "unknown";
  }
  return gate::error_code_name(static_cast<gate::ErrorCode>(status - 1));
}

gate_status gate_error_status(const gate_error* error) {
  return error == nullptr ? GATE_OK : error->status;
}
const char* gate_error_message(const gate_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}
void gate_error_free(gate_error* error) {
  delete error;
}
}
