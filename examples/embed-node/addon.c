/* libgate for Node, over N-API: one class, Evaluator. Requests are read key by key; a key or a
 * value that is not understood throws a TypeError, so that nothing is decided on half a request. */
#define NAPI_VERSION 8
#include <gate/gate.h>
#include <math.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* One call: its environment, and the memory that lives until it returns. */
typedef struct block {
  struct block* next;
} block;
typedef struct call {
  napi_env env;
  block* blocks;
  bool failed;
} call;

static void* keep(call* c, size_t size) {
  block* b = calloc(1, sizeof(block) + size + 1);
  if (b == NULL) {
    abort(); /* as Node itself does without memory */
  }
  b->next = c->blocks;
  c->blocks = b;
  return b + 1;
}
static void end_call(call* c) {
  while (c->blocks != NULL) {
    block* next = c->blocks->next;
    free(c->blocks);
    c->blocks = next;
  }
}

/* Throws "KEY: WHAT" once; false, so that callers can return it. */
static bool wrong(call* c, const char* key, const char* what) {
  char message[256];
  snprintf(message, sizeof message, "%s: %s", key, what);
  if (!c->failed) {
    napi_throw_type_error(c->env, NULL, message);
  }
  c->failed = true;
  return false;
}

static napi_valuetype type_of(call* c, napi_value v) {
  napi_valuetype type = napi_undefined;
  napi_typeof(c->env, v, &type);
  return type;
}

/* --- JavaScript to C
 * ------------------------------------------------------------------------------ */

static bool read_text(call* c, const char* key, napi_value v, gate_str* out) {
  size_t size = 0;
  if (napi_get_value_string_utf8(c->env, v, NULL, 0, &size) != napi_ok) {
    return wrong(c, key, "a string is expected");
  }
  char* text = keep(c, size);
  napi_get_value_string_utf8(c->env, v, text, size + 1, &size);
  out->data = text;
  out->size = size;
  return true;
}

static bool read_choice(call* c, const char* key, napi_value v, gate_vocabulary of, uint32_t* out) {
  gate_str name;
  if (!read_text(c, key, v, &name)) {
    return false;
  }
  return gate_number(of, name, out) == GATE_OK || wrong(c, key, "no such name");
}

static bool read_flag(call* c, const char* key, napi_value v, bool* out) {
  return napi_get_value_bool(c->env, v, out) == napi_ok ||
         wrong(c, key, "true or false is expected");
}

static bool read_integer(call* c, const char* key, napi_value v, int64_t* out) {
  double number = 0;
  /* Beyond 2^53 JavaScript no longer counts one by one. */
  if (napi_get_value_double(c->env, v, &number) != napi_ok || number != floor(number) ||
      fabs(number) > 9007199254740991.0) {
    return wrong(c, key, "a whole number is expected");
  }
  *out = (int64_t)number;
  return true;
}

static bool list_length(call* c, const char* key, napi_value v, uint32_t* length) {
  bool is_array = false;
  napi_is_array(c->env, v, &is_array);
  return (is_array && napi_get_array_length(c->env, v, length) == napi_ok) ||
         wrong(c, key, "an array is expected");
}

static bool read_texts(call* c, const char* key, napi_value v, const gate_str** out,
                       size_t* count) {
  uint32_t n = 0;
  if (!list_length(c, key, v, &n)) {
    return false;
  }
  gate_str* texts = keep(c, n * sizeof *texts);
  for (uint32_t i = 0; i < n; ++i) {
    napi_value element;
    napi_get_element(c->env, v, i, &element);
    if (!read_text(c, key, element, &texts[i])) {
      return false;
    }
  }
  *out = texts;
  *count = n;
  return true;
}

