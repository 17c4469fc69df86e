/* libgate: version, texts, errors, and the closed vocabularies. A part of gate.h, which includes
 * it; rules of ownership, threads, structs and safety as there.
 */
#ifndef GATE_VALUES_H
#define GATE_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GATE_API __attribute__((visibility("default")))

/* Version of this interface. A library with the same number understands a program that was built
 * with this header; the number grows only when that stops being true. */
#define GATE_ABI_VERSION 1
GATE_API uint32_t gate_abi_version(void);
/* "0.1.0" */
GATE_API const char* gate_version(void);

/* --- values
 * ---------------------------------------------------------------------------------------- */

/* Text: UTF-8, `size` bytes, no terminator needed. {NULL, 0} is the empty text and means "absent".
 */
typedef struct gate_str {
  const char* data;
  size_t size;
} gate_str;

/* The text of a zero-terminated string; NULL gives the empty text. */
static inline gate_str gate_text(const char* text) {
  gate_str s;
  s.data = text;
  s.size = text == NULL ? 0 : strlen(text);
  return s;
}

typedef int32_t gate_status;
enum {
  GATE_OK = 0,
  GATE_INVALID_ARGUMENT = 1, /* what was passed is malformed; the error says where and how */
  GATE_NOT_FOUND = 2,
  GATE_CONFLICT = 3,
  GATE_EXPIRED = 4,
  GATE_LIMIT_EXCEEDED = 5,
  GATE_DENIED = 6, /* a signature is missing or wrong */
  GATE_UNAVAILABLE = 7,
  GATE_CORRUPT = 8, /* a policy file is not what was written */
  GATE_INTERNAL = 9 /* out of memory, or a bug */
};
/* "ok", "invalid_argument", ...; "unknown" for a number that is none. */
GATE_API const char* gate_status_name(gate_status status);

/* Why a call failed. Free with gate_error_free(). */
typedef struct gate_error gate_error;
GATE_API gate_status gate_error_status(const gate_error* error);
/* A sentence for people, zero-terminated; "" for NULL. Holds no secrets. */
GATE_API const char* gate_error_message(const gate_error* error);
GATE_API void gate_error_free(gate_error* error);

/* Closed vocabularies: a number in structs, a name in policies and JSON. Numbers are stable; new
 * ones are added at the end. */
typedef uint32_t gate_vocabulary;
enum {
  GATE_FLOWS = 0,
  GATE_CLIENTS = 1,
  GATE_PLATFORMS = 2,
  GATE_RISKS = 3,
  GATE_INSIDER_RISKS = 4,
  GATE_TRANSFER_METHODS = 5,
  GATE_USER_KINDS = 6,
  GATE_DEVICE_TRUSTS = 7,
  GATE_DEVICE_OWNERSHIPS = 8,
  GATE_TRISTATES = 9,
  GATE_METHODS = 10,
  GATE_CONTROLS = 11,
  GATE_TARGET_KINDS = 12,
  GATE_OUTCOMES = 13,
  GATE_REASONS = 14,
  GATE_REQUEST_FAULTS = 15,
  GATE_TRUTHS = 16,
  GATE_POLICY_STATES = 17,
  GATE_BACKENDS = 18,
  GATE_TIERS = 19
};
/* How many numbers a vocabulary has (they are 0, 1, ...); 0 for an unknown vocabulary. */
GATE_API uint32_t gate_name_count(gate_vocabulary vocabulary);
/* The name of a number; empty if there is none. */
GATE_API gate_str gate_name(gate_vocabulary vocabulary, uint32_t number);
/* The number of a name, compared byte by byte. GATE_NOT_FOUND leaves *number alone. */
GATE_API gate_status gate_number(gate_vocabulary vocabulary, gate_str name, uint32_t* number);

