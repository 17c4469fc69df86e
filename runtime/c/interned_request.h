#pragma once

#include <gate/gate.h>

#include <gate/interned.hpp>

#include "runtime/c/request.h"

namespace gate::c {

/// A gate_interned_request as an InternedRequest: about 35 KB of views, no allocation. Views into
/// the caller's memory; lives on the stack of one call.
class InternedView {
 public:
  /// Reads the request; after anything but kFine, request() is one that every set refuses.
  Reading read(const gate_interned_request* from) noexcept;
  [[nodiscard]] const InternedRequest& request() const { return request_; }
  [[nodiscard]] RequestFault fault() const { return fault_; }

 private:
  Reading too_many(RequestFault fault) noexcept {
    fault_ = fault;
    return Reading::kTooMany;
  }
  Reading read_names(const gate_interned_request& r) noexcept;
  Reading read_facts(const gate_interned_request& r) noexcept;
  Reading read_lists_and_signals(const gate_interned_request& r) noexcept;

  InternedRequest request_;
  RequestFault fault_ = RequestFault::kNone;
  StackArray<CompletedMethod, kFactsMax> completed_;
  StackArray<InternedControl, kFactsMax> satisfied_;
  StackArray<InternedString, kFactsMax> strings_;
  StackArray<std::string_view, kListValuesMax> list_values_;
  StackArray<InternedList, kFactsMax> lists_;
  StackArray<InternedSignal, kFactsMax> signals_;
};

}  // namespace gate::c
