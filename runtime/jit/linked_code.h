#pragma once

#include <cstddef>
#include <gate/result.hpp>
#include <memory>
#include <string>
#include <vector>

/// Object files into this process, through LLVM's ORC and JITLink.
namespace gate::jit {

/// Linked machine code. Memory is first written, then made executable, never both; it is freed
/// with this object. Immutable.
class LinkedCode {
 public:
  LinkedCode() = default;
  LinkedCode(const LinkedCode&) = delete;
  LinkedCode& operator=(const LinkedCode&) = delete;
  virtual ~LinkedCode() = default;
  /// Of the symbol at this place of the list that was given to link(); null for an empty name.
  [[nodiscard]] void* address(std::size_t symbol) const { return addresses_[symbol]; }

 protected:
  std::vector<void*> addresses_;
};

/// Links an object and looks `symbols` up. Names must not be in use by other linked code. The
/// object may refer to nothing outside itself. Thread-safe. kInternal when LLVM refuses it.
[[nodiscard]] Result<std::shared_ptr<const LinkedCode>> link(
    const std::string& object, const std::vector<std::string>& symbols);

}  // namespace gate::jit
