#pragma once

#include <gate/gate.h>

#include <array>
#include <cstddef>
#include <gate/request.hpp>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

#include "runtime/c/border.h"
#include "runtime/ir/program.h"

namespace gate::c {

/// Room for up to N values on the stack, made only as they are added: clearing all of it would cost
/// more than a decision.
template <typename T, std::size_t N>
class StackArray {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  [[nodiscard]] std::size_t room() const { return N - size_; }
  void add(const T& value) { new (bytes_ + sizeof(T) * size_++) T(value); }
  /// The values from number `first` on.
  [[nodiscard]] std::span<const T> from(std::size_t first) const {
    const T* values = std::launder(reinterpret_cast<const T*>(bytes_));
    return {values + first, size_ - first};
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  alignas(T) std::byte bytes_[sizeof(T) * N];
  std::size_t size_ = 0;
};

/// How a request of the C interface could be read.
enum class Reading {
  kFine,
  kNonsense,  ///< wrong struct size, NULL with a count, unknown flag: the caller's bug
  kTooMany,   ///< more than the limits allow: block, `fault()` says why
};

template <std::size_t N>
bool add_texts(const gate_str* texts, std::size_t count, StackArray<std::string_view, N>& to,
               std::span<const std::string_view>& out) noexcept {
  const std::size_t first = to.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_text(texts[i])) {
      return false;
    }
    to.add(to_view(texts[i]));
  }
  out = to.from(first);
  return true;
}

/// A gate_request as a SignInRequest: about 90 KB of views, no allocation. Views into the caller's
/// memory; lives on the stack of one call.
class RequestView {
 public:
  using Reading = c::Reading;
  /// Groups and roles of a request.
  enum class Groups : std::uint8_t { kRead, kLeaveOut };
  /// Reads the request; after anything but kFine, request() is the sparsest one.
  Reading read(const gate_request* from) noexcept;
  /// The same of a request that read_struct() has copied.
  Reading read(const gate_request& r, Groups groups) noexcept;
  [[nodiscard]] const SignInRequest& request() const { return request_; }
  [[nodiscard]] RequestFault fault() const { return fault_; }

 private:
  Reading too_many(RequestFault fault) noexcept {
    fault_ = fault;
    return Reading::kTooMany;
  }
  Reading read_texts(const gate_request& r, bool with_groups) noexcept;
  Reading read_facts(const gate_request& r) noexcept;
  Reading read_lists(const gate_request& r) noexcept;
  Reading read_signals(const gate_request& r) noexcept;

  SignInRequest request_;
  RequestFault fault_ = RequestFault::kNone;
  StackArray<std::string_view, ir::kPrincipalsMax> principals_;
  StackArray<std::string_view, kFactsMax> app_groups_;
  StackArray<CompletedMethod, kFactsMax> completed_;
  StackArray<SatisfiedControl, kFactsMax> satisfied_;
  StackArray<StringFact, kFactsMax> strings_;
  StackArray<std::string_view, kListValuesMax> list_values_;
  StackArray<ListFact, kFactsMax> lists_;
  StackArray<SignalFact, kFactsMax> signals_;
};

}  // namespace gate::c
