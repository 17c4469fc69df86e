#include "compiler/lower/emit_kernel.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <cstddef>

#include "compiler/lower/shape_emitter.h"
#include "runtime/abi/kernel.h"

namespace gate::lower {
namespace {

using abi::BoundRequest;
using abi::RowTables;
using llvm::BasicBlock;
using llvm::Value;

/// Rows are worked on in pieces of four words: one register of 256 bits.
constexpr std::uint64_t kLanes = 4;

class KernelEmitter {
 public:
  KernelEmitter(llvm::LLVMContext& context, const KernelPlan& plan, const KernelNames& names)
      : module_(std::make_unique<llvm::Module>("gate", context)),
        b_(context),
        plan_(plan),
        names_(names),
        pieces_(plan.words / kLanes),
        piece_type_(llvm::FixedVectorType::get(b_.getInt64Ty(), kLanes)) {}

  std::unique_ptr<llvm::Module> emit() {
    emit_residual();
    if (plan_.words > 0) {
      emit_rows();
    }
    return std::move(module_);
  }

 private:
  llvm::Function* function(const std::string& name, llvm::Type* result) {
    auto* pointer = b_.getPtrTy();
    auto* type = llvm::FunctionType::get(result, {pointer, pointer, pointer, pointer}, false);
    auto* f = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, *module_);
    f->setDoesNotThrow();
    b_.SetInsertPoint(block(f, "entry"));
    return f;
  }
  static BasicBlock* block(llvm::Function* f, const char* name) {
    return BasicBlock::Create(f->getContext(), name, f);
  }
  Value* at(Value* base, std::size_t offset) {
    return b_.CreateConstGEP1_64(b_.getInt8Ty(), base, offset);
  }
  Value* load64(Value* base, std::size_t offset) {
    return b_.CreateLoad(b_.getInt64Ty(), at(base, offset));
  }
  Value* load32(Value* base, std::size_t offset) {
    return b_.CreateLoad(b_.getInt32Ty(), at(base, offset));
  }
  Value* load_pointer(Value* base, std::size_t offset) {
    return b_.CreateLoad(b_.getPtrTy(), at(base, offset));
  }
  Value* element(llvm::Type* type, Value* base, Value* index) {
    return b_.CreateGEP(type, base, index);
  }

  /// What is the same for every residual of a request.
  struct ResidualInputs {
    Value* request = nullptr;
    Value* constants = nullptr;
    Value* calls = nullptr;
    Value* context = nullptr;
  };
  /// Left to C++: what is called there, and with what; loaded where it is needed.
  TruthValue call_residual(const ResidualInputs& in, Value* residual) {
    auto* pointer = b_.getPtrTy();
    auto* type = llvm::FunctionType::get(b_.getInt32Ty(), {pointer, pointer, pointer}, false);
    Value* truth = b_.CreateCall(
        type, load_pointer(in.calls, offsetof(abi::LeafCalls, residual)),
        {in.request, load_pointer(in.calls, offsetof(abi::LeafCalls, conditions)), residual});
    return {b_.CreateTrunc(truth, b_.getInt1Ty()),
            b_.CreateTrunc(b_.CreateLShr(truth, 1), b_.getInt1Ty())};
  }
  /// A switch over the shapes at the builder's place, which afterwards is where they come together.
  TruthValue residual_truth(llvm::Function* f, const ResidualInputs& in, Value* residual) {
    Value* shape = load32(residual, offsetof(abi::Residual, shape));
    Value* first =
        b_.CreateZExt(load32(residual, offsetof(abi::Residual, constants)), b_.getInt64Ty());
    Value* constants = b_.CreateGEP(b_.getInt8Ty(), in.constants,
                                    b_.CreateMul(first, b_.getInt64(sizeof(abi::Constant))));
    BasicBlock* other = block(f, "other");
    BasicBlock* settled = block(f, "settled");
    auto* which = b_.CreateSwitch(shape, other, static_cast<unsigned>(plan_.generated_shapes));
    b_.SetInsertPoint(settled);
    const auto ways = static_cast<unsigned>(plan_.generated_shapes + 1);
    llvm::PHINode* may_be_true = b_.CreatePHI(b_.getInt1Ty(), ways);
    llvm::PHINode* may_be_false = b_.CreatePHI(b_.getInt1Ty(), ways);
    const auto settle = [&](const TruthValue& truth) {
      may_be_true->addIncoming(truth.may_be_true, b_.GetInsertBlock());
      may_be_false->addIncoming(truth.may_be_false, b_.GetInsertBlock());
      b_.CreateBr(settled);
    };
    for (std::size_t s = 0; s < plan_.generated_shapes; ++s) {
      BasicBlock* here = block(f, "shape");
      which->addCase(b_.getInt32(static_cast<std::uint32_t>(s)), here);
      b_.SetInsertPoint(here);
      settle(ShapeEmitter(b_, {in.request, constants, in.calls, in.context}).emit(plan_.shapes[s]));
    }
    b_.SetInsertPoint(other);
    settle(call_residual(in, residual));
    b_.SetInsertPoint(settled);
    return {may_be_true, may_be_false};
  }

