#include "runtime/ir/memory.h"

#include <string>
#include <type_traits>
#include <vector>

#include "runtime/ir/describe.h"

namespace gate::ir {
namespace {

/// The counting archive of describe.h: visits every vector and string of a program.
class MemoryCounter {
 public:
  [[nodiscard]] bool with_sources() const { return true; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  bool key(const char* /*word*/, bool present) { return present; }
  void flag(const char* /*word*/, bool /*value*/) {}
  template <typename T>
  void value(const T& /*v*/) {}
  void value(const std::string& s) {
    // What fits into the string itself was counted with whatever holds it.
    bytes_ += s.capacity() > std::string().capacity() ? s.capacity() + 1 : 0;
  }
  template <typename T>
  void hex(const T& /*v*/) {}
  template <typename E>
  void choice(E /*e*/, std::size_t /*count*/) {}
  template <typename T, typename F>
  void list(std::vector<T>& v, F element) {
    bytes_ += v.capacity() * sizeof(T);
    for (T& x : v) {
      element(x);
    }
  }
  template <typename F>
  void record(F fields) {
    fields();
  }
  void end_line() {}
  template <typename T>
  void table(const char* /*word*/, std::vector<T>& rows) {
    list(rows, [this](T& row) { describe(*this, row); });
  }
  void expressions(Program& p) {
    bytes_ += p.exprs.capacity() * sizeof(Expr) + p.operands.capacity() * sizeof(ExprId);
  }

 private:
  std::size_t bytes_ = 0;
};

/// An archive that visits the tables that policies share, and nothing in them.
class TableShrinker {
 public:
  void flag(const char* /*word*/, bool /*value*/) {}
  void end_line() {}
  template <typename T>
  void table(const char* /*word*/, std::vector<T>& rows) {
    if constexpr (!std::is_same_v<T, Policy>) {
      rows.shrink_to_fit();
    }
  }
  void expressions(Program& p) {
    p.exprs.shrink_to_fit();
    p.operands.shrink_to_fit();
  }
};

}  // namespace

Program shrunk(Program program) {
  TableShrinker shrinker;
  describe_program(shrinker, program);
  return program;
}

std::size_t memory_bytes(const Program& program) {
  MemoryCounter counter;
  // describe() serves the reader too and so takes everything by reference; counting changes
  // nothing.
  describe_program(counter, const_cast<Program&>(program));  // NOLINT(*-const-cast)
  return counter.bytes();
}

}  // namespace gate::ir
