#pragma once

#include <gate/gate.h>

#include <gate/decision.hpp>
#include <gate/request.hpp>
#include <vector>

namespace gate::differential {

/// A sign-in as C has it, with the arrays that it points into. The facts must outlive it.
class CRequest {
 public:
  explicit CRequest(const SignInFacts& facts);
  CRequest(const CRequest&) = delete;
  CRequest& operator=(const CRequest&) = delete;
  [[nodiscard]] const gate_request& get() const { return r_; }

 private:
  gate_request r_ = gate_request_new();
  std::vector<gate_str> groups_, roles_, app_groups_;
  std::vector<gate_method_done> completed_;
  std::vector<gate_control> satisfied_;
  std::vector<gate_string_fact> strings_;
  std::vector<std::vector<gate_str>> list_values_;
  std::vector<gate_list_fact> lists_;
  std::vector<gate_signal> signals_;
};

/// A decision of the C interface in the terms of C++.
[[nodiscard]] Decision from_c(const gate_decision& decision);

}  // namespace gate::differential