  /// u32 gate_residual(request, residual, constants, calls). Sets with rows settle theirs where
  /// they find them: this one is not called then, and leaves all to C++.
  void emit_residual() {
    llvm::Function* f = function(names_.residual, b_.getInt32Ty());
    ResidualInputs in{f->getArg(0), f->getArg(2), f->getArg(3), nullptr};
    TruthValue truth;
    if (plan_.words > 0) {
      truth = call_residual(in, f->getArg(1));
    } else {
      in.context = load64(in.request, offsetof(BoundRequest, context));
      truth = residual_truth(f, in, f->getArg(1));
    }
    Value* high = b_.CreateShl(b_.CreateZExt(truth.may_be_false, b_.getInt32Ty()), 1);
    b_.CreateRet(b_.CreateOr(b_.CreateZExt(truth.may_be_true, b_.getInt32Ty()), high));
  }

  using Pieces = std::vector<Value*>;
  Pieces load_row(Value* row) {
    Pieces pieces;
    for (std::uint64_t i = 0; i < pieces_; ++i) {
      pieces.push_back(b_.CreateAlignedLoad(piece_type_, at(row, i * kLanes * 8), llvm::Align(8)));
    }
    return pieces;
  }

  /// Policies that let the request's bit of every field pass.
  Pieces context_rows(Value* context, Value* tables) {
    Value* rows = load_pointer(tables, offsetof(RowTables, context_rows));
    Pieces result;
    for (const std::uint64_t field : plan_.fields) {
      Value* bit = b_.CreateIntrinsic(
          llvm::Intrinsic::cttz, {b_.getInt64Ty()},
          {b_.CreateAnd(context, field), b_.getTrue()});  // a request has one bit of each field
      Value* offset = b_.CreateMul(bit, b_.getInt64(plan_.words * 8));
      const Pieces row = load_row(b_.CreateGEP(b_.getInt8Ty(), rows, offset));
      for (std::uint64_t i = 0; i < pieces_; ++i) {
        if (result.size() < pieces_) {
          result.push_back(row[i]);
        } else {
          result[i] = b_.CreateAnd(result[i], row[i]);
        }
      }
    }
    return result;
  }