enum {
  GATE_FLOW_SIGN_IN = 0,
  GATE_FLOW_SIGN_UP = 1,
  GATE_FLOW_PASSWORD_RESET = 2,
  GATE_FLOW_REFRESH = 3,
  GATE_FLOW_REQUEST = 4
};
enum {
  GATE_CLIENT_UNKNOWN = 0,
  GATE_CLIENT_BROWSER = 1,
  GATE_CLIENT_NATIVE_APP = 2,
  GATE_CLIENT_EXCHANGE_ACTIVE_SYNC = 3,
  GATE_CLIENT_OTHER = 4
};
enum {
  GATE_PLATFORM_UNKNOWN = 0,
  GATE_PLATFORM_ANDROID = 1,
  GATE_PLATFORM_IOS = 2,
  GATE_PLATFORM_WINDOWS = 3,
  GATE_PLATFORM_WINDOWS_PHONE = 4,
  GATE_PLATFORM_MACOS = 5,
  GATE_PLATFORM_LINUX = 6
};
enum { GATE_RISK_NONE = 0, GATE_RISK_LOW = 1, GATE_RISK_MEDIUM = 2, GATE_RISK_HIGH = 3 };
enum {
  GATE_INSIDER_RISK_NONE = 0,
  GATE_INSIDER_RISK_MINOR = 1,
  GATE_INSIDER_RISK_MODERATE = 2,
  GATE_INSIDER_RISK_ELEVATED = 3
};
enum {
  GATE_TRANSFER_METHOD_NONE = 0,
  GATE_TRANSFER_METHOD_DEVICE_CODE_FLOW = 1,
  GATE_TRANSFER_METHOD_AUTHENTICATION_TRANSFER = 2
};
enum {
  GATE_USER_KIND_MEMBER = 0,
  GATE_USER_KIND_INTERNAL_GUEST = 1,
  GATE_USER_KIND_B2B_COLLABORATION_GUEST = 2,
  GATE_USER_KIND_B2B_COLLABORATION_MEMBER = 3,
  GATE_USER_KIND_B2B_DIRECT_CONNECT_USER = 4,
  GATE_USER_KIND_OTHER_EXTERNAL_USER = 5,
  GATE_USER_KIND_SERVICE_PROVIDER = 6,
  GATE_USER_KIND_SERVICE_PRINCIPAL = 7
};
enum {
  GATE_DEVICE_TRUST_ABSENT = 0,
  GATE_DEVICE_TRUST_AZURE_AD = 1,
  GATE_DEVICE_TRUST_SERVER_AD = 2,
  GATE_DEVICE_TRUST_WORKPLACE = 3
};
enum {
  GATE_DEVICE_OWNERSHIP_ABSENT = 0,
  GATE_DEVICE_OWNERSHIP_PERSONAL = 1,
  GATE_DEVICE_OWNERSHIP_COMPANY = 2
};
enum { GATE_TRISTATE_ABSENT = 0, GATE_TRISTATE_FALSE = 1, GATE_TRISTATE_TRUE = 2 };
enum {
  GATE_METHOD_PASSWORD = 0,
  GATE_METHOD_EMAIL_OTP = 1,
  GATE_METHOD_SMS_OTP = 2,
  GATE_METHOD_VOICE = 3,
  GATE_METHOD_HARDWARE_OATH = 4,
  GATE_METHOD_SOFTWARE_OATH = 5,
  GATE_METHOD_FIDO2 = 6,
  GATE_METHOD_WINDOWS_HELLO = 7,
  GATE_METHOD_AUTHENTICATOR_PUSH = 8,
  GATE_METHOD_DEVICE_BASED_PUSH = 9,
  GATE_METHOD_TEMPORARY_PASS_ONE_TIME = 10,
  GATE_METHOD_TEMPORARY_PASS_MULTI_USE = 11,
  GATE_METHOD_X509_SINGLE_FACTOR = 12,
  GATE_METHOD_X509_MULTI_FACTOR = 13,
  GATE_METHOD_FEDERATED_SINGLE_FACTOR = 14,
  GATE_METHOD_FEDERATED_MULTI_FACTOR = 15,
  GATE_METHOD_QR_CODE_PIN = 16
};
enum {
  GATE_CONTROL_MFA = 0,
  GATE_CONTROL_STRENGTH = 1,
  GATE_CONTROL_COMPLIANT_DEVICE = 2,
  GATE_CONTROL_HYBRID_JOINED_DEVICE = 3,
  GATE_CONTROL_APPROVED_APP = 4,
  GATE_CONTROL_APP_PROTECTION = 5,
  GATE_CONTROL_COMPLIANT_NETWORK = 6,
  GATE_CONTROL_PASSWORD_CHANGE = 7,
  GATE_CONTROL_RISK_REMEDIATION = 8,
  GATE_CONTROL_TERMS_OF_USE = 9,
  GATE_CONTROL_CUSTOM_CONTROL = 10
};
enum { GATE_TARGET_APP = 0, GATE_TARGET_ACTION = 1, GATE_TARGET_CONTEXT = 2 };
enum { GATE_OUTCOME_BLOCK = 0, GATE_OUTCOME_CHALLENGE = 1, GATE_OUTCOME_ALLOW = 2 };
enum { GATE_TRUTH_FALSE = 0, GATE_TRUTH_TRUE = 1, GATE_TRUTH_UNKNOWN = 2 };
enum { GATE_POLICY_ON = 0, GATE_POLICY_REPORT_ONLY = 1, GATE_POLICY_OFF = 2 };
enum { GATE_BACKEND_INTERPRETER = 0, GATE_BACKEND_NATIVE = 1 };
enum { GATE_TIER_INTERPRETER = 0, GATE_TIER_TABLES = 1, GATE_TIER_MACHINE_CODE = 2 };
enum {
  GATE_REASON_NONE = 0,
  GATE_REASON_NO_POLICY_SET = 1,
  GATE_REASON_REQUEST_REJECTED = 2, /* detail: GATE_REQUEST_FAULTS */
  GATE_REASON_POLICY_BLOCKS = 3,
  GATE_REASON_DEFAULT_DENY = 4,
  GATE_REASON_CONTROL_UNMET = 5, /* detail: clause */
  GATE_REASON_REAUTHENTICATE = 6,
  GATE_REASON_UNKNOWN_SIGNAL = 7, /* detail: for gate_policy_set_fact() */
  GATE_REASON_CONTROL_MET = 8,    /* detail: clause */
  GATE_REASON_NO_POLICY_APPLIES = 9,
  GATE_REASON_FACT_REFUSED = 10,   /* detail: for gate_policy_set_fact() */
  GATE_REASON_CANNOT_REGISTER = 11 /* detail: clause */
};

#ifdef __cplusplus
}
#endif

#endif
