#include "runtime/c/border.h"

#include <new>

namespace gate::c {

gate_status to_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return GATE_INVALID_ARGUMENT;
    case ErrorCode::kNotFound:
      return GATE_NOT_FOUND;
    case ErrorCode::kConflict:
      return GATE_CONFLICT;
    case ErrorCode::kExpired:
      return GATE_EXPIRED;
    case ErrorCode::kLimitExceeded:
      return GATE_LIMIT_EXCEEDED;
    case ErrorCode::kDenied:
      return GATE_DENIED;
    case ErrorCode::kUnavailable:
      return GATE_UNAVAILABLE;
    case ErrorCode::kCorrupt:
      return GATE_CORRUPT;
    case ErrorCode::kInternal:
      return GATE_INTERNAL;
  }
  return GATE_INTERNAL;
}

gate_status fail(gate_error** error, gate_status status, std::string_view message) noexcept {
  if (error != nullptr) {
    *error = nullptr;
    try {
      *error = new gate_error{status, std::string(message)};
    } catch (const std::bad_alloc&) {
      // The status says it; there is no room for the sentence.
    }
  }
  return status;
}

gate_status fail(gate_error** error, const Error& reason) noexcept {
  return fail(error, to_status(reason.code), reason.message);
}

bool give(const Decision& d, gate_decision* out) noexcept {
  gate_decision c = gate_decision_new();
  c.outcome = static_cast<std::uint32_t>(d.outcome);
  c.error_code = d.error_code;
  c.reauthenticate = d.reauthenticate ? 1 : 0;
  c.applied_count = d.applied_count;
  c.second_factors = d.second_factors.bits();
  c.sign_in_frequency_s = d.session.sign_in_frequency_s;
  c.secondary_frequency_s = d.session.secondary_frequency_s;
  c.persistent_browser = static_cast<std::uint32_t>(d.session.persistent_browser);
  c.cloud_app_security = static_cast<std::uint32_t>(d.session.cloud_app_security);
  c.access_evaluation = static_cast<std::uint32_t>(d.session.access_evaluation);
  c.session_flags = d.session.flags;
  std::copy(d.required.words.begin(), d.required.words.end(), c.required);
  std::copy(d.unmet.words.begin(), d.unmet.words.end(), c.unmet);
  c.generation = d.generation;
  c.reason_count = std::min<std::uint32_t>(d.reason_count, GATE_REASONS_MAX);
  for (std::size_t i = 0; i < c.reason_count; ++i) {
    const Reason& r = d.reasons[i];
    c.reasons[i] = {static_cast<std::uint32_t>(r.code), r.detail, r.policy, 0};
  }
  return write_struct(c, out);
}

bool give(const Verdict& v, gate_verdict* out) noexcept {
  gate_verdict c = gate_verdict_new();
  c.outcome = static_cast<std::uint32_t>(v.outcome);
  c.error_code = v.error_code;
  c.reauthenticate = v.reauthenticate ? 1 : 0;
  std::copy(v.unmet.words.begin(), v.unmet.words.end(), c.unmet);
  return write_struct(c, out);
}

static_assert(sizeof(gate_verdict::unmet) == sizeof(ClauseSet::words));
static_assert(GATE_REASONS_MAX == Decision::kReasonsMax);
static_assert(GATE_NO_POLICY == Reason::kNoPolicy);
static_assert(GATE_NO_FREQUENCY == SessionControls::kNoFrequency);
static_assert(sizeof(gate_decision::required) == sizeof(ClauseSet::words));

}  // namespace gate::c