/* Calls `read` for every own key of an object. */
typedef bool (*read_key)(call* c, const char* key, napi_value v, void* to);
static bool each_key(call* c, const char* what, napi_value object, read_key read, void* to) {
  napi_value keys;
  uint32_t n = 0;
  if (type_of(c, object) != napi_object ||
      napi_get_property_names(c->env, object, &keys) != napi_ok) {
    return wrong(c, what, "an object is expected");
  }
  napi_get_array_length(c->env, keys, &n);
  for (uint32_t i = 0; i < n; ++i) {
    napi_value key;
    napi_value value;
    gate_str name;
    napi_get_element(c->env, keys, i, &key);
    napi_get_property(c->env, object, key, &value);
    if (!read_text(c, what, key, &name)) {
      return false;
    }
    if (strlen(name.data) != name.size) {
      return wrong(c, what, "a key with a zero byte");
    }
    if (!read(c, name.data, value, to)) {
      return false;
    }
  }
  return true;
}

static uint32_t key_count(call* c, napi_value object) {
  napi_value keys;
  uint32_t n = 0;
  if (type_of(c, object) == napi_object &&
      napi_get_property_names(c->env, object, &keys) == napi_ok) {
    napi_get_array_length(c->env, keys, &n);
  }
  return n;
}

/* Room for one fact per key. An object may claim to have more keys the second time it is asked. */
typedef struct facts {
  gate_signal* signals;
  gate_string_fact* strings;
  gate_list_fact* lists;
  size_t count;
  size_t list_count;
  size_t room;
} facts;

static bool read_signal(call* c, const char* key, napi_value v, void* to) {
  facts* f = to;
  if (f->count == f->room) {
    return wrong(c, key, "the object changes while it is read");
  }
  gate_signal* s = &f->signals[f->count++];
  s->name = gate_text(key);
  switch (type_of(c, v)) {
    case napi_number:
      s->type = GATE_SIGNAL_INTEGER;
      return read_integer(c, key, v, &s->integer);
    case napi_boolean: {
      bool value = false;
      s->type = GATE_SIGNAL_BOOLEAN;
      napi_get_value_bool(c->env, v, &value);
      s->integer = value ? 1 : 0;
      return true;
    }
    case napi_string:
      s->type = GATE_SIGNAL_TEXT;
      return read_text(c, key, v, &s->text);
    default:
      return wrong(c, key, "a whole number, a boolean or a string is expected");
  }
}

static bool read_attribute(call* c, const char* key, napi_value v, void* to) {
  facts* f = to;
  bool is_list = false;
  if (f->count + f->list_count == f->room) {
    return wrong(c, key, "the object changes while it is read");
  }
  napi_is_array(c->env, v, &is_list);
  if (is_list) {
    gate_list_fact* list = &f->lists[f->list_count++];
    list->name = gate_text(key);
    return read_texts(c, key, v, &list->values, &list->value_count);
  }
  gate_string_fact* fact = &f->strings[f->count++];
  fact->name = gate_text(key);
  return read_text(c, key, v, &fact->value);
}

/* No number of a method or control. */
enum { kUnsaid = 0xFFFF };

static bool read_completed_key(call* c, const char* key, napi_value v, void* to) {
  gate_method_done* done = to;
  int64_t age = 0;
  if (strcmp(key, "method") == 0) {
    return read_choice(c, key, v, GATE_METHODS, &done->method);
  }
  if (strcmp(key, "age_s") != 0) {
    return wrong(c, key, "unknown key of a completed method");
  }
  if (!read_integer(c, key, v, &age) || age < 0 || age > UINT32_MAX) {
    return wrong(c, key, "seconds are expected");
  }
  done->age_s = (uint32_t)age;
  return true;
}

