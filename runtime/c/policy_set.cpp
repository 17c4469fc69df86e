#include <new>

#include "runtime/c/border.h"
#include "runtime/c/load_options.h"
#include "runtime/c/request.h"
#include "runtime/rules/decide.h"

using namespace gate::c;

namespace {

using Evaluate = gate::Decision (gate::PolicySet::*)(const gate::SignInRequest&) const noexcept;

gate_status evaluate(const gate_policy_set* set, Evaluate how, const gate_request* request,
                     gate_decision* decision) noexcept {
  RequestView view;
  const RequestView::Reading reading = view.read(request);
  gate::Decision answer = gate::rejected(view.fault());
  if (set != nullptr && reading == RequestView::Reading::kFine) {
    answer = (set->set.get()->*how)(view.request());
  }
  const bool written = give(answer, decision);
  const bool sense = set != nullptr && reading != RequestView::Reading::kNonsense;
  return written && sense ? GATE_OK : GATE_INVALID_ARGUMENT;
}

gate_status load(const gate_load_options* options, gate_policy_set** set, gate_error** error,
                 auto load_with) noexcept {
  return guarded(error, [&] {
    if (set == nullptr) {
      return fail(error, GATE_INVALID_ARGUMENT, "no place for the policy set was given");
    }
    *set = nullptr;
    const auto load_options = read_load_options(options);
    if (!load_options) {
      return fail(error, load_options.error());
    }
    auto loaded = load_with(*load_options);
    if (!loaded) {
      return fail(error, loaded.error());
    }
    *set = new gate_policy_set{std::move(*loaded)};
    return gate_status{GATE_OK};
  });
}

}  // namespace

gate::Result<gate::LoadOptions> gate::c::read_load_options(const gate_load_options* from) {
  gate_load_options c = gate_load_options_new();
  if (from != nullptr && (!read_struct(from, c) || !is_text(c.trusted_key_pem) ||
                          c.run_unsigned_code > 1 || c.reserved != 0)) {
    return Error{ErrorCode::kInvalidArgument, "gate_load_options: wrong size, text or flag"};
  }
  LoadOptions out;
  out.run_unsigned_code = c.run_unsigned_code == 1;
  if (c.trusted_key_pem.size != 0) {
    GATE_TRY(out.trusted_key, parse_public_key_pem(to_view(c.trusted_key_pem)));
  }
  return out;
}

