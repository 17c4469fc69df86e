/* libgate: Conditional Access decisions for C, and for every language that can call C.
 *
 * Library: libgate (pkg-config "gate", CMake target gate::c). It loads policy sets that `gatec
 * build` or gate_compile.h made, and needs no compiler. The functions of this header never print,
 * never read a clock, never touch the network and keep no global state.
 *
 * Ownership
 *   - Handles (gate_policy_set, gate_evaluator, gate_bound, gate_principal, gate_host,
 * gate_explanation, gate_bytes, gate_error) come out of the library and are given back once, to the
 * function that the handle's type is documented with. Giving back NULL is allowed and does nothing.
 *   - What you pass in (gate_str, arrays, structs) is borrowed for the call only and never changed.
 *   - A gate_str that comes out is borrowed from the handle it was asked of, is not terminated by a
 *     zero byte, and lives as long as that handle. Names of enumerators live forever.
 *   - An error is reported by the status. Where a `gate_error **error` is taken, it may be NULL;
 *     otherwise *error is NULL on success and on failure a handle that is yours (or NULL if there
 * was no memory left for it).
 *
 * Threads
 *   - A gate_policy_set, a gate_evaluator, a gate_principal and a gate_host may be used by any
 * number of threads at once; replacing the set of an evaluator while others decide is what it is
 * for.
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

#include <gate/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- what is known of one sign-in
 * ------------------------------------------------------------------ */

/* A method done in this session, and how long ago in seconds: 0 is now. An age that you do not
 * know is too old for every sign-in frequency. */
#define GATE_AGE_UNKNOWN 0xFFFFFFFFu
typedef struct gate_method_done {
  uint32_t method; /* GATE_METHOD_... */
  uint32_t age_s;  /* or GATE_AGE_UNKNOWN */
} gate_method_done;

/* A control that you vouch for; device states are derived from the device fields instead. */
typedef struct gate_control {
  uint32_t kind;     /* GATE_CONTROL_... */
  uint32_t reserved; /* 0 */
  gate_str name;     /* which terms of use or custom control; empty for the others */
} gate_control;

/* A named text: "device.model", "user.department". Where it is not given, "user.email_domain" is
   what follows the last `@` of `user`; of a gate_interned_request, which has a number for its user,
   it is then unknown. */
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
  uint32_t device_trust;             /* GATE_DEVICE_TRUST_... */
  uint32_t device_ownership;         /* GATE_DEVICE_OWNERSHIP_... */
  uint32_t has_session_age;          /* 0 or 1 */
  uint32_t has_now;                  /* 0 or 1 */
  uint32_t has_device_first_seen;    /* 0 or 1 */
  uint32_t original_transfer_method; /* GATE_TRANSFER_METHOD_...: what the session began with */
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

/* A compiled, immutable policy set. Counted: release it once for each time that you received or
 * retained it. */
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

#ifdef __cplusplus
}
#endif

/* The other topics: why a decision came out as it did; many tenants; the outcome alone, names as
 * numbers and bound principals. */
#include <gate/explanation.h>
#include <gate/host.h>
#include <gate/principal.h>

#endif
