/* libgate: Conditional Access decisions for C, and for every language that can call C.
 *
 * Library: libgate (pkg-config "gate", CMake target gate::c). It loads policy sets that `gatec
 * build` or gate_compile.h made, and needs no compiler. The functions of this header never print,
 * never read a clock, never touch the network and keep no global state.
 *
 * Ownership
 *   - Handles (gate_policy_set, gate_evaluator, gate_bound, gate_explanation, gate_bytes,
 * gate_error) come out of the library and are given back once, to the function that the handle's
 * type is documented with. Giving back NULL is allowed and does nothing.
 *   - What you pass in (gate_str, arrays, structs) is borrowed for the call only and never changed.
 *   - A gate_str that comes out is borrowed from the handle it was asked of, is not terminated by a
 *     zero byte, and lives as long as that handle. Names of enumerators live forever.
 *   - An error is reported by the status. Where a `gate_error **error` is taken, it may be NULL;
 *     otherwise *error is NULL on success and on failure a handle that is yours (or NULL if there
 * was no memory left for it).
 *
 * Threads
 *   - A gate_policy_set and a gate_evaluator may be used by any number of threads at once;
 * replacing the set of an evaluator while others decide is what it is for.
 *   - A gate_bound, a gate_explanation and a gate_error belong to one thread at a time.
 *
 * Structs
 *   - Structs that may grow begin with `struct_size`; the gate_*_new() functions of this header
 * fill it in. A smaller struct than this version's is an error, as is a larger one whose unknown
 * part is not zero; so a program and a library of different ages either understand each other or
 * say no.
 *
 * Safety
 *   - Wrong sizes, NULL with a count, unknown enumerators, too many or too long facts, text that is
 * not UTF-8: an error or a decision that blocks, never anything undefined. Zeroed memory is the
 * strict answer: a decision of zeros blocks.
 *   - Pointers must point to as many elements as you say. The library cannot check that.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

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

/* --- what is known of one sign-in
 * ------------------------------------------------------------------ */

/* A method done in this session, and how long ago in seconds. */
typedef struct gate_method_done {
  uint32_t method; /* GATE_METHOD_... */
  uint32_t age_s;
} gate_method_done;

/* A control that you vouch for; device states are derived from the device fields instead. */
typedef struct gate_control {
  uint32_t kind;     /* GATE_CONTROL_... */
  uint32_t reserved; /* 0 */
  gate_str name;     /* which terms of use or custom control; empty for the others */
} gate_control;

/* A named text: "device.model", "user.department". */
typedef struct gate_string_fact {
  gate_str name;
  gate_str value;
} gate_string_fact;

/* A named list of texts: "device.physical_ids". */
typedef struct gate_list_fact {
  gate_str name;
  const gate_str* values;
  size_t value_count;
} gate_list_fact;

/* A declared signal. `type` says which of the values counts. */
enum { GATE_SIGNAL_INTEGER = 0, GATE_SIGNAL_BOOLEAN = 1, GATE_SIGNAL_TEXT = 2 };
typedef struct gate_signal {
  gate_str name;
  uint32_t type;     /* GATE_SIGNAL_... */
  uint32_t reserved; /* 0 */
  int64_t integer;   /* the number, or 0 and 1 for false and true */
  gate_str text;
} gate_signal;

/* Everything known about one sign-in. Zero means absent, none or unknown throughout; absent facts
 * follow the rules of the policy language, which lean to the stricter side. Start from
 * gate_request_new(). Limits: 2,048 groups and roles together, 256 entries in any other array,
 * 1,024 values in all lists, 4,096 bytes in a text. */
typedef struct gate_request {
  size_t struct_size;
  uint32_t flow;         /* GATE_FLOW_... */
  uint32_t user_kind;    /* GATE_USER_KIND_... */
  uint32_t target_kind;  /* GATE_TARGET_... */
  uint32_t client;       /* GATE_CLIENT_... */
  uint32_t platform;     /* GATE_PLATFORM_... */
  uint32_t sign_in_risk; /* GATE_RISK_... */
  uint32_t user_risk;
  uint32_t service_principal_risk;
  uint32_t insider_risk;         /* GATE_INSIDER_RISK_... */
  uint32_t transfer_method;      /* GATE_TRANSFER_METHOD_... */
  uint32_t device_registered;    /* 0 or 1; 0 makes the other device fields but "lost" absent */
  uint32_t device_reported_lost; /* 0 or 1 */
  uint32_t device_compliant;     /* GATE_TRISTATE_... */
  uint32_t device_managed;
  uint32_t device_trust;          /* GATE_DEVICE_TRUST_... */
  uint32_t device_ownership;      /* GATE_DEVICE_OWNERSHIP_... */
  uint32_t has_session_age;       /* 0 or 1 */
  uint32_t has_now;               /* 0 or 1 */
  uint32_t has_device_first_seen; /* 0 or 1 */
  uint32_t reserved;
  int64_t session_age_s;
  int64_t device_first_seen_s; /* seconds since this device was first seen */
  int64_t now_unix_s;          /* no decision reads a clock: say what time it is */
  gate_str user;               /* object id or user name, as policies spell it */
  gate_str external_tenant;    /* home tenant of a guest */
  gate_str target;             /* app, user action or authentication context */
  gate_str ip;                 /* text form, v4 or v6; a malformed one blocks */
  gate_str country;            /* two letters */
  const gate_str* groups;      /* transitive membership, any order */
  size_t group_count;
  const gate_str* roles;
  size_t role_count;
  const gate_str* app_groups; /* groups that the app belongs to */
  size_t app_group_count;
  const gate_method_done* completed;
  size_t completed_count;
  const gate_control* satisfied;
  size_t satisfied_count;
  const gate_string_fact* strings;
  size_t string_count;
  const gate_list_fact* lists;
  size_t list_count;
  const gate_signal* signals;
  size_t signal_count;
} gate_request;

