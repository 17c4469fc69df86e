/* A server in C that decides for itself: loads a compiled policy set, decides, explains, and puts
 * another set in force while it runs. */
#include <gate/gate.h>
#include <stdio.h>

/* printf("%.*s", TEXT(s)) prints a gate_str. */
#define TEXT(s) (int)(s).size, (s).data

static int failed(const char* what, gate_error* error) {
  fprintf(stderr, "%s: %s\n", what, gate_error_message(error));
  gate_error_free(error);
  return 1;
}

/* [decide] */
static int decide(const gate_evaluator* evaluator, const gate_request* request) {
  /* One snapshot from the decision to its words: the set may be replaced in between. */
  gate_policy_set* set = NULL;
  gate_error* error = NULL;
  if (gate_evaluator_snapshot(evaluator, &set, NULL, &error) != GATE_OK) {
    return failed("snapshot", error);
  }
  gate_decision decision = gate_decision_new();
  if (gate_policy_set_evaluate(set, request, &decision) != GATE_OK) {
    fprintf(stderr, "the request makes no sense\n"); /* and `decision` blocks */
  }
  printf("%.*s: %.*s\n", TEXT(request->user), TEXT(gate_name(GATE_OUTCOMES, decision.outcome)));
  for (size_t i = 0; i < gate_policy_set_clause_count(set); ++i) {
    if ((decision.unmet[i / 64] >> (i % 64) & 1) != 0) {
      printf("  still to be done: %.*s\n", TEXT(gate_policy_set_clause(set, i)));
    }
  }
  for (uint32_t i = 0; i < decision.reason_count; ++i) {
    gate_policy_info policy = gate_policy_info_new();
    printf("  %.*s", TEXT(gate_name(GATE_REASONS, decision.reasons[i].code)));
    if (gate_policy_set_policy(set, decision.reasons[i].policy, &policy) == GATE_OK) {
      printf(": %.*s", TEXT(policy.name));
    }
    printf("\n");
  }
  gate_policy_set_release(set);
  return 0;
}
/* [end] */

/* [explain] */
static int explain(const gate_policy_set* set, const gate_request* request) {
  gate_explanation* explanation = NULL;
  gate_error* error = NULL;
  if (gate_policy_set_explain(set, request, &explanation, &error) != GATE_OK) {
    return failed("explain", error);
  }
  for (size_t p = 0; p < gate_explanation_policy_count(explanation); ++p) {
    gate_policy_trace trace = gate_policy_trace_new();
    gate_policy_info policy = gate_policy_info_new();
    if (gate_explanation_policy(explanation, p, &trace) != GATE_OK || trace.applies == 0 ||
        gate_policy_set_policy(set, trace.policy, &policy) != GATE_OK) {
      continue;
    }
    printf("  %.*s applies:\n", TEXT(policy.name));
    for (size_t i = 0; i < trace.criterion_count; ++i) {
      gate_criterion criterion = gate_criterion_new();
      if (gate_explanation_criterion(explanation, p, i, &criterion) == GATE_OK) {
        printf("    %.*s: %.*s\n", TEXT(criterion.section), TEXT(criterion.text));
      }
    }
  }
  gate_explanation_free(explanation);
  return 0;
}
/* [end] */

/* [principal] */
/* The same person over and over, at each refresh of a session: bound once, asked for the outcome.
 */
static int refresh(const gate_policy_set* set, gate_request request) {
  uint64_t directory_version = 1; /* count it up whenever groups or roles change */
  gate_principal* who = NULL;
  gate_error* error = NULL;
  if (gate_principal_new(set, &request, directory_version, &who, &error) != GATE_OK) {
    return failed("principal", error);
  }
  request.flow = GATE_FLOW_REFRESH;
  for (uint32_t risk = GATE_RISK_NONE; risk <= GATE_RISK_HIGH; ++risk) {
    gate_verdict verdict = gate_verdict_new();
    request.sign_in_risk = risk;
    if (gate_principal_is_for(who, set, directory_version) == 0 ||
        gate_principal_outcome(who, set, &request, &verdict) != GATE_OK) {
      fprintf(stderr, "bound to another set, or the request makes no sense\n");
    }
    printf("refresh at risk %.*s: %.*s\n", TEXT(gate_name(GATE_RISKS, risk)),
           TEXT(gate_name(GATE_OUTCOMES, verdict.outcome)));
  }
  gate_principal_free(who);
  return 0;
}
/* [end] */

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: decide FILE.gateset\n");
    return 2;
  }
  /* [load] */
  gate_policy_set* set = NULL;
  gate_error* error = NULL;
  gate_load_options options = gate_load_options_new();
  options.run_unsigned_code = 1; /* our own file; from elsewhere: sign it, and trust its key */
  if (gate_policy_set_load_file(argv[1], &options, &set, &error) != GATE_OK) {
    return failed(argv[1], error);
  }
  gate_evaluator* evaluator = NULL;
  if (gate_evaluator_new(set, &evaluator, &error) != GATE_OK) {
    gate_policy_set_release(set);
    return failed("evaluator", error);
  }
  /* [end] */

  /* [request] */
  gate_request request = gate_request_new(); /* everything that is not said is absent */
  request.user = gate_text("cleo@customer.example");
  request.target = gate_text("retail-app");
  request.client = GATE_CLIENT_NATIVE_APP;
  request.country = gate_text("AT");
  request.sign_in_risk = GATE_RISK_MEDIUM;
  gate_method_done done[2] = {{GATE_METHOD_PASSWORD, 0}, {GATE_METHOD_SMS_OTP, 0}};
  request.completed = done;
  request.completed_count = 1;
  /* [end] */

  fprintf(stderr, "decided by %.*s\n", TEXT(gate_name(GATE_TIERS, gate_policy_set_tier(set))));
  int status = decide(evaluator, &request);
  status |= explain(set, &request);
  request.completed_count = 2;
  status |= decide(evaluator, &request);
  status |= refresh(set, request);

  /* [replace] */
  uint64_t generation = 0;
  if (gate_evaluator_replace(evaluator, set, &generation, &error) != GATE_OK) {
    status |= failed("replace", error);
  }
  printf("generation %llu in force\n", (unsigned long long)generation);
  /* [end] */

  gate_evaluator_free(evaluator);
  gate_policy_set_release(set);
  return status;
}
