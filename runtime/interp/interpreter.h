#pragma once

#include <array>
#include <cstdint>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <gate/request.hpp>
#include <optional>

#include "runtime/abi/decision_facts.h"
#include "runtime/ir/program.h"
#include "runtime/rules/plan.h"

namespace gate {

/// What a policy's meaning is: read straight off the program and the request, by strings, with no
/// tables and no cleverness. Every other executor must agree with it; explain() speaks from it.
/// Lives no longer than the program and the request. Not for speed: a decision is linear in the
/// whole program.
class Interpreter {
 public:
  Interpreter(const ir::Program& program, const SignInRequest& request);

  /// Why the request is refused before any policy is looked at; kNone if it is not.
  [[nodiscard]] RequestFault fault() const { return fault_; }

  [[nodiscard]] bool in(const ir::PrincipalSet& set) const;
  [[nodiscard]] bool in(const ir::TargetSet& set) const;
  [[nodiscard]] bool in(const ir::Location& location) const;
  /// Kleene's logic: unknown spreads.
  [[nodiscard]] Truth truth(ir::ExprId expr) const;
  /// The first absent fact because of which `expr` is unknown; kNoFact if it is not unknown.
  [[nodiscard]] std::uint16_t unknown_fact(ir::ExprId expr) const;
  /// The request is for something that the policy includes.
  [[nodiscard]] bool reaches(const ir::Policy& policy) const;
  /// Everything but the state.
  [[nodiscard]] bool applies(const ir::Policy& policy) const;

  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const;
  [[nodiscard]] const ListFact* list(std::string_view name) const;
  [[nodiscard]] const SignalValue* signal(std::string_view name) const;
  [[nodiscard]] std::uint64_t context() const { return context_; }
  [[nodiscard]] const SignInRequest& request() const { return request_; }

 private:
  [[nodiscard]] RequestFault find_fault();
  [[nodiscard]] RequestFault signal_fault(const SignalFact& fact) const;
  [[nodiscard]] bool is_guest_of(const ir::GuestSelector& selector) const;
  [[nodiscard]] Truth leaf(const ir::Expr& e) const;
  [[nodiscard]] Truth compare(const ir::IntTest& test) const;
  [[nodiscard]] Truth text(const ir::StringTest& test) const;
  [[nodiscard]] bool contains(const ir::ListTest& test) const;
  [[nodiscard]] bool done(const ir::MethodTest& test) const;
  [[nodiscard]] Truth time(const ir::TimeTest& test) const;

  const ir::Program& program_;
  const SignInRequest& request_;
  std::optional<std::array<std::uint8_t, 16>> ip_;
  std::uint64_t context_ = 0;
  RequestFault fault_ = RequestFault::kNone;
};

class DecisionTables;
/// The whole decision by the interpreter.
[[nodiscard]] Decision interpret(const ir::Program& program, const DecisionTables& tables,
                                 const SignInRequest& request, Plan plan);

}  // namespace gate