static inline gate_request gate_request_new(void) {
  gate_request r;
  memset(&r, 0, sizeof r);
  r.struct_size = sizeof r;
  return r;
}

/* --- what follows from it
 * -------------------------------------------------------------------------- */

#define GATE_NO_POLICY 0xFFFFFFFFu
#define GATE_NO_FREQUENCY 0xFFFFFFFFu
#define GATE_REASONS_MAX 8

typedef struct gate_reason {
  uint32_t code;   /* GATE_REASON_... */
  uint32_t detail; /* by code */
  uint32_t policy; /* for gate_policy_set_policy(), or GATE_NO_POLICY */
  uint32_t reserved;
} gate_reason;

/* A decision. All zeros block. Start from gate_decision_new(). */
typedef struct gate_decision {
  size_t struct_size;
  uint32_t outcome;        /* GATE_OUTCOME_... */
  uint32_t error_code;     /* of a block: 53000 53001 53002 53003 53004 53009; 0 otherwise */
  uint32_t reauthenticate; /* 1: the challenge is to do the stale factors again */
  uint32_t applied_count;  /* policies that apply */
  uint32_t second_factors; /* bit n: GATE_METHOD n, added to what is done, completes every clause
                              that a method can complete */
  uint32_t sign_in_frequency_s;   /* GATE_NO_FREQUENCY: none; 0: every time */
  uint32_t secondary_frequency_s; /* the same, second factor only */
  uint32_t persistent_browser;    /* 0 unset, 1 always, 2 never */
  uint32_t cloud_app_security;    /* 0 unset, 1 monitor only, 2 configured, 3 block downloads */
  uint32_t access_evaluation;     /* 0 unset, 1 disabled, 2 strict enforcement, 3 strict location */
  uint32_t session_flags; /* 1 app-enforced restrictions, 2 disable resilience, 4 secure sign-in
                             session, 8 revoke all, 16 forbid channels on device, 32 filtering
                             profile, 64 network access security */
  uint32_t reason_count;
  uint64_t required[4]; /* bit n: clause n, for gate_policy_set_clause() */
  uint64_t unmet[4];    /* those of them that are not met yet */
  uint64_t generation;  /* of the evaluator that decided; 0 when a policy set did */
  gate_reason reasons[GATE_REASONS_MAX]; /* strictest first */
} gate_decision;

static inline gate_decision gate_decision_new(void) {
  gate_decision d;
  memset(&d, 0, sizeof d);
  d.struct_size = sizeof d;
  return d;
}

/* --- policy sets
 * ----------------------------------------------------------------------------------- */

/* A compiled, immutable policy set. Counted: whoever got or retained it releases it once. */
typedef struct gate_policy_set gate_policy_set;

typedef struct gate_load_options {
  size_t struct_size;
  /* An Ed25519 public key in PEM: only a set that was signed with it is loaded. Empty: not asked.
   */
  gate_str trusted_key_pem;
  /* 1: run the machine code of a `.gatec.so` although no signature was checked. Otherwise such a
   * set decides from its tables, with the same answers. */
  uint32_t run_unsigned_code;
  uint32_t reserved; /* 0 */
} gate_load_options;

static inline gate_load_options gate_load_options_new(void) {
  gate_load_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  return o;
}

/* Loads the bytes of a `.gateset` or `.gatec.so` file. `options` may be NULL. On success *set is
 * yours to release; on failure it is NULL. GATE_DENIED, GATE_CORRUPT, GATE_INVALID_ARGUMENT,
 * GATE_LIMIT_EXCEEDED. Cost: linear in the bytes, which are not kept. */