  /// Keeps of `candidates` those that include one of the request's keys and exclude none.
  void admit_targets(llvm::Function* f, Value* rows, Value* keys, Value* count,
                     Pieces& candidates) {
    BasicBlock* before = b_.GetInsertBlock();
    BasicBlock* loop = block(f, "keys");
    BasicBlock* after = block(f, "admitted");
    Value* zero = llvm::Constant::getNullValue(piece_type_);
    b_.CreateCondBr(b_.CreateIsNotNull(count), loop, after);
    b_.SetInsertPoint(loop);
    llvm::PHINode* i = b_.CreatePHI(b_.getInt64Ty(), 2);
    i->addIncoming(b_.getInt64(0), before);
    std::vector<llvm::PHINode*> sums;
    for (std::uint64_t p = 0; p < 2 * pieces_; ++p) {
      sums.push_back(b_.CreatePHI(piece_type_, 2));
      sums.back()->addIncoming(zero, before);
    }
    Value* key = b_.CreateZExt(b_.CreateLoad(b_.getInt32Ty(), element(b_.getInt32Ty(), keys, i)),
                               b_.getInt64Ty());
    Value* row =
        b_.CreateGEP(b_.getInt8Ty(), rows, b_.CreateMul(key, b_.getInt64(2 * plan_.words * 8)));
    Pieces both = load_row(row);
    const Pieces excluded = load_row(at(row, plan_.words * 8));
    both.insert(both.end(), excluded.begin(), excluded.end());
    Value* next = b_.CreateAdd(i, b_.getInt64(1));
    i->addIncoming(next, loop);
    for (std::uint64_t p = 0; p < 2 * pieces_; ++p) {
      both[p] = b_.CreateOr(both[p], sums[p]);
      sums[p]->addIncoming(both[p], loop);
    }
    b_.CreateCondBr(b_.CreateICmpULT(next, count), loop, after);
    b_.SetInsertPoint(after);
    std::vector<llvm::PHINode*> totals;
    for (std::uint64_t p = 0; p < 2 * pieces_; ++p) {
      totals.push_back(b_.CreatePHI(piece_type_, 2));
      totals.back()->addIncoming(zero, before);
      totals.back()->addIncoming(both[p], loop);
    }
    for (std::uint64_t p = 0; p < pieces_; ++p) {
      candidates[p] =
          b_.CreateAnd(candidates[p], b_.CreateAnd(totals[p], b_.CreateNot(totals[pieces_ + p])));
    }
  }

  /// void gate_rows(request, tables, applies, unknown)
  void emit_rows() {
    llvm::Function* f = function(names_.rows, b_.getVoidTy());
    Value* request = f->getArg(0);
    Value* tables = f->getArg(1);
    Value* context = load64(request, offsetof(BoundRequest, context));
    Pieces candidates = context_rows(context, tables);
    const Pieces admitted = load_row(load_pointer(request, offsetof(BoundRequest, principal_row)));
    for (std::uint64_t p = 0; p < pieces_; ++p) {
      candidates[p] = b_.CreateAnd(candidates[p], admitted[p]);
    }
    admit_targets(
        f, load_pointer(tables, offsetof(RowTables, target_rows)),
        at(request, offsetof(BoundRequest, target_keys)),
        b_.CreateZExt(load32(request, offsetof(BoundRequest, target_count)), b_.getInt64Ty()),
        candidates);
    for (std::uint64_t p = 0; p < pieces_; ++p) {
      b_.CreateAlignedStore(candidates[p], at(f->getArg(2), p * kLanes * 8), llvm::Align(8));
      b_.CreateAlignedStore(llvm::Constant::getNullValue(piece_type_),
                            at(f->getArg(3), p * kLanes * 8), llvm::Align(8));
    }
    if (!plan_.shapes.empty()) {
      emit_residual_loop(f, context);
    }
    b_.CreateRetVoid();
  }