static bool read_completed(call* c, napi_value v, gate_request* r) {
  uint32_t n = 0;
  if (!list_length(c, "completed", v, &n)) {
    return false;
  }
  gate_method_done* done = keep(c, n * sizeof *done);
  for (uint32_t i = 0; i < n; ++i) {
    napi_value element;
    napi_get_element(c->env, v, i, &element);
    bool fine = false;
    done[i].age_s = GATE_AGE_UNKNOWN; /* until it is said */
    if (type_of(c, element) == napi_object) {
      done[i].method = kUnsaid;
      fine = each_key(c, "completed", element, read_completed_key, &done[i]) &&
             (done[i].method != kUnsaid || wrong(c, "completed", "`method` is missing"));
    } else {
      fine = read_choice(c, "completed", element, GATE_METHODS, &done[i].method);
    }
    if (!fine) {
      return false;
    }
  }
  r->completed = done;
  r->completed_count = n;
  return true;
}

static bool read_control_key(call* c, const char* key, napi_value v, void* to) {
  gate_control* control = to;
  if (strcmp(key, "control") == 0) {
    return read_choice(c, key, v, GATE_CONTROLS, &control->kind);
  }
  return strcmp(key, "name") == 0 ? read_text(c, key, v, &control->name)
                                  : wrong(c, key, "unknown key of a satisfied control");
}

/* "password_change", or {control: "terms_of_use", name: "Visitors"}. */
static bool read_satisfied(call* c, napi_value v, gate_request* r) {
  uint32_t n = 0;
  if (!list_length(c, "satisfied", v, &n)) {
    return false;
  }
  gate_control* controls = keep(c, n * sizeof *controls);
  for (uint32_t i = 0; i < n; ++i) {
    napi_value element;
    napi_get_element(c->env, v, i, &element);
    bool fine = false;
    if (type_of(c, element) != napi_object) {
      fine = read_choice(c, "satisfied", element, GATE_CONTROLS, &controls[i].kind);
    } else { /* without a control none is meant, not the first one */
      controls[i].kind = kUnsaid;
      fine = each_key(c, "satisfied", element, read_control_key, &controls[i]) &&
             (controls[i].kind != kUnsaid || wrong(c, "satisfied", "`control` is missing"));
    }
    if (!fine) {
      return false;
    }
  }
  r->satisfied = controls;
  r->satisfied_count = n;
  return true;
}

static bool read_device_key(call* c, const char* key, napi_value v, void* to) {
  gate_request* r = to;
  bool flag = false;
  if (strcmp(key, "registered") == 0) {
    return read_flag(c, key, v, &flag) && (r->device_registered = flag, true);
  }
  if (strcmp(key, "reported_lost") == 0) {
    return read_flag(c, key, v, &flag) && (r->device_reported_lost = flag, true);
  }
  if (strcmp(key, "compliant") == 0) {
    return read_flag(c, key, v, &flag) && (r->device_compliant = 1u + flag, true);
  }
  if (strcmp(key, "managed") == 0) {
    return read_flag(c, key, v, &flag) && (r->device_managed = 1u + flag, true);
  }
  if (strcmp(key, "trust") == 0) {
    return read_choice(c, key, v, GATE_DEVICE_TRUSTS, &r->device_trust);
  }
  if (strcmp(key, "ownership") == 0) {
    return read_choice(c, key, v, GATE_DEVICE_OWNERSHIPS, &r->device_ownership);
  }
  if (strcmp(key, "first_seen_s") == 0) {
    r->has_device_first_seen = 1;
    return read_integer(c, key, v, &r->device_first_seen_s);
  }
  return wrong(c, key, "unknown key of a device");
}

static bool read_target(call* c, const char* key, napi_value v, uint32_t kind, gate_request* r) {
  if (r->target.data != NULL) {
    return wrong(c, key, "a sign-in has one target: app, action or context");
  }
  r->target_kind = kind;
  return read_text(c, key, v, &r->target);
}

/* [keys] */
static const struct {
  const char* key;
  size_t offset;
} kTexts[] = {{"user", offsetof(gate_request, user)},
              {"external_tenant", offsetof(gate_request, external_tenant)},
              {"ip", offsetof(gate_request, ip)},
              {"country", offsetof(gate_request, country)}};
