#pragma once

#include <gate/gate.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runtime/c/border.h"
#include "runtime/c/request.h"
#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"

namespace gate::c::testing {

/// What the tests of the C interface share.
struct Release {
  void operator()(gate_policy_set* set) const { gate_policy_set_release(set); }
  void operator()(gate_evaluator* evaluator) const { gate_evaluator_free(evaluator); }
  void operator()(gate_bound* bound) const { gate_bound_free(bound); }
  void operator()(gate_principal* principal) const { gate_principal_free(principal); }
  void operator()(gate_host* host) const { gate_host_free(host); }
  void operator()(gate_explanation* explanation) const { gate_explanation_free(explanation); }
  void operator()(gate_bytes* bytes) const { gate_bytes_free(bytes); }
  void operator()(gate_error* error) const { gate_error_free(error); }
};
template <typename T>
using Handle = std::unique_ptr<T, Release>;

inline std::shared_ptr<const PolicySet> sample() {
  auto set = build_policy_set(ir::sample_program());
  GATE_CHECK(set, "the sample must build");
  return std::move(*set);
}
inline Handle<gate_policy_set> loaded() {
  const std::string file = *save_policy_set(*sample());
  gate_policy_set* set = nullptr;
  GATE_CHECK(gate_policy_set_load(file.data(), file.size(), nullptr, &set, nullptr) == GATE_OK,
             "the sample must load");
  return Handle<gate_policy_set>(set);
}
inline gate_request request_of(const char* user) {
  gate_request r = gate_request_new();
  r.user = gate_text(user);
  return r;
}
inline RequestFault fault_of(const gate_decision& d) {
  EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
  EXPECT_EQ(d.reasons[0].code, static_cast<unsigned>(GATE_REASON_REQUEST_REJECTED));
  return static_cast<RequestFault>(d.reasons[0].detail);
}
inline void expect_same(const gate_decision& c, const Decision& d) {
  gate_decision expected = gate_decision_new();
  ASSERT_TRUE(give(d, &expected));
  EXPECT_EQ(std::memcmp(&c, &expected, sizeof c), 0);
}

}  // namespace gate::c::testing