GATE_API gate_status gate_policy_set_load(const void* bytes, size_t size,
                                          const gate_load_options* options, gate_policy_set** set,
                                          gate_error** error);
/* The same from a file; also GATE_NOT_FOUND and GATE_UNAVAILABLE. */
GATE_API gate_status gate_policy_set_load_file(const char* path, const gate_load_options* options,
                                               gate_policy_set** set, gate_error** error);
/* Returns `set`, which then must be released once more. */
GATE_API gate_policy_set* gate_policy_set_retain(gate_policy_set* set);
GATE_API void gate_policy_set_release(gate_policy_set* set);

/* 64 hexadecimal digits that stand for the meaning: equal digests decide alike. */
GATE_API gate_str gate_policy_set_digest(const gate_policy_set* set);
GATE_API uint32_t gate_policy_set_backend(const gate_policy_set* set); /* GATE_BACKEND_... */
/* What decides at this moment: GATE_TIER_... */
GATE_API uint32_t gate_policy_set_tier(const gate_policy_set* set);
/* Waits, so many milliseconds at most, for machine code that is on its way (gate_compile.h has it
 * generated in the background), and returns the tier. For tools; a server need not wait. */
GATE_API uint32_t gate_policy_set_wait_for_native(const gate_policy_set* set,
                                                  uint32_t milliseconds);
GATE_API size_t gate_policy_set_policy_count(const gate_policy_set* set);
GATE_API size_t gate_policy_set_clause_count(const gate_policy_set* set);
/* What a clause asks for: "any of (mfa, compliant_device)". Empty if there is no such clause. */
GATE_API gate_str gate_policy_set_clause(const gate_policy_set* set, size_t index);
/* The signal behind the detail of GATE_REASON_UNKNOWN_SIGNAL; empty if there is none. */
GATE_API gate_str gate_policy_set_fact(const gate_policy_set* set, uint32_t detail);

typedef struct gate_policy_info {
  size_t struct_size;
  gate_str id;
  gate_str name;
  gate_str description;
  gate_str source_file;
  uint32_t source_line; /* 1-based */
  uint32_t state;       /* GATE_POLICY_... */
  uint32_t blocks;      /* 0 or 1 */
  uint32_t reserved;
} gate_policy_info;

static inline gate_policy_info gate_policy_info_new(void) {
  gate_policy_info i;
  memset(&i, 0, sizeof i);
  i.struct_size = sizeof i;
  return i;
}
GATE_API gate_status gate_policy_set_policy(const gate_policy_set* set, size_t index,
                                            gate_policy_info* info);

/* Decides one sign-in. GATE_OK: *decision is the answer, which also holds for a request that breaks
 * a rule (it blocks with GATE_REASON_REQUEST_REJECTED). GATE_INVALID_ARGUMENT: a struct or pointer
 * makes no sense; *decision, if it can be written at all, blocks. Allocates nothing; uses about 100
 * KB of stack. */
GATE_API gate_status gate_policy_set_evaluate(const gate_policy_set* set,
                                              const gate_request* request, gate_decision* decision);
/* The same over the report-only policies together with those that are on. */
GATE_API gate_status gate_policy_set_evaluate_report_only(const gate_policy_set* set,
                                                          const gate_request* request,
                                                          gate_decision* decision);

/* Decides requests[i] into decisions[i] for i below `count`. The elements of an array have one
 * struct_size, the first one's, which is also the distance between them. GATE_INVALID_ARGUMENT: as
 * above, for some element; every decision that can be written then blocks. Allocates nothing. */
GATE_API gate_status gate_policy_set_evaluate_batch(const gate_policy_set* set,
                                                    const gate_request* requests, size_t count,
                                                    gate_decision* decisions);

/* Bytes that the library made. Free with gate_bytes_free(). */
typedef struct gate_bytes gate_bytes;
GATE_API const void* gate_bytes_data(const gate_bytes* bytes);
GATE_API size_t gate_bytes_size(const gate_bytes* bytes);
GATE_API void gate_bytes_free(gate_bytes* bytes);

typedef struct gate_save_options {
  size_t struct_size;
  /* An unencrypted Ed25519 private key in PEM: the file is signed. Empty: it is not. */
  gate_str signing_key_pem;
} gate_save_options;

static inline gate_save_options gate_save_options_new(void) {
  gate_save_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  return o;
}
/* The bytes of a `.gateset` file; the same set gives the same bytes. `options` may be NULL. */
GATE_API gate_status gate_policy_set_save(const gate_policy_set* set,
                                          const gate_save_options* options, gate_bytes** bytes,
                                          gate_error** error);

/* --- a request that is decided several times
 * -------------------------------------------------------- */

/* A request bound to a policy set: copied, checked and looked up once. Keeps the set alive. */
typedef struct gate_bound gate_bound;
GATE_API gate_status gate_bind(const gate_policy_set* set, const gate_request* request,
                               gate_bound** bound, gate_error** error);