static const struct {
  const char* key;
  gate_vocabulary of;
  size_t offset;
} kChoices[] = {
    {"flow", GATE_FLOWS, offsetof(gate_request, flow)},
    {"user_kind", GATE_USER_KINDS, offsetof(gate_request, user_kind)},
    {"client", GATE_CLIENTS, offsetof(gate_request, client)},
    {"platform", GATE_PLATFORMS, offsetof(gate_request, platform)},
    {"sign_in_risk", GATE_RISKS, offsetof(gate_request, sign_in_risk)},
    {"user_risk", GATE_RISKS, offsetof(gate_request, user_risk)},
    {"service_principal_risk", GATE_RISKS, offsetof(gate_request, service_principal_risk)},
    {"insider_risk", GATE_INSIDER_RISKS, offsetof(gate_request, insider_risk)},
    {"transfer_method", GATE_TRANSFER_METHODS, offsetof(gate_request, transfer_method)},
    {"original_transfer_method", GATE_TRANSFER_METHODS,
     offsetof(gate_request, original_transfer_method)}};
/* [end] */

static bool read_request_key(call* c, const char* key, napi_value v, void* to) {
  gate_request* r = to;
  for (size_t i = 0; i < sizeof kTexts / sizeof *kTexts; ++i) {
    if (strcmp(key, kTexts[i].key) == 0) {
      return read_text(c, key, v, (gate_str*)(void*)((char*)r + kTexts[i].offset));
    }
  }
  for (size_t i = 0; i < sizeof kChoices / sizeof *kChoices; ++i) {
    if (strcmp(key, kChoices[i].key) == 0) {
      return read_choice(c, key, v, kChoices[i].of,
                         (uint32_t*)(void*)((char*)r + kChoices[i].offset));
    }
  }
  if (strcmp(key, "groups") == 0) {
    return read_texts(c, key, v, &r->groups, &r->group_count);
  }
  if (strcmp(key, "roles") == 0) {
    return read_texts(c, key, v, &r->roles, &r->role_count);
  }
  if (strcmp(key, "app_groups") == 0) {
    return read_texts(c, key, v, &r->app_groups, &r->app_group_count);
  }
  if (strcmp(key, "app") == 0) {
    return read_target(c, key, v, GATE_TARGET_APP, r);
  }
  if (strcmp(key, "action") == 0) {
    return read_target(c, key, v, GATE_TARGET_ACTION, r);
  }
  if (strcmp(key, "context") == 0) {
    return read_target(c, key, v, GATE_TARGET_CONTEXT, r);
  }
  if (strcmp(key, "device") == 0) {
    return each_key(c, key, v, read_device_key, r);
  }
  if (strcmp(key, "completed") == 0) {
    return read_completed(c, v, r);
  }
  if (strcmp(key, "satisfied") == 0) {
    return read_satisfied(c, v, r);
  }
  if (strcmp(key, "session_age_s") == 0) {
    r->has_session_age = 1;
    return read_integer(c, key, v, &r->session_age_s);
  }
  if (strcmp(key, "now_unix_s") == 0) {
    r->has_now = 1;
    return read_integer(c, key, v, &r->now_unix_s);
  }
  if (strcmp(key, "signals") == 0) {
    facts f = {.room = key_count(c, v)};
    r->signals = f.signals = keep(c, f.room * sizeof *f.signals);
    bool fine = each_key(c, key, v, read_signal, &f);
    r->signal_count = f.count;
    return fine;
  }
  if (strcmp(key, "attributes") == 0) {
    facts f = {.room = key_count(c, v)};
    r->strings = f.strings = keep(c, f.room * sizeof *f.strings);
    r->lists = f.lists = keep(c, f.room * sizeof *f.lists);
    bool fine = each_key(c, key, v, read_attribute, &f);
    r->string_count = f.count;
    r->list_count = f.list_count;
    return fine;
  }
  return wrong(c, key, "unknown key of a request");
}

