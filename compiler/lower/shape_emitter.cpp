#include "compiler/lower/shape_emitter.h"

#include <algorithm>
#include <cstddef>

#include "runtime/abi/kernel.h"

namespace gate::lower {

using abi::BoundRequest;
using index::LeafKind;
using index::Step;
using llvm::Value;

llvm::Value* ShapeEmitter::load64(Value* base, std::size_t offset) {
  return b_.CreateLoad(b_.getInt64Ty(), b_.CreateConstGEP1_64(b_.getInt8Ty(), base, offset));
}
llvm::Value* ShapeEmitter::load64_at(Value* base, std::size_t offset, Value* index) {
  Value* first = b_.CreateConstGEP1_64(b_.getInt8Ty(), base, offset);
  return b_.CreateLoad(b_.getInt64Ty(), b_.CreateGEP(b_.getInt64Ty(), first, index));
}
llvm::Value* ShapeEmitter::bit_of(Value* word, Value* number) {
  return b_.CreateTrunc(b_.CreateLShr(word, number), b_.getInt1Ty());
}

TruthValue ShapeEmitter::known(Value* is_true) {
  return {is_true, b_.CreateNot(is_true)};
}
TruthValue ShapeEmitter::known_if(Value* present, Value* is_true) {
  Value* absent = b_.CreateNot(present);
  return {b_.CreateOr(absent, is_true), b_.CreateOr(absent, b_.CreateNot(is_true))};
}
TruthValue ShapeEmitter::from_bits(Value* bits) {
  return {b_.CreateTrunc(bits, b_.getInt1Ty()),
          b_.CreateTrunc(b_.CreateLShr(bits, 1), b_.getInt1Ty())};
}

/// All ages at once: which methods are young enough, then which of those were asked for and done.
TruthValue ShapeEmitter::method(Value* methods, Value* max_age) {
  constexpr unsigned kLanes = abi::kMethodSlots;
  auto* ages_type = llvm::FixedVectorType::get(b_.getInt32Ty(), kLanes);
  Value* ages = b_.CreateAlignedLoad(ages_type,
                                     b_.CreateConstGEP1_64(b_.getInt8Ty(), arguments_.request,
                                                           offsetof(BoundRequest, method_age_s)),
                                     llvm::Align(4));
  Value* limit = b_.CreateVectorSplat(kLanes, b_.CreateTrunc(max_age, b_.getInt32Ty()));
  Value* young = b_.CreateBitCast(b_.CreateICmpULE(ages, limit), b_.getInt32Ty());
  Value* done = b_.CreateLoad(
      b_.getInt32Ty(),
      b_.CreateConstGEP1_64(b_.getInt8Ty(), arguments_.request, offsetof(BoundRequest, methods)));
  Value* asked = b_.CreateTrunc(methods, b_.getInt32Ty());
  return known(b_.CreateIsNotNull(b_.CreateAnd(young, b_.CreateAnd(done, asked))));
}

TruthValue ShapeEmitter::integer(LeafKind kind, Value* slot, Value* constant) {
  using P = llvm::CmpInst::Predicate;
  constexpr P kPredicates[] = {P::ICMP_EQ,  P::ICMP_NE,  P::ICMP_SLT,
                               P::ICMP_SLE, P::ICMP_SGT, P::ICMP_SGE};
  Value* value = load64_at(arguments_.request, offsetof(BoundRequest, int_value), slot);
  Value* holds = b_.CreateICmp(kPredicates[static_cast<std::size_t>(index::compare_op(kind))],
                               value, constant);
  return known_if(bit_of(load64(arguments_.request, offsetof(BoundRequest, int_present)), slot),
                  holds);
}

TruthValue ShapeEmitter::call(std::size_t function_offset, Value* test) {
  auto* pointer = b_.getPtrTy();
  auto* type = llvm::FunctionType::get(b_.getInt32Ty(), {pointer, pointer, b_.getInt64Ty()}, false);
  const auto load = [this, pointer](std::size_t offset) {
    return b_.CreateLoad(pointer, b_.CreateConstGEP1_64(b_.getInt8Ty(), arguments_.calls, offset));
  };
  Value* function = load(function_offset);
  Value* leaves = load(offsetof(abi::LeafCalls, leaves));
  return from_bits(b_.CreateCall(type, function, {arguments_.request, leaves, test}));
}

TruthValue ShapeEmitter::leaf(const Step& step) {
  const std::size_t at = step.arg * sizeof(abi::Constant);
  Value* a = load64(arguments_.constants, at + offsetof(abi::Constant, a));
  const auto b = [this, at] {
    return load64(arguments_.constants, at + offsetof(abi::Constant, b));
  };
  switch (step.leaf) {
    case LeafKind::kConstant:
      return from_bits(a);
    case LeafKind::kContext:
      return known(b_.CreateIsNotNull(b_.CreateAnd(arguments_.context, a)));
    case LeafKind::kMembership: {
      Value* word =
          load64_at(arguments_.request, offsetof(BoundRequest, membership), b_.CreateLShr(a, 6));
      return known(bit_of(word, b_.CreateAnd(a, 63)));
    }
    case LeafKind::kMethod:
      return method(a, b());
    case LeafKind::kBool: {
      Value* present = load64(arguments_.request, offsetof(BoundRequest, bool_present));
      Value* value = load64(arguments_.request, offsetof(BoundRequest, bool_value));
      return known_if(bit_of(present, a), bit_of(value, a));
    }
    case LeafKind::kIntEq:
    case LeafKind::kIntNe:
    case LeafKind::kIntLt:
    case LeafKind::kIntLe:
    case LeafKind::kIntGt:
    case LeafKind::kIntGe:
      return integer(step.leaf, a, b());
    case LeafKind::kText:
      return call(offsetof(abi::LeafCalls, text), a);
    case LeafKind::kList:
      return call(offsetof(abi::LeafCalls, list), a);
    case LeafKind::kTime:
      return call(offsetof(abi::LeafCalls, time), a);
  }
  return {};
}

void ShapeEmitter::skip_if(Value* decided, std::uint32_t target) {
  llvm::Function* function = b_.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = function->getContext();
  jumps_[target].push_back({b_.GetInsertBlock(), stack_.back()});
  auto* next = llvm::BasicBlock::Create(context, "undecided", function);
  // The landing block is not there yet: land() completes the jump.
  b_.CreateCondBr(decided, next, next);
  b_.SetInsertPoint(next);
}

void ShapeEmitter::land(std::uint32_t at) {
  const auto found = jumps_.find(at);
  if (found == jumps_.end()) {
    return;
  }
  llvm::Function* function = b_.GetInsertBlock()->getParent();
  auto* landing = llvm::BasicBlock::Create(function->getContext(), "decided", function);
  const Jump fall_through{b_.GetInsertBlock(), stack_.back()};
  b_.CreateBr(landing);
  b_.SetInsertPoint(landing);
  const auto incoming = static_cast<unsigned>(found->second.size() + 1);
  llvm::PHINode* is_true = b_.CreatePHI(b_.getInt1Ty(), incoming);
  llvm::PHINode* is_false = b_.CreatePHI(b_.getInt1Ty(), incoming);
  const auto enter = [is_true, is_false](const Jump& jump) {
    is_true->addIncoming(jump.value.may_be_true, jump.from);
    is_false->addIncoming(jump.value.may_be_false, jump.from);
  };
  enter(fall_through);
  for (const Jump& jump : found->second) {
    jump.from->getTerminator()->setSuccessor(0, landing);
    enter(jump);
  }
  jumps_.erase(found);
  stack_.back() = {is_true, is_false};
}

void ShapeEmitter::emit(const index::Shape& shape, std::size_t at) {
  const Step& step = shape[at];
  const auto saves_a_call = [&shape, at](std::uint32_t target) {
    return std::any_of(
        shape.begin() + static_cast<std::ptrdiff_t>(at), shape.begin() + target,
        [](const Step& s) { return s.code == Step::Code::kLeaf && index::is_call(s.leaf); });
  };
  switch (step.code) {
    case Step::Code::kLeaf:
      stack_.push_back(leaf(step));
      break;
    case Step::Code::kNot:
      std::swap(stack_.back().may_be_true, stack_.back().may_be_false);
      break;
    case Step::Code::kAnd:
    case Step::Code::kOr: {
      const TruthValue right = stack_.back();
      stack_.pop_back();
      TruthValue& left = stack_.back();
      const bool is_and = step.code == Step::Code::kAnd;
      Value* some_true = is_and ? b_.CreateAnd(left.may_be_true, right.may_be_true)
                                : b_.CreateOr(left.may_be_true, right.may_be_true);
      Value* some_false = is_and ? b_.CreateOr(left.may_be_false, right.may_be_false)
                                 : b_.CreateAnd(left.may_be_false, right.may_be_false);
      left = {some_true, some_false};
      break;
    }
    case Step::Code::kSkipIfFalse:
      if (saves_a_call(step.arg)) {
        skip_if(b_.CreateNot(stack_.back().may_be_true), step.arg);
      }
      break;
    case Step::Code::kSkipIfTrue:
      if (saves_a_call(step.arg)) {
        skip_if(b_.CreateNot(stack_.back().may_be_false), step.arg);
      }
      break;
  }
}

TruthValue ShapeEmitter::emit(const index::Shape& shape) {
  for (std::size_t at = 0; at < shape.size(); ++at) {
    land(static_cast<std::uint32_t>(at));
    emit(shape, at);
  }
  land(static_cast<std::uint32_t>(shape.size()));
  return stack_.back();
}

}  // namespace gate::lower
