#include "runtime/index/conditions.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "runtime/abi/decision_facts.h"
#include "runtime/ir/context.h"

namespace gate::index {
namespace {

std::span<const ir::ExprId> children(const ir::Program& p, const ir::Expr& e) {
  return {p.operands.data() + (e.count == 0 ? 0 : e.first), e.count};
}
std::uint64_t field_of(std::uint64_t bits) {
  for (std::size_t f = 0; f < ir::kContextFactCount; ++f) {
    const std::uint64_t field = ir::context_field(static_cast<ir::ContextFact>(f)).mask();
    if ((bits & field) != 0) {
      return field;
    }
  }
  return 0;
}
constexpr std::uint64_t kBothPlans = abi::kEnforcedPlan | abi::kReportPlan;

std::uint32_t negated(std::uint32_t truth) {
  return (truth & 1U) << 1U | truth >> 1U;
}
std::uint32_t both(std::uint32_t a, std::uint32_t b) {
  return (a & b & 1U) | ((a | b) & 2U);
}
std::uint32_t either(std::uint32_t a, std::uint32_t b) {
  return ((a | b) & 1U) | (a & b & 2U);
}

}  // namespace

/// Takes conditions apart, sharing what is equal. Expressions are hash-consed, so equal lists of
/// expression numbers are equal conditions.
class Conditions::Splitter {
 public:
  Splitter(const ir::Program& program, Conditions& out) : p_(program), out_(out) {}

  void add(const ir::Policy& policy) {
    std::uint64_t mask = ~std::uint64_t{0};
    if (policy.state == PolicyState::kReportOnly) {
      mask &= ~abi::kEnforcedPlan;
    } else if (policy.state == PolicyState::kOff) {
      mask &= ~kBothPlans;
    }
    rest_.clear();
    split(policy.condition, mask);
    out_.masks_.push_back(mask);
    out_.residual_of_.push_back(policy.state == PolicyState::kOff ? kNoResidual : residual());
  }

 private:
  // The recursions are bounded by kExprDepthMax.
  void split(ir::ExprId expr, std::uint64_t& mask) {  // NOLINT(misc-no-recursion)
    const ir::Expr& e = p_.exprs[expr];
    if (e.op == ir::Op::kAnd) {
      for (const ir::ExprId child : children(p_, e)) {
        split(child, mask);
      }
    } else if (e.op == ir::Op::kFalse) {
      mask = 0;
    } else if (const auto bits = allowed(expr)) {
      mask &= ~field_of_[expr] | *bits;
    } else if (e.op != ir::Op::kTrue) {
      rest_.push_back(expr);
    }
  }

  /// The bits of one field for which the expression is true, if it speaks of one field only.
  std::optional<std::uint64_t> allowed(ir::ExprId expr) {  // NOLINT(misc-no-recursion)
    const ir::Expr& e = p_.exprs[expr];
    if (e.op == ir::Op::kContextIn) {
      field_of_[expr] = field_of(e.imm);
      return e.imm;
    }
    if (e.op != ir::Op::kNot && e.op != ir::Op::kOr && e.op != ir::Op::kAnd) {
      return std::nullopt;
    }
    std::uint64_t field = 0;
    std::uint64_t bits = 0;
    bool first = true;
    for (const ir::ExprId child : children(p_, e)) {
      const auto part = allowed(child);
      if (!part || (!first && field_of_[child] != field)) {
        return std::nullopt;
      }
      field = field_of_[child];
      bits = first ? *part : e.op == ir::Op::kAnd ? bits & *part : bits | *part;
      first = false;
    }
    field_of_[expr] = field;
    return e.op == ir::Op::kNot ? field & ~bits : bits;
  }

  std::uint32_t residual() {
    if (rest_.empty()) {
      return kNoResidual;
    }
    const auto [it, fresh] =
        residual_ids_.try_emplace(rest_, static_cast<std::uint32_t>(out_.residuals_.size()));
    if (fresh) {
      Shape shape;
      constants_.clear();
      join(rest_, Step::Code::kAnd, shape);
      const auto [known, is_new] =
          shape_ids_.try_emplace(shape, static_cast<std::uint32_t>(out_.shapes_.size()));
      if (is_new) {
        out_.shapes_.push_back(std::move(shape));
      }
      out_.residuals_.push_back(
          {known->second, static_cast<std::uint32_t>(out_.constants_.size())});
      out_.constants_.insert(out_.constants_.end(), constants_.begin(), constants_.end());
    }
    return it->second;
  }

