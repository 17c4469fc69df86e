#pragma once

#include <gate/gate.h>

#include <cstdint>
#include <gate/request.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/c/border.h"

namespace gate::c {

/// A sign-in as a C program has it, with the arrays that it points into: for tests and
/// measurements. Views of what `from` views, which must outlive it.
class GivenRequest {
 public:
  explicit GivenRequest(const SignInRequest& from);
  GivenRequest(GivenRequest&&) = default;  // arrays stay where they are
  GivenRequest(const GivenRequest&) = delete;
  GivenRequest& operator=(const GivenRequest&) = delete;
  GivenRequest& operator=(GivenRequest&&) = delete;
  ~GivenRequest() = default;
  [[nodiscard]] const gate_request& get() const { return r_; }

 private:
  void give_values(const SignInRequest& from);
  void give_facts(const SignInRequest& from);

  gate_request r_ = gate_request_new();
  std::vector<gate_str> groups_;
  std::vector<gate_str> roles_;
  std::vector<gate_str> app_groups_;
  std::vector<gate_method_done> completed_;
  std::vector<gate_control> satisfied_;
  std::vector<gate_string_fact> strings_;
  std::vector<std::vector<gate_str>> list_values_;
  std::vector<gate_list_fact> lists_;
  std::vector<gate_signal> signals_;
};

}  // namespace gate::c