/* --- C to JavaScript
 * ------------------------------------------------------------------------------ */

static napi_value text_value(call* c, gate_str s) {
  napi_value v = NULL;
  napi_create_string_utf8(c->env, s.size == 0 ? "" : s.data, s.size, &v);
  return v;
}
static napi_value number_value(call* c, double number) {
  napi_value v = NULL;
  napi_create_double(c->env, number, &v);
  return v;
}
static napi_value flag_value(call* c, bool flag) {
  napi_value v = NULL;
  napi_get_boolean(c->env, flag, &v);
  return v;
}
static napi_value new_object(call* c) {
  napi_value v = NULL;
  napi_create_object(c->env, &v);
  return v;
}
static void set(call* c, napi_value object, const char* key, napi_value v) {
  napi_set_named_property(c->env, object, key, v);
}
static void push(call* c, napi_value array, napi_value v) {
  uint32_t n = 0;
  napi_get_array_length(c->env, array, &n);
  napi_set_element(c->env, array, n, v);
}
static napi_value add_array(call* c, napi_value object, const char* key) {
  napi_value v = NULL;
  napi_create_array(c->env, &v);
  set(c, object, key, v);
  return v;
}

static napi_value reason_value(call* c, const gate_policy_set* set_in_force, gate_reason reason) {
  napi_value v = new_object(c);
  gate_policy_info policy = gate_policy_info_new();
  set(c, v, "code", text_value(c, gate_name(GATE_REASONS, reason.code)));
  if (gate_policy_set_policy(set_in_force, reason.policy, &policy) == GATE_OK) {
    set(c, v, "policy", text_value(c, policy.name));
  }
  if (reason.code == GATE_REASON_REQUEST_REJECTED) {
    set(c, v, "fault", text_value(c, gate_name(GATE_REQUEST_FAULTS, reason.detail)));
  }
  if (reason.code == GATE_REASON_UNKNOWN_SIGNAL || reason.code == GATE_REASON_FACT_REFUSED) {
    set(c, v, "fact", text_value(c, gate_policy_set_fact(set_in_force, reason.detail)));
  }
  return v;
}

static napi_value decision_value(call* c, const gate_policy_set* set_in_force,
                                 const gate_decision* d) {
  napi_value v = new_object(c);
  set(c, v, "outcome", text_value(c, gate_name(GATE_OUTCOMES, d->outcome)));
  set(c, v, "generation", number_value(c, (double)d->generation));
  set(c, v, "errorCode", number_value(c, d->error_code));
  set(c, v, "reauthenticate", flag_value(c, d->reauthenticate != 0));
  napi_value factors = add_array(c, v, "secondFactors");
  for (uint32_t m = 0; m < gate_name_count(GATE_METHODS); ++m) {
    if ((d->second_factors >> m & 1) != 0) {
      push(c, factors, text_value(c, gate_name(GATE_METHODS, m)));
    }
  }
  napi_value unmet = add_array(c, v, "unmet");
  for (size_t i = 0; i < gate_policy_set_clause_count(set_in_force); ++i) {
    if ((d->unmet[i / 64] >> (i % 64) & 1) != 0) {
      push(c, unmet, text_value(c, gate_policy_set_clause(set_in_force, i)));
    }
  }
  napi_value reasons = add_array(c, v, "reasons");
  for (uint32_t i = 0; i < d->reason_count; ++i) {
    push(c, reasons, reason_value(c, set_in_force, d->reasons[i]));
  }
  return v;
}

/* --- the class
 * ------------------------------------------------------------------------------------- */

static napi_value throw_error(call* c, gate_error* error) {
  gate_status status = gate_error_status(error);
  napi_throw_error(c->env, gate_status_name(status), gate_error_message(error));
  gate_error_free(error);
  return NULL;
}