  void join(std::span<const ir::ExprId> parts, Step::Code code,  // NOLINT(misc-no-recursion)
            Shape& shape) {
    const auto skip = code == Step::Code::kAnd ? Step::Code::kSkipIfFalse : Step::Code::kSkipIfTrue;
    std::vector<std::size_t> skips;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) {
        skips.push_back(shape.size());
        shape.push_back({skip, LeafKind::kConstant, 0});
      }
      linearise(parts[i], shape);
      if (i > 0) {
        shape.push_back({code, LeafKind::kConstant, 0});
      }
    }
    for (const std::size_t s : skips) {
      shape[s].arg = static_cast<std::uint32_t>(shape.size());
    }
  }

  void linearise(ir::ExprId expr, Shape& shape) {  // NOLINT(misc-no-recursion)
    const ir::Expr& e = p_.exprs[expr];
    if (e.op == ir::Op::kNot) {
      linearise(children(p_, e).front(), shape);
      shape.push_back({Step::Code::kNot, LeafKind::kConstant, 0});
    } else if (e.op == ir::Op::kAnd || e.op == ir::Op::kOr) {
      join(children(p_, e), e.op == ir::Op::kAnd ? Step::Code::kAnd : Step::Code::kOr, shape);
    } else {
      const Leaf leaf = leaf_of(p_, e);
      shape.push_back(
          {Step::Code::kLeaf, leaf.kind, static_cast<std::uint32_t>(constants_.size())});
      constants_.push_back(leaf.constant);
    }
  }

  const ir::Program& p_;
  Conditions& out_;
  std::vector<ir::ExprId> rest_;
  std::vector<abi::Constant> constants_;
  std::unordered_map<ir::ExprId, std::uint64_t> field_of_;
  std::map<std::vector<ir::ExprId>, std::uint32_t> residual_ids_;
  std::map<Shape, std::uint32_t> shape_ids_;
};

Conditions::Conditions(const ir::Program& program)
    : leaves_(program),
      calls_{&leaves_,
             [](const abi::BoundRequest* r, const void* leaves, std::uint64_t test) {
               return static_cast<const Leaves*>(leaves)->text(*r, test);
             },
             [](const abi::BoundRequest* r, const void* leaves, std::uint64_t test) {
               return static_cast<const Leaves*>(leaves)->list(*r, test);
             },
             [](const abi::BoundRequest* r, const void* leaves, std::uint64_t test) {
               return static_cast<const Leaves*>(leaves)->time(*r, test);
             },
             this,
             [](const abi::BoundRequest* r, const void* conditions, const abi::Residual* residual) {
               return static_cast<const Conditions*>(conditions)->truth(*residual, *r);
             }} {
  residuals_.push_back({0, 0});  // kNoResidual
  masks_.reserve(program.policies.size());
  residual_of_.reserve(program.policies.size());
  Splitter splitter(program, *this);
  for (const ir::Policy& policy : program.policies) {
    splitter.add(policy);
  }
  sort_shapes();
  // They grow by doubling, and are kept for as long as the set is. No pointer into them exists yet.
  residuals_.shrink_to_fit();
  constants_.shrink_to_fit();
}

void Conditions::sort_shapes() {
  std::vector<std::uint32_t> order(shapes_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [this](std::uint32_t a, std::uint32_t b) { return shapes_[a] < shapes_[b]; });
  std::vector<Shape> sorted;
  sorted.reserve(shapes_.size());
  std::vector<std::uint32_t> place(shapes_.size());
  for (const std::uint32_t old : order) {
    place[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(shapes_[old]));
    sorted.back().shrink_to_fit();
  }
  shapes_ = std::move(sorted);
  for (std::size_t r = kNoResidual + 1; r < residuals_.size(); ++r) {
    residuals_[r].shape = place[residuals_[r].shape];
  }
}