GATE_API gate_status gate_bound_evaluate(const gate_bound* bound, gate_decision* decision);
GATE_API void gate_bound_free(gate_bound* bound);

/* --- the set in force
 * ------------------------------------------------------------------------------- */

/* The policy decision point: one set in force, replaced atomically. Free with gate_evaluator_free()
 * when no thread uses it any more. */
typedef struct gate_evaluator gate_evaluator;
/* `set` may be NULL: every decision blocks with GATE_REASON_NO_POLICY_SET. The evaluator keeps a
 * hold of its own; you still release yours. */
GATE_API gate_status gate_evaluator_new(const gate_policy_set* set, gate_evaluator** evaluator,
                                        gate_error** error);
GATE_API void gate_evaluator_free(gate_evaluator* evaluator);
/* Puts `set` in force. Decisions under way finish on the old one. *generation (may be NULL) becomes
 * 1, 2, 3 ... */
GATE_API gate_status gate_evaluator_replace(gate_evaluator* evaluator, const gate_policy_set* set,
                                            uint64_t* generation, gate_error** error);
/* As gate_policy_set_evaluate(), under the set in force; decision->generation says which. */
GATE_API gate_status gate_evaluator_evaluate(const gate_evaluator* evaluator,
                                             const gate_request* request, gate_decision* decision);
/* As gate_policy_set_evaluate_batch(), under the set in force: one generation for all of them. */
GATE_API gate_status gate_evaluator_evaluate_batch(const gate_evaluator* evaluator,
                                                   const gate_request* requests, size_t count,
                                                   gate_decision* decisions);
/* The set in force, yours to release, and its generation (may be NULL). *set is NULL when none is.
 * Use one snapshot from the decision to its explanation. */
GATE_API gate_status gate_evaluator_snapshot(const gate_evaluator* evaluator, gate_policy_set** set,
                                             uint64_t* generation, gate_error** error);

/* --- why
 * -------------------------------------------------------------------------------------------- */

/* Every policy with every condition, hit or miss. Slow; made for people. */
typedef struct gate_explanation gate_explanation;
GATE_API gate_status gate_policy_set_explain(const gate_policy_set* set,
                                             const gate_request* request,
                                             gate_explanation** explanation, gate_error** error);
/* The same of the policies that apply alone: as many times faster as the others are more. */
GATE_API gate_status gate_policy_set_explain_applied(const gate_policy_set* set,
                                                     const gate_request* request,
                                                     gate_explanation** explanation,
                                                     gate_error** error);
GATE_API void gate_explanation_free(gate_explanation* explanation);
/* The decision, and what it would be if the report-only policies were on. */
GATE_API gate_status gate_explanation_decision(const gate_explanation* explanation,
                                               gate_decision* decision);
GATE_API gate_status gate_explanation_report_only(const gate_explanation* explanation,
                                                  gate_decision* decision);
/* Policies in the order of the sources; 0 when the request was rejected. */
GATE_API size_t gate_explanation_policy_count(const gate_explanation* explanation);

typedef struct gate_policy_trace {
  size_t struct_size;
  uint32_t policy;    /* for gate_policy_set_policy() */
  uint32_t applies;   /* 0 or 1 */
  uint32_t satisfied; /* 0 or 1: what it asks for is met */
  uint32_t outcome;   /* GATE_OUTCOME_...: of this policy alone, if it were on */
  size_t criterion_count;
  size_t requirement_count;
} gate_policy_trace;

typedef struct gate_criterion {
  size_t struct_size;
  gate_str section; /* "state", "users", "target", "when" */
  gate_str text;    /* "sign_in_risk >= medium" */
  gate_str detail;  /* "sign_in_risk = low" */
  uint32_t truth;   /* GATE_TRUTH_... */
  uint32_t reserved;
} gate_criterion;

static inline gate_policy_trace gate_policy_trace_new(void) {
  gate_policy_trace t;
  memset(&t, 0, sizeof t);
  t.struct_size = sizeof t;
  return t;
}
static inline gate_criterion gate_criterion_new(void) {
  gate_criterion c;
  memset(&c, 0, sizeof c);
  c.struct_size = sizeof c;
  return c;
}
GATE_API gate_status gate_explanation_policy(const gate_explanation* explanation, size_t index,
                                             gate_policy_trace* trace);
GATE_API gate_status gate_explanation_criterion(const gate_explanation* explanation, size_t policy,
                                                size_t index, gate_criterion* criterion);
/* What a policy asks for: "strength NativeMfa", "block". Empty if there is no such requirement. */
GATE_API gate_str gate_explanation_requirement(const gate_explanation* explanation, size_t policy,
                                               size_t index);

#ifdef __cplusplus
}
#endif

#endif
