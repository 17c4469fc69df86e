/* libgate_compile: policies from text to a gate_policy_set, for C. Rules of ownership, threads and
 * structs as in gate.h. Library: libgate_compile (pkg-config "gate-compile", CMake target
 * gate::c_compiler), which brings the compiler with it. A process that only decides needs gate.h
 * alone: see gate_policy_set_save().
 */
#ifndef GATE_GATE_COMPILE_H
#define GATE_GATE_COMPILE_H

#include <gate/gate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One `.gate` file; `name` appears in diagnostics as given. */
typedef struct gate_source {
  gate_str name;
  gate_str text;
} gate_source;

typedef struct gate_compile_options {
  size_t struct_size;
  uint32_t backend; /* GATE_BACKEND_...; gate_compile_options_new() asks for native code */
  /* The day that `until` is held against, 1..31, 1..12, 1..9999; all 0: no expiry is reported. */
  uint32_t today_day;
  uint32_t today_month;
  uint32_t today_year;
} gate_compile_options;

static inline gate_compile_options gate_compile_options_new(void) {
  gate_compile_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.backend = GATE_BACKEND_NATIVE;
  return o;
}

/* What a compilation came to: a policy set if there is no error, and what there is to tell the
 * author. Free with gate_compilation_free(); the policy set lives on. One thread at a time. */
typedef struct gate_compilation gate_compilation;

/* Compiles a policy set out of `count` files. GATE_OK says that the compiler ran, not that the
 * policies are right: see gate_compilation_policy_set(). `options` may be NULL. Cost: linear in the
 * text. Machine code comes afterwards, from a thread of the library: until then the set decides
 * from its tables, with the same answers. May be called from any thread at any time. */
GATE_API gate_status gate_compile(const gate_source* files, size_t count,
                                  const gate_compile_options* options,
                                  gate_compilation** compilation, gate_error** error);
/* The same of every `.gate` file below a folder. A folder that cannot be read is a diagnostic. */
GATE_API gate_status gate_compile_folder(const char* folder, const gate_compile_options* options,
                                         gate_compilation** compilation, gate_error** error);
GATE_API void gate_compilation_free(gate_compilation* compilation);

/* The set, yours to release; NULL if there was an error in the policies (or no memory for the
 * handle). */
GATE_API gate_policy_set* gate_compilation_policy_set(const gate_compilation* compilation);
GATE_API size_t gate_compilation_error_count(const gate_compilation* compilation);
GATE_API size_t gate_compilation_warning_count(const gate_compilation* compilation);
/* A set with its machine code as the bytes of one file, `.gatec.so`, which gate_policy_set_load()
 * reads in a process that has no compiler. Needs the system's linker `ld`. `options` may be NULL.
 */
GATE_API gate_status gate_compile_native_file(const gate_policy_set* set,
                                              const gate_save_options* options, gate_bytes** bytes,
                                              gate_error** error);
/* The diagnostics for people, source lines underlined; empty if there are none. */
GATE_API gate_str gate_compilation_text(const gate_compilation* compilation);
/* The same for machines: a JSON array, one object for each. */
GATE_API gate_str gate_compilation_json(const gate_compilation* compilation);

#ifdef __cplusplus
}
#endif

#endif