// The analyser does not know that Splitter makes shapes that take no more than they have pushed.
// NOLINTBEGIN(clang-analyzer-core.*)
std::uint32_t Conditions::truth(const abi::Residual& residual,
                                const abi::BoundRequest& request) const noexcept {
  const Shape& shape = shapes_[residual.shape];
  const abi::Constant* constants = constants_.data() + residual.constants;
  std::uint32_t stack[ir::kExprDepthMax + 2];
  std::size_t top = 0;  // of the next free place
  for (std::size_t at = 0; at < shape.size(); ++at) {
    const Step& step = shape[at];
    switch (step.code) {
      case Step::Code::kLeaf:
        stack[top++] = leaf_truth(step.leaf, constants[step.arg], request, leaves_);
        break;
      case Step::Code::kNot:
        stack[top - 1] = negated(stack[top - 1]);
        break;
      case Step::Code::kAnd:
        --top;
        stack[top - 1] = both(stack[top - 1], stack[top]);
        break;
      case Step::Code::kOr:
        --top;
        stack[top - 1] = either(stack[top - 1], stack[top]);
        break;
      case Step::Code::kSkipIfFalse:
        at = stack[top - 1] == abi::kFalse ? step.arg - 1 : at;
        break;
      case Step::Code::kSkipIfTrue:
        at = stack[top - 1] == abi::kTrue ? step.arg - 1 : at;
        break;
    }
  }
  return stack[0];
}
// NOLINTEND(clang-analyzer-core.*)

std::uint32_t Conditions::truth(const ir::Program& program,  // NOLINT(misc-no-recursion)
                                ir::ExprId expr, const abi::BoundRequest& request) const noexcept {
  const ir::Expr& e = program.exprs[expr];
  if (e.op == ir::Op::kNot) {
    return negated(truth(program, children(program, e).front(), request));
  }
  if (e.op != ir::Op::kAnd && e.op != ir::Op::kOr) {
    const Leaf leaf = leaf_of(program, e);
    return leaf_truth(leaf.kind, leaf.constant, request, leaves_);
  }
  const bool is_and = e.op == ir::Op::kAnd;
  std::uint32_t result = is_and ? abi::kTrue : abi::kFalse;
  for (const ir::ExprId child : children(program, e)) {
    const std::uint32_t t = truth(program, child, request);
    result = is_and ? both(result, t) : either(result, t);
  }
  return result;
}

std::uint16_t Conditions::unknown_fact(const ir::Program& program,  // NOLINT(misc-no-recursion)
                                       ir::ExprId expr,
                                       const abi::BoundRequest& request) const noexcept {
  if (truth(program, expr, request) != abi::kUnknown) {
    return abi::kNoFact;
  }
  const ir::Expr& e = program.exprs[expr];
  if (e.op == ir::Op::kIntCompare) {
    return static_cast<std::uint16_t>(abi::kIntFact + program.int_tests[e.first].slot);
  }
  if (e.op == ir::Op::kBoolSignal) {
    return static_cast<std::uint16_t>(abi::kBoolFact + e.first);
  }
  if (e.op == ir::Op::kStringTest) {
    return static_cast<std::uint16_t>(abi::kStringFact + program.string_tests[e.first].slot);
  }
  if (e.op == ir::Op::kTimeIn) {
    return abi::kNowFact;
  }
  for (const ir::ExprId child : children(program, e)) {
    const std::uint16_t fact = unknown_fact(program, child, request);
    if (fact != abi::kNoFact) {
      return fact;
    }
  }
  return abi::kNoFact;
}

std::size_t Conditions::bytes() const {
  std::size_t total = masks_.size() * 8 + residual_of_.size() * 4 +
                      residuals_.size() * sizeof(abi::Residual) +
                      constants_.size() * sizeof(abi::Constant) + leaves_.bytes();
  for (const Shape& shape : shapes_) {
    total += shape.size() * sizeof(Step);
  }
  return total;
}

}  // namespace gate::index