/* The evaluator behind `this` and up to `n` arguments; NULL after throwing. */
static gate_evaluator* begin(call* c, napi_callback_info info, size_t n, napi_value* arguments) {
  napi_value self;
  void* evaluator = NULL;
  if (napi_get_cb_info(c->env, info, &n, arguments, &self, NULL) != napi_ok ||
      napi_unwrap(c->env, self, &evaluator) != napi_ok || evaluator == NULL) {
    wrong(c, "this", "not an Evaluator");
    return NULL;
  }
  return evaluator;
}

static gate_policy_set* load(call* c, napi_value path_value, napi_value options_value) {
  gate_str path;
  gate_load_options options = gate_load_options_new();
  gate_policy_set* loaded = NULL;
  gate_error* error = NULL;
  if (!read_text(c, "file", path_value, &path)) {
    return NULL;
  }
  if (strlen(path.data) != path.size) {
    wrong(c, "file", "a path with a zero byte");
    return NULL;
  }
  if (options_value != NULL && type_of(c, options_value) == napi_object) {
    napi_value key;
    napi_get_named_property(c->env, options_value, "trustedKey", &key);
    if (type_of(c, key) != napi_undefined &&
        !read_text(c, "trustedKey", key, &options.trusted_key_pem)) {
      return NULL;
    }
  }
  if (gate_policy_set_load_file(path.data, &options, &loaded, &error) != GATE_OK) {
    throw_error(c, error);
  }
  return loaded;
}

static void finalize(napi_env env, void* evaluator, void* hint) {
  (void)env;
  (void)hint;
  gate_evaluator_free(evaluator);
}

static napi_value construct(napi_env env, napi_callback_info info) {
  call c = {env, NULL, false};
  size_t n = 2;
  napi_value arguments[2] = {NULL, NULL};
  napi_value self = NULL;
  napi_get_cb_info(env, info, &n, arguments, &self, NULL);
  gate_policy_set* loaded = load(&c, arguments[0], arguments[1]);
  gate_evaluator* evaluator = NULL;
  gate_error* error = NULL;
  if (loaded != NULL) {
    if (gate_evaluator_new(loaded, &evaluator, &error) != GATE_OK) {
      throw_error(&c, error);
    } else if (napi_wrap(env, self, evaluator, finalize, NULL, NULL) != napi_ok) {
      gate_evaluator_free(evaluator);
      wrong(&c, "Evaluator", "use new");
    }
  }
  gate_policy_set_release(loaded);
  end_call(&c);
  return self;
}

static napi_value evaluate(napi_env env, napi_callback_info info) {
  call c = {env, NULL, false};
  napi_value argument = NULL;
  napi_value result = NULL;
  gate_evaluator* evaluator = begin(&c, info, 1, &argument);
  gate_request request = gate_request_new();
  if (evaluator != NULL && each_key(&c, "request", argument, read_request_key, &request)) {
    gate_policy_set* in_force = NULL;
    gate_decision decision = gate_decision_new();
    uint64_t generation = 0;
    gate_error* error = NULL;
    if (gate_evaluator_snapshot(evaluator, &in_force, &generation, &error) != GATE_OK) {
      throw_error(&c, error);
    } else if (gate_policy_set_evaluate(in_force, &request, &decision) != GATE_OK) {
      wrong(&c, "request", "it makes no sense");
    } else {
      decision.generation = generation;
      result = decision_value(&c, in_force, &decision);
    }
    gate_policy_set_release(in_force);
  }
  end_call(&c);
  return result;
}