  /// for every word: for every candidate with a residual: settle it. What is found of a word is
  /// kept in registers until the next.
  void emit_residual_loop(llvm::Function* f, Value* context) {
    Value* tables = f->getArg(1);
    Value* residual_row = load_pointer(tables, offsetof(RowTables, residual_row));
    Value* residual_of = load_pointer(tables, offsetof(RowTables, residual_of));
    Value* residuals = load_pointer(tables, offsetof(RowTables, residuals));
    const ResidualInputs in{f->getArg(0), load_pointer(tables, offsetof(RowTables, constants)),
                            load_pointer(tables, offsetof(RowTables, calls)), context};
    BasicBlock* before = b_.GetInsertBlock();
    BasicBlock* words = block(f, "word");
    BasicBlock* bits = block(f, "bit");
    BasicBlock* word_settled = block(f, "word_settled");
    BasicBlock* next_word = block(f, "next_word");
    BasicBlock* done = block(f, "done");
    auto* number = b_.getInt64Ty();
    b_.CreateBr(words);
    b_.SetInsertPoint(words);
    llvm::PHINode* w = b_.CreatePHI(number, 2);
    w->addIncoming(b_.getInt64(0), before);
    Value* candidates = b_.CreateLoad(number, element(number, f->getArg(2), w));
    Value* open = b_.CreateAnd(candidates, b_.CreateLoad(number, element(number, residual_row, w)));
    b_.CreateCondBr(b_.CreateIsNotNull(open), bits, next_word);

    b_.SetInsertPoint(bits);
    llvm::PHINode* rest = b_.CreatePHI(number, 2);
    llvm::PHINode* applies = b_.CreatePHI(number, 2);
    llvm::PHINode* unknown = b_.CreatePHI(number, 2);
    rest->addIncoming(open, words);
    applies->addIncoming(candidates, words);
    unknown->addIncoming(b_.getInt64(0), words);
    Value* bit = b_.CreateIntrinsic(llvm::Intrinsic::cttz, {number}, {rest, b_.getTrue()});
    Value* which = b_.CreateLoad(b_.getInt32Ty(), element(b_.getInt32Ty(), residual_of,
                                                          b_.CreateAdd(b_.CreateShl(w, 6), bit)));
    Value* residual = b_.CreateGEP(
        b_.getInt8Ty(), residuals,
        b_.CreateMul(b_.CreateZExt(which, number), b_.getInt64(sizeof(abi::Residual))));
    const TruthValue truth = residual_truth(f, in, residual);
    // What cannot be true does not apply; what may be both is unknown.
    const auto at_bit = [this, bit, number](Value* truth_bit) {
      return b_.CreateShl(b_.CreateZExt(truth_bit, number), bit);
    };
    Value* kept = b_.CreateAnd(applies, b_.CreateNot(at_bit(b_.CreateNot(truth.may_be_true))));
    Value* marked =
        b_.CreateOr(unknown, at_bit(b_.CreateAnd(truth.may_be_true, truth.may_be_false)));
    Value* less = b_.CreateAnd(rest, b_.CreateSub(rest, b_.getInt64(1)));
    rest->addIncoming(less, b_.GetInsertBlock());
    applies->addIncoming(kept, b_.GetInsertBlock());
    unknown->addIncoming(marked, b_.GetInsertBlock());
    b_.CreateCondBr(b_.CreateIsNotNull(less), bits, word_settled);

    b_.SetInsertPoint(word_settled);
    b_.CreateStore(kept, element(number, f->getArg(2), w));
    b_.CreateStore(marked, element(number, f->getArg(3), w));
    b_.CreateBr(next_word);
    b_.SetInsertPoint(next_word);
    Value* next = b_.CreateAdd(w, b_.getInt64(1));
    w->addIncoming(next, next_word);
    b_.CreateCondBr(b_.CreateICmpULT(next, b_.getInt64(plan_.words)), words, done);
    b_.SetInsertPoint(done);
  }

  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> b_;
  const KernelPlan& plan_;
  const KernelNames& names_;
  std::uint64_t pieces_;
  llvm::FixedVectorType* piece_type_;
};

}  // namespace

std::unique_ptr<llvm::Module> emit_kernel(llvm::LLVMContext& context, const KernelPlan& plan,
                                          const KernelNames& names) {
  return KernelEmitter(context, plan, names).emit();
}

}  // namespace gate::lower
