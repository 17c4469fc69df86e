/* libgate: the outcome alone, names as numbers, and principals that are bound once. A part of
 * gate.h, which includes it; rules of ownership, threads, structs and safety as there.
 *
 * A server sees the same names and the same people again and again. It may turn each name into its
 * number once (gate_policy_set_number), and bind each person once (gate_principal_new) instead of
 * at every decision. The answers are those of gate_policy_set_evaluate().
 */
#ifndef GATE_PRINCIPAL_H
#define GATE_PRINCIPAL_H

#include <gate/gate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- how to go on, and nothing of why
 * ------------------------------------------------------------------ */

/* The part of a decision that says how to go on. All zeros block. Start from gate_verdict_new(). */
typedef struct gate_verdict {
  size_t struct_size;
  uint32_t outcome;        /* GATE_OUTCOME_... */
  uint32_t error_code;     /* as in gate_decision */
  uint32_t reauthenticate; /* as in gate_decision */
  uint32_t reserved;
  uint64_t unmet[4]; /* as in gate_decision on a challenge; zero on a block and on an allow */
} gate_verdict;

static inline gate_verdict gate_verdict_new(void) {
  gate_verdict v;
  memset(&v, 0, sizeof v);
  v.struct_size = sizeof v;
  return v;
}

/* As gate_policy_set_evaluate(), for callers that need no more. A block is final: nothing is looked
 * for beyond it. */
GATE_API gate_status gate_policy_set_outcome(const gate_policy_set* set,
                                             const gate_request* request, gate_verdict* verdict);
GATE_API gate_status gate_bound_outcome(const gate_bound* bound, gate_verdict* verdict);

/* --- names as numbers
 * ------------------------------------------------------------------------------- */

/* What a name is a name of; a name has a number of its own in each kind. */
enum {
  GATE_NAME_USER = 0,
  GATE_NAME_GROUP = 1,
  GATE_NAME_ROLE = 2,
  GATE_NAME_TENANT = 3, /* external_tenant */
  GATE_NAME_SERVICE_PRINCIPAL = 4,
  GATE_NAME_APP = 5,
  GATE_NAME_APP_GROUP = 6,
  GATE_NAME_USER_ACTION = 7,
  GATE_NAME_AUTH_CONTEXT = 8,
  GATE_NAME_CONTROL = 9, /* terms of use and custom controls */
  GATE_NAME_SIGNAL = 10,
  GATE_NAME_STRING = 11, /* of gate_request.strings */
  GATE_NAME_LIST = 12    /* of gate_request.lists */
};
/* No policy of the set names it: only what includes everybody, or every app, can concern it. */
#define GATE_UNNAMED 0xFFFFFFFFu

/* What gate_interned_request.numbers must be; sets with one digest have one numbering. 0: a set for
 * the interpreter, which gives no numbers and refuses every one. */
GATE_API uint64_t gate_policy_set_numbers(const gate_policy_set* set);
/* The number of a name. *number is GATE_UNNAMED if no policy depends on it, and on an error. */
GATE_API gate_status gate_policy_set_number(const gate_policy_set* set, uint32_t kind,
                                            gate_str name, uint32_t* number);

/* Where a sign-in comes from, in the numbers of a set. */
typedef struct gate_place {
  uint32_t range;
  uint32_t country;
} gate_place;
/* The number of a place; empty texts: unknown. GATE_INVALID_ARGUMENT for a malformed address or
 * country: refuse such a sign-in. *place then is that of nowhere. */
GATE_API gate_status gate_policy_set_place(const gate_policy_set* set, gate_str ip,
                                           gate_str country, gate_place* place);

typedef struct gate_interned_control {
  uint32_t kind; /* GATE_CONTROL_... */
  uint32_t name; /* of terms of use and custom controls; otherwise GATE_UNNAMED */
} gate_interned_control;
typedef struct gate_interned_string {
  uint32_t name;
  uint32_t reserved; /* 0 */
  gate_str value;
} gate_interned_string;
typedef struct gate_interned_list {
  uint32_t name;
  uint32_t reserved; /* 0 */
  const gate_str* values;
  size_t value_count;
} gate_interned_list;
typedef struct gate_interned_signal {
  uint32_t name;
  uint32_t type; /* GATE_SIGNAL_... */
  int64_t integer;
  gate_str text;
} gate_interned_signal;

/* A gate_request with numbers for names; every other member means the same, and so do the limits.
 * Start from gate_interned_request_new(), in which every fact is absent. */
