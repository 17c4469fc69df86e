/* The C interface as a C11 program sees it, from an installation: argv[1] is a good .gateset. */
#include <gate/gate.h>
#include <gate/gate_compile.h>
#include <stdio.h>
#include <stdlib.h>

static int failures = 0;
#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

static void values_start_strict(void) {
  gate_decision zero;
  memset(&zero, 0, sizeof zero);
  EXPECT(zero.outcome == GATE_OUTCOME_BLOCK);
  EXPECT(gate_decision_new().struct_size == sizeof(gate_decision));
  EXPECT(gate_request_new().struct_size == sizeof(gate_request));
  EXPECT(gate_text(NULL).size == 0 && gate_text("abc").size == 3);
  EXPECT(gate_abi_version() == GATE_ABI_VERSION);
  EXPECT(strlen(gate_version()) > 0);
}

static void wrong_sizes_block(const gate_policy_set* set) {
  /* Structs of every smaller size, on the heap, so that reading beyond them is seen by the
   * sanitizer. */
  for (size_t size = sizeof(size_t); size < sizeof(gate_request); ++size) {
    gate_request* request = calloc(1, size);
    gate_decision decision = gate_decision_new();
    memcpy(request, &size, sizeof size);
    decision.outcome = GATE_OUTCOME_ALLOW;
    EXPECT(gate_policy_set_evaluate(set, request, &decision) == GATE_INVALID_ARGUMENT);
    EXPECT(decision.outcome == GATE_OUTCOME_BLOCK);
    free(request);
  }
  for (size_t size = sizeof(size_t); size < sizeof(gate_decision); ++size) {
    gate_decision* decision = calloc(1, size);
    gate_request request = gate_request_new();
    memcpy(decision, &size, sizeof size);
    EXPECT(gate_policy_set_evaluate(set, &request, decision) == GATE_INVALID_ARGUMENT);
    free(decision);
  }
}

static void wrong_sizes_of_numbers_and_verdicts_block(const gate_policy_set* set) {
  for (size_t size = sizeof(size_t); size < sizeof(gate_interned_request); ++size) {
    gate_interned_request* request = calloc(1, size);
    gate_verdict verdict = gate_verdict_new();
    memcpy(request, &size, sizeof size);
    verdict.outcome = GATE_OUTCOME_ALLOW;
    EXPECT(gate_policy_set_outcome_interned(set, request, &verdict) == GATE_INVALID_ARGUMENT);
    EXPECT(verdict.outcome == GATE_OUTCOME_BLOCK);
    free(request);
  }
  for (size_t size = sizeof(size_t); size < sizeof(gate_verdict); ++size) {
    gate_verdict* verdict = calloc(1, size);
    gate_request request = gate_request_new();
    memcpy(verdict, &size, sizeof size);
    EXPECT(gate_policy_set_outcome(set, &request, verdict) == GATE_INVALID_ARGUMENT);
    free(verdict);
  }
  for (size_t size = sizeof(size_t); size < sizeof(gate_host_limits); ++size) {
    gate_host_limits* limits = calloc(1, size);
    gate_host* host = NULL;
    memcpy(limits, &size, sizeof size);
    EXPECT(gate_host_new(limits, NULL, &host, NULL) == GATE_INVALID_ARGUMENT && host == NULL);
    free(limits);
  }
}

static void exact_arrays_are_enough(const gate_policy_set* set) {
  gate_request request = gate_request_new();
  gate_decision decision = gate_decision_new();
  gate_str* groups = malloc(2048 * sizeof *groups);
  for (size_t i = 0; i < 2048; ++i) {
    groups[i].data = "gggg"; /* not terminated where the text ends */
    groups[i].size = 1 + i % 4;
  }
  request.groups = groups;
  request.group_count = 2048;
  EXPECT(gate_policy_set_evaluate(set, &request, &decision) == GATE_OK);
  EXPECT(decision.reasons[0].code != GATE_REASON_REQUEST_REJECTED);
  request.group_count = 2049; /* one more than there are: must not be looked at */
  EXPECT(gate_policy_set_evaluate(set, &request, &decision) == GATE_OK);
  EXPECT(decision.outcome == GATE_OUTCOME_BLOCK);
  EXPECT(decision.reasons[0].code == GATE_REASON_REQUEST_REJECTED);
  free(groups);
}

static void every_cut_of_a_file_is_refused(const char* path) {
  FILE* file = fopen(path, "rb");
  char* bytes = malloc(1u << 20);
  EXPECT(file != NULL);
  size_t size = fread(bytes, 1, 1u << 20, file);
  fclose(file);
  for (size_t cut = 0; cut < size; cut += 1 + size / 512) {
    char* part = malloc(cut + 1);
    memcpy(part, bytes, cut);
    gate_policy_set* set = NULL;
    gate_error* error = NULL;
    EXPECT(gate_policy_set_load(part, cut, NULL, &set, &error) != GATE_OK);
    EXPECT(set == NULL && strlen(gate_error_message(error)) > 0);
    gate_error_free(error);
    free(part);
  }
  free(bytes);
}

static void compiles(void) {
  gate_source file;
  file.name = gate_text("a.gate");
  file.text = gate_text("policy \"p\" { users include all target include all apps grant block }");
  gate_compilation* compilation = NULL;
  gate_compile_options options = gate_compile_options_new();
  EXPECT(gate_compile(&file, 1, &options, &compilation, NULL) == GATE_OK);
  gate_policy_set* set = gate_compilation_policy_set(compilation);
  EXPECT(gate_policy_set_policy_count(set) == 1);
  gate_compilation_free(compilation);
  gate_bound* bound = NULL;
  gate_request request = gate_request_new();
  gate_decision decision = gate_decision_new();
  EXPECT(gate_bind(set, &request, &bound, NULL) == GATE_OK);
  gate_policy_set_release(set);
  EXPECT(gate_bound_evaluate(bound, &decision) == GATE_OK);
  EXPECT(decision.outcome == GATE_OUTCOME_BLOCK && decision.applied_count == 1);
  gate_bound_free(bound);
}

int main(int argc, char** argv) {
  gate_policy_set* set = NULL;
  if (argc != 2 || gate_policy_set_load_file(argv[1], NULL, &set, NULL) != GATE_OK) {
    fprintf(stderr, "usage: api_test FILE.gateset\n");
    return 2;
  }
  values_start_strict();
  wrong_sizes_block(set);
  wrong_sizes_of_numbers_and_verdicts_block(set);
  exact_arrays_are_enough(set);
  every_cut_of_a_file_is_refused(argv[1]);
  compiles();
  gate_policy_set_release(set);
  printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
