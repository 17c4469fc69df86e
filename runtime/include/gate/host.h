/* libgate: the policy sets of many tenants in one process. A part of gate.h, which includes it;
 * rules of ownership, threads, structs and safety as there.
 */
#ifndef GATE_HOST_H
#define GATE_HOST_H

#include <gate/gate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A tenant that is not requested costs the bytes of its policy file (it is cold); at the first use
 * its set is built by a thread of the host and kept (warm) until others need the room. May be used
 * by any number of threads. A set in force is never replaced by one that cannot be built. */
typedef struct gate_host gate_host;

/* Zero in any member: the default. */
typedef struct gate_host_limits {
  size_t struct_size;
  size_t warm_bytes_max;  /* of all sets together; 256 MB */
  size_t set_bytes_max;   /* of one tenant's set; 64 MB */
  size_t file_bytes_max;  /* of one tenant's file; 16 MB */
  size_t tenants_max;     /* 1,000,000 */
  size_t queue_max;       /* tenants that may wait to be built; 4,096 */
  size_t waiting_max;     /* callers that may wait for one tenant; 64 */
  size_t builder_threads; /* at most 64; 1 */
} gate_host_limits;

static inline gate_host_limits gate_host_limits_new(void) {
  gate_host_limits l;
  memset(&l, 0, sizeof l);
  l.struct_size = sizeof l;
  return l;
}

/* `limits` may be NULL. `options` are those of gate_policy_set_load() for every tenant's file; may
 * be NULL. Starts the builder threads. */
GATE_API gate_status gate_host_new(const gate_host_limits* limits, const gate_load_options* options,
                                   gate_host** host, gate_error** error);
/* Waits for the builds under way. No other thread may be using the host. */
GATE_API void gate_host_free(gate_host* host);

/* The tenant's policies from now on: the bytes of a `.gateset` or `.gatec.so`, which are copied. A
 * cold tenant's are built when it is asked for. Of a warm one the new set is built in the
 * background; the old one stays in force until it is there, and if it cannot be built.
 * GATE_LIMIT_EXCEEDED: the file is too large, or there are too many tenants. */
GATE_API gate_status gate_host_put(gate_host* host, gate_str tenant, const void* bytes, size_t size,
                                   gate_error** error);
/* Forgets a tenant; GATE_NOT_FOUND if there was none. A set that is held stays alive. */
GATE_API gate_status gate_host_remove(gate_host* host, gate_str tenant);

/* The tenant's set, yours to release. Warm: at once. Cold: waits so many milliseconds at most, in
 * turn with other tenants. GATE_NOT_FOUND: no such tenant. GATE_UNAVAILABLE: not in time, or too
 * many wait already. Otherwise the error of the build. *set is NULL on any error, and no set is no
 * permission: refuse then. */
GATE_API gate_status gate_host_get(gate_host* host, gate_str tenant, uint32_t wait_milliseconds,
                                   gate_policy_set** set, gate_error** error);

typedef struct gate_host_counts {
  size_t struct_size;
  size_t tenants;
  size_t warm;
  size_t warm_bytes;
  size_t cold_bytes; /* of the files */
  size_t queued;
  uint64_t hits;     /* gate_host_get() found a warm set */
  uint64_t builds;   /* that succeeded */
  uint64_t failures; /* that did not */
  uint64_t evictions;
  uint64_t refused; /* gate_host_get() answered GATE_UNAVAILABLE */
} gate_host_counts;

static inline gate_host_counts gate_host_counts_new(void) {
  gate_host_counts c;
  memset(&c, 0, sizeof c);
  c.struct_size = sizeof c;
  return c;
}
GATE_API gate_status gate_host_count(const gate_host* host, gate_host_counts* counts);

#ifdef __cplusplus
}
#endif

#endif