static napi_value trace_value(call* c, const gate_policy_set* in_force, const gate_explanation* e,
                              size_t index) {
  napi_value v = new_object(c);
  gate_policy_trace trace = gate_policy_trace_new();
  gate_policy_info policy = gate_policy_info_new();
  gate_explanation_policy(e, index, &trace);
  gate_policy_set_policy(in_force, trace.policy, &policy);
  set(c, v, "name", text_value(c, policy.name));
  set(c, v, "applies", flag_value(c, trace.applies != 0));
  set(c, v, "satisfied", flag_value(c, trace.satisfied != 0));
  napi_value criteria = add_array(c, v, "criteria");
  for (size_t i = 0; i < trace.criterion_count; ++i) {
    gate_criterion criterion = gate_criterion_new();
    gate_explanation_criterion(e, index, i, &criterion);
    napi_value one = new_object(c);
    set(c, one, "section", text_value(c, criterion.section));
    set(c, one, "text", text_value(c, criterion.text));
    set(c, one, "truth", text_value(c, gate_name(GATE_TRUTHS, criterion.truth)));
    set(c, one, "detail", text_value(c, criterion.detail));
    push(c, criteria, one);
  }
  return v;
}

static napi_value explain(napi_env env, napi_callback_info info) {
  call c = {env, NULL, false};
  napi_value argument = NULL;
  napi_value result = NULL;
  gate_evaluator* evaluator = begin(&c, info, 1, &argument);
  gate_request request = gate_request_new();
  if (evaluator != NULL && each_key(&c, "request", argument, read_request_key, &request)) {
    gate_policy_set* in_force = NULL;
    gate_explanation* explanation = NULL;
    gate_error* error = NULL;
    if (gate_evaluator_snapshot(evaluator, &in_force, NULL, &error) != GATE_OK ||
        gate_policy_set_explain(in_force, &request, &explanation, &error) != GATE_OK) {
      throw_error(&c, error);
    } else {
      napi_create_array(env, &result);
      for (size_t i = 0; i < gate_explanation_policy_count(explanation); ++i) {
        push(&c, result, trace_value(&c, in_force, explanation, i));
      }
    }
    gate_explanation_free(explanation);
    gate_policy_set_release(in_force);
  }
  end_call(&c);
  return result;
}

static napi_value replace(napi_env env, napi_callback_info info) {
  call c = {env, NULL, false};
  napi_value arguments[2] = {NULL, NULL};
  napi_value result = NULL;
  gate_evaluator* evaluator = begin(&c, info, 2, arguments);
  gate_policy_set* next = evaluator == NULL ? NULL : load(&c, arguments[0], arguments[1]);
  uint64_t generation = 0;
  gate_error* error = NULL;
  if (next != NULL) {
    if (gate_evaluator_replace(evaluator, next, &generation, &error) != GATE_OK) {
      throw_error(&c, error);
    } else {
      result = number_value(&c, (double)generation);
    }
  }
  gate_policy_set_release(next);
  end_call(&c);
  return result;
}

static napi_value digest(napi_env env, napi_callback_info info) {
  call c = {env, NULL, false};
  napi_value result = NULL;
  gate_evaluator* evaluator = begin(&c, info, 0, NULL);
  gate_policy_set* in_force = NULL;
  gate_error* error = NULL;
  if (evaluator != NULL) {
    if (gate_evaluator_snapshot(evaluator, &in_force, NULL, &error) != GATE_OK) {
      throw_error(&c, error);
    } else {
      result = text_value(&c, gate_policy_set_digest(in_force));
    }
  }
  gate_policy_set_release(in_force);
  end_call(&c);
  return result;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor members[] = {
      {"evaluate", NULL, evaluate, NULL, NULL, NULL, napi_default_method, NULL},
      {"explain", NULL, explain, NULL, NULL, NULL, napi_default_method, NULL},
      {"replace", NULL, replace, NULL, NULL, NULL, napi_default_method, NULL},
      {"digest", NULL, NULL, digest, NULL, NULL, napi_enumerable, NULL}};
  napi_value evaluator_class = NULL;
  napi_define_class(env, "Evaluator", NAPI_AUTO_LENGTH, construct, NULL,
                    sizeof members / sizeof *members, members, &evaluator_class);
  napi_set_named_property(env, exports, "Evaluator", evaluator_class);
  return exports;
}
