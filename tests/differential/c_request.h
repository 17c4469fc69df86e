#pragma once

#include <gate/gate.h>

#include <gate/decision.hpp>
#include <gate/request.hpp>

#include "runtime/c/given_request.h"

namespace gate::differential {

/// A sign-in as C has it. The facts must outlive it.
class CRequest {
 public:
  explicit CRequest(const SignInFacts& facts) : view_(facts), given_(view_.request()) {}
  CRequest(const CRequest&) = delete;
  CRequest& operator=(const CRequest&) = delete;
  [[nodiscard]] const gate_request& get() const { return given_.get(); }

 private:
  SignInView view_;
  c::GivenRequest given_;
};

/// A decision of the C interface in the terms of C++.
[[nodiscard]] Decision from_c(const gate_decision& decision);

}  // namespace gate::differential
