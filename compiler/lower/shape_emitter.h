#pragma once

#include <llvm/IR/IRBuilder.h>

#include <map>
#include <vector>

#include "runtime/index/conditions.h"

namespace gate::lower {

/// A truth in SSA: two bits, "may be true" and "may be false" (abi::kTrue ...).
struct TruthValue {
  llvm::Value* may_be_true = nullptr;
  llvm::Value* may_be_false = nullptr;
};

/// Emits the steps of one shape at the builder's place. Leaves are a few instructions each; the
/// jumps of the shape are kept only where they save a call.
class ShapeEmitter {
 public:
  /// What the function is given: abi::BoundRequest*, abi::Constant* of this residual,
  /// abi::LeafCalls*, and the context word, loaded once.
  struct Arguments {
    llvm::Value* request = nullptr;
    llvm::Value* constants = nullptr;
    llvm::Value* calls = nullptr;
    llvm::Value* context = nullptr;
  };
  ShapeEmitter(llvm::IRBuilder<>& builder, const Arguments& arguments)
      : b_(builder), arguments_(arguments) {}

  [[nodiscard]] TruthValue emit(const index::Shape& shape);

 private:
  struct Jump {
    llvm::BasicBlock* from = nullptr;
    TruthValue value;
  };
  void emit(const index::Shape& shape, std::size_t at);
  void skip_if(llvm::Value* decided, std::uint32_t target);
  void land(std::uint32_t at);
  [[nodiscard]] TruthValue leaf(const index::Step& step);
  [[nodiscard]] TruthValue method(llvm::Value* methods, llvm::Value* max_age);
  [[nodiscard]] TruthValue integer(index::LeafKind kind, llvm::Value* slot, llvm::Value* constant);
  [[nodiscard]] TruthValue call(std::size_t function_offset, llvm::Value* test);
  [[nodiscard]] TruthValue from_bits(llvm::Value* bits);
  [[nodiscard]] TruthValue known(llvm::Value* is_true);
  [[nodiscard]] TruthValue known_if(llvm::Value* present, llvm::Value* is_true);
  [[nodiscard]] llvm::Value* load64(llvm::Value* base, std::size_t offset);
  [[nodiscard]] llvm::Value* load64_at(llvm::Value* base, std::size_t offset, llvm::Value* index);
  [[nodiscard]] llvm::Value* bit_of(llvm::Value* word, llvm::Value* number);

  llvm::IRBuilder<>& b_;
  Arguments arguments_;
  std::vector<TruthValue> stack_;
  std::map<std::uint32_t, std::vector<Jump>> jumps_;  ///< by the step that they land at
};

}  // namespace gate::lower
