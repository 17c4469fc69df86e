#pragma once

#include <gate/gate.h>

#include <atomic>
#include <gate/evaluator.hpp>
#include <gate/policy_file.hpp>
#include <gate/policy_host.hpp>
#include <memory>
#include <string>

/// What stands behind the handles of gate.h. Shared with the library of gate_compile.h, which makes
/// policy sets too; both are of the same version by their packages.

struct gate_error {
  gate_status status = GATE_INTERNAL;
  std::string message;
};

struct gate_policy_set {
  std::shared_ptr<const gate::PolicySet> set;
  mutable std::atomic<std::size_t> holders{1};
};

struct gate_evaluator {
  gate::Evaluator evaluator;
};

struct gate_bound {
  gate::SignInFacts facts;
  std::unique_ptr<gate::SignInView> view;
  std::unique_ptr<gate::PreparedRequest> prepared;
};

struct gate_bytes {
  std::string bytes;
};

struct gate_explanation {
  gate::Explanation explanation;
};

struct gate_principal {
  gate::PreparedPrincipal principal;
};

struct gate_host {
  gate::PolicyHost host;
};