extern "C" {

gate_status gate_policy_set_load(const void* bytes, size_t size, const gate_load_options* options,
                                 gate_policy_set** set, gate_error** error) {
  return load(options, set, error, [&](const gate::LoadOptions& o) {
    const auto* text = static_cast<const char*>(bytes);
    return gate::load_policy_set({text, text == nullptr ? 0 : size}, o);
  });
}

gate_status gate_policy_set_load_file(const char* path, const gate_load_options* options,
                                      gate_policy_set** set, gate_error** error) {
  return load(options, set, error, [&](const gate::LoadOptions& o) {
    return gate::load_policy_set_file(path == nullptr ? "" : path, o);
  });
}

gate_policy_set* gate_policy_set_retain(gate_policy_set* set) {
  if (set != nullptr) {
    set->holders.fetch_add(1, std::memory_order_relaxed);
  }
  return set;
}
void gate_policy_set_release(gate_policy_set* set) {
  if (set != nullptr && set->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete set;
  }
}

gate_str gate_policy_set_digest(const gate_policy_set* set) {
  return to_c(set == nullptr ? std::string_view() : set->set->digest());
}
uint32_t gate_policy_set_backend(const gate_policy_set* set) {
  const gate::Backend backend = set == nullptr ? gate::Backend::kInterpreter : set->set->backend();
  return static_cast<uint32_t>(backend);
}
uint32_t gate_policy_set_tier(const gate_policy_set* set) {
  const gate::Tier tier = set == nullptr ? gate::Tier::kInterpreter : set->set->tier();
  return static_cast<uint32_t>(tier);
}
uint32_t gate_policy_set_wait_for_native(const gate_policy_set* set, uint32_t milliseconds) {
  if (set != nullptr) {
    set->set->wait_for_native(std::chrono::milliseconds(milliseconds));
  }
  return gate_policy_set_tier(set);
}
size_t gate_policy_set_policy_count(const gate_policy_set* set) {
  return set == nullptr ? 0 : set->set->policy_count();
}
size_t gate_policy_set_clause_count(const gate_policy_set* set) {
  return set == nullptr ? 0 : set->set->clause_count();
}
gate_str gate_policy_set_clause(const gate_policy_set* set, size_t index) {
  return to_c(index < gate_policy_set_clause_count(set) ? set->set->clause(index)
                                                        : std::string_view());
}
gate_str gate_policy_set_fact(const gate_policy_set* set, uint32_t detail) {
  return to_c(set == nullptr || detail > 0xFFFF
                  ? std::string_view()
                  : set->set->fact(static_cast<std::uint16_t>(detail)));
}

gate_status gate_policy_set_policy(const gate_policy_set* set, size_t index,
                                   gate_policy_info* info) {
  if (index >= gate_policy_set_policy_count(set)) {
    return set == nullptr ? GATE_INVALID_ARGUMENT : GATE_NOT_FOUND;
  }
  const gate::PolicyInfo p = set->set->policy(index);
  gate_policy_info c = gate_policy_info_new();
  c.id = to_c(p.id);
  c.name = to_c(p.name);
  c.description = to_c(p.description);
  c.source_file = to_c(p.source_file);
  c.source_line = p.source_line;
  c.state = static_cast<uint32_t>(p.state);
  c.blocks = p.blocks ? 1 : 0;
  return write_struct(c, info) ? GATE_OK : GATE_INVALID_ARGUMENT;
}

gate_status gate_policy_set_evaluate(const gate_policy_set* set, const gate_request* request,
                                     gate_decision* decision) {
  return evaluate(set, &gate::PolicySet::evaluate, request, decision);
}
gate_status gate_policy_set_evaluate_report_only(const gate_policy_set* set,
                                                 const gate_request* request,
                                                 gate_decision* decision) {
  return evaluate(set, &gate::PolicySet::evaluate_report_only, request, decision);
}

gate_status gate_bind(const gate_policy_set* set, const gate_request* request, gate_bound** bound,
                      gate_error** error) {
  return guarded(error, [&] {
    if (bound != nullptr) {
      *bound = nullptr;
    }
    RequestView view;
    if (set == nullptr || bound == nullptr ||
        view.read(request) == RequestView::Reading::kNonsense) {
      return fail(error, GATE_INVALID_ARGUMENT,
                  "gate_bind: NULL, or a request that makes no sense");
    }
    if (view.fault() != gate::RequestFault::kNone) {
      return fail(
          error, GATE_LIMIT_EXCEEDED,
          "gate_bind: the request breaks a limit: " + std::string(gate::name(view.fault())));
    }
    auto made = std::make_unique<gate_bound>();
    made->facts = own_facts(view.request());
    made->view = std::make_unique<gate::SignInView>(made->facts);
    made->prepared = std::make_unique<gate::PreparedRequest>(set->set, made->view->request());
    *bound = made.release();
    return gate_status{GATE_OK};
  });
}
gate_status gate_bound_evaluate(const gate_bound* bound, gate_decision* decision) {
  const gate::Decision answer =
      bound == nullptr ? gate::rejected(gate::RequestFault::kNone) : bound->prepared->evaluate();
  return give(answer, decision) && bound != nullptr ? GATE_OK : GATE_INVALID_ARGUMENT;
}
void gate_bound_free(gate_bound* bound) {
  delete bound;
}

gate_status gate_policy_set_save(const gate_policy_set* set, const gate_save_options* options,
                                 gate_bytes** bytes, gate_error** error) {
  return guarded(error, [&] {
    gate_save_options c = gate_save_options_new();
    if (bytes != nullptr) {
      *bytes = nullptr;
    }
    if (set == nullptr || bytes == nullptr ||
        (options != nullptr && (!read_struct(options, c) || !is_text(c.signing_key_pem)))) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_policy_set_save: NULL, wrong size or text");
    }
    auto file = gate::save_policy_set(*set->set, {to_view(c.signing_key_pem)});
    if (!file) {
      return fail(error, file.error());
    }
    *bytes = new gate_bytes{std::move(*file)};
    return gate_status{GATE_OK};
  });
}
const void* gate_bytes_data(const gate_bytes* bytes) {
  return bytes == nullptr ? nullptr : bytes->bytes.data();
}
size_t gate_bytes_size(const gate_bytes* bytes) {
  return bytes == nullptr ? 0 : bytes->bytes.size();
}
void gate_bytes_free(gate_bytes* bytes) {
  delete bytes;
}
}