typedef struct gate_interned_request {
  size_t struct_size;
  uint64_t numbers; /* gate_policy_set_numbers() of the set that gave them */
  uint32_t flow;
  uint32_t user_kind;
  uint32_t target_kind;
  uint32_t client;
  uint32_t platform;
  uint32_t sign_in_risk;
  uint32_t user_risk;
  uint32_t service_principal_risk;
  uint32_t insider_risk;
  uint32_t transfer_method;
  uint32_t device_registered;
  uint32_t device_reported_lost;
  uint32_t device_compliant;
  uint32_t device_managed;
  uint32_t device_trust;
  uint32_t device_ownership;
  uint32_t has_session_age;
  uint32_t has_now;
  uint32_t has_device_first_seen;
  uint32_t original_transfer_method; /* GATE_TRANSFER_METHOD_... */
  int64_t session_age_s;
  int64_t device_first_seen_s;
  int64_t now_unix_s;
  uint32_t user; /* GATE_NAME_USER, or GATE_NAME_SERVICE_PRINCIPAL when user_kind says so */
  uint32_t external_tenant;
  uint32_t target;    /* by target_kind */
  uint32_t reserved2; /* 0 */
  gate_place place;
  const uint32_t* groups;
  size_t group_count;
  const uint32_t* roles;
  size_t role_count;
  const uint32_t* app_groups;
  size_t app_group_count;
  const gate_method_done* completed;
  size_t completed_count;
  const gate_interned_control* satisfied;
  size_t satisfied_count;
  const gate_interned_string* strings;
  size_t string_count;
  const gate_interned_list* lists;
  size_t list_count;
  const gate_interned_signal* signals;
  size_t signal_count;
} gate_interned_request;

static inline gate_interned_request gate_interned_request_new(void) {
  gate_interned_request r;
  memset(&r, 0, sizeof r);
  r.struct_size = sizeof r;
  r.user = GATE_UNNAMED;
  r.external_tenant = GATE_UNNAMED;
  r.target = GATE_UNNAMED;
  r.place.range = GATE_UNNAMED;
  r.place.country = GATE_UNNAMED;
  return r;
}

/* As gate_policy_set_evaluate() and gate_policy_set_outcome(). Numbers of another set, and numbers
 * that no set gave, block with the request fault "foreign_numbers". */
GATE_API gate_status gate_policy_set_evaluate_interned(const gate_policy_set* set,
                                                       const gate_interned_request* request,
                                                       gate_decision* decision);
GATE_API gate_status gate_policy_set_outcome_interned(const gate_policy_set* set,
                                                      const gate_interned_request* request,
                                                      gate_verdict* verdict);

/* --- who signs in, bound once
 * ----------------------------------------------------------------------- */

/* A user for all that this user does until the directory or the policies change: user, user_kind,
 * external_tenant, groups and roles. Immutable; may be used by any number of threads. Does not keep
 * the policy set alive. Free with gate_principal_free(). */
typedef struct gate_principal gate_principal;
/* Of `request` only the members above are read. `directory_version`: whatever you count.
 * GATE_LIMIT_EXCEEDED: too many groups, or a text that is too long. GATE_INVALID_ARGUMENT: NULL, a
 * request that makes no sense, a malformed principal, or a set for the interpreter. */
GATE_API gate_status gate_principal_new(const gate_policy_set* set, const gate_request* request,
                                        uint64_t directory_version, gate_principal** principal,
                                        gate_error** error);
GATE_API void gate_principal_free(gate_principal* principal);
/* 1 if it was bound to a set of this digest and to this version of your directory. */
GATE_API uint32_t gate_principal_is_for(const gate_principal* principal, const gate_policy_set* set,
                                        uint64_t directory_version);
/* What it holds, in bytes. */
GATE_API size_t gate_principal_bytes(const gate_principal* principal);

/* Decide for a bound principal. user, user_kind and external_tenant must be those that were bound,
 * or the request blocks with "foreign_numbers", as it does under a set of another digest; groups
 * and roles of the request are not looked at. A NULL principal is GATE_INVALID_ARGUMENT. */
GATE_API gate_status gate_principal_evaluate(const gate_principal* principal,
                                             const gate_policy_set* set,
                                             const gate_request* request, gate_decision* decision);
GATE_API gate_status gate_principal_outcome(const gate_principal* principal,
                                            const gate_policy_set* set, const gate_request* request,
                                            gate_verdict* verdict);
GATE_API gate_status gate_principal_evaluate_interned(const gate_principal* principal,
                                                      const gate_policy_set* set,
                                                      const gate_interned_request* request,
                                                      gate_decision* decision);
GATE_API gate_status gate_principal_outcome_interned(const gate_principal* principal,
                                                     const gate_policy_set* set,
                                                     const gate_interned_request* request,
                                                     gate_verdict* verdict);

#ifdef __cplusplus
}
#endif

#endif
