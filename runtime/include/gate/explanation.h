/* libgate: why a decision came out as it did. A part of gate.h, which includes it; rules of
 * ownership, threads, structs and safety as there.
 */
#ifndef GATE_EXPLANATION_H
#define GATE_EXPLANATION_H

#include <gate/gate.h>

#ifdef __cplusplus
extern "C" {
#endif

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
