#include "runtime/set/batch.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/c/border.h"
#include "runtime/c/request.h"
#include "runtime/c/request_fields.h"
#include "runtime/rules/decide.h"

using namespace gate::c;

namespace {

std::size_t size_said_by(const void* from) noexcept {
  std::size_t size = 0;
  std::memcpy(&size, from, sizeof size);
  return size;
}

/// An array of structs of whatever version the caller was built with.
template <typename T, typename Byte>
class Elements {
 public:
  explicit Elements(T* first) noexcept
      : first_(reinterpret_cast<Byte*>(first)),
        stride_(first == nullptr ? 0 : size_said_by(first)) {}
  /// Whether one can walk from one element to the next at all.
  [[nodiscard]] bool make_sense() const noexcept {
    return stride_ >= sizeof(T) && stride_ <= sizeof(T) + 4096 && stride_ % alignof(T) == 0;
  }
  /// Null for an element of another size than the first.
  [[nodiscard]] T* at(std::size_t i) const noexcept {
    Byte* element = first_ + i * stride_;
    return size_said_by(element) == stride_ ? reinterpret_cast<T*>(element) : nullptr;
  }

 private:
  Byte* first_;
  std::size_t stride_;
};

bool are_same(gate_str read, gate_str other) noexcept {
  return read.size == other.size && is_text(other) && to_view(read) == to_view(other);
}
bool are_same(std::span<const gate_str> read, const gate_str* other, std::size_t count) noexcept {
  if (read.size() != count || read.data() == other) {
    return read.size() == count;
  }
  return is_array(other, count) &&
         std::equal(read.begin(), read.end(), other,
                    [](gate_str a, gate_str b) { return are_same(a, b); });
}
/// `read` was found to make sense, and of `other` nothing is known yet.
bool are_same_principal(const gate_request& read, const gate_request& other) noexcept {
  return read.user_kind == other.user_kind && are_same(read.user, other.user) &&
         are_same(read.external_tenant, other.external_tenant) &&
         are_same({read.groups, read.group_count}, other.groups, other.group_count) &&
         are_same({read.roles, read.role_count}, other.roles, other.role_count);
}

/// What decides a batch.
struct By {
  const gate::PolicySet* set = nullptr;
  gate::Decision without_set;  ///< the answer where `set` is null
  std::uint64_t generation = 0;
};

/// The requests of one call. One of them is read at a time, so that the views of one are on the
/// stack, and groups and roles of somebody whose are known already are not read again.
class Batch {
 public:
  Batch(const gate_request* requests, const By& by) noexcept
      : in_(requests), readable_(in_.make_sense()), by_(by) {
    if (by.set != nullptr) {
      decider_.emplace(*by.set);
    }
  }

  /// Empty for what makes no sense.
  [[nodiscard]] std::string_view user(std::size_t i) const noexcept {
    const gate_request* request = readable_ ? in_.at(i) : nullptr;
    gate_str user{};
    if (request != nullptr) {
      std::memcpy(&user,
                  reinterpret_cast<const unsigned char*>(request) + offsetof(gate_request, user),
                  sizeof user);
    }
    return is_text(user) && user.size <= gate::kFactBytesMax ? to_view(user) : std::string_view();
  }

  /// False for a request that makes no sense; `answer` then blocks.
  bool decide(std::size_t i, bool several, gate::Decision& answer) noexcept {
    using Who = gate::BatchDecider::Who;
    gate_request r;
    RequestView view;
    RequestView::Reading reading = RequestView::Reading::kNonsense;
    Who who = several ? Who::kNew : Who::kAlone;
    if (readable_ && read_struct(in_.at(i), r)) {
      if (several && decider_ && decider_->has_kept() && are_same_principal(kept_, r)) {
        who = Who::kAsKept;
      }
      reading = view.read(
          r, who == Who::kAsKept ? RequestView::Groups::kLeaveOut : RequestView::Groups::kRead);
    }
    if (reading != RequestView::Reading::kFine) {
      answer = gate::rejected(view.fault());
    } else if (!decider_) {
      answer = by_.without_set;
    } else {
      decider_->decide(view.request(), who, answer);
      if (who == Who::kNew) {
        kept_ = r;
      }
    }
    answer.generation = by_.generation;
    return reading != RequestView::Reading::kNonsense;
  }

 private:
  const Elements<const gate_request, const unsigned char> in_;
  const bool readable_;
  const By& by_;
  std::optional<gate::BatchDecider> decider_;
  gate_request kept_ = gate_request_new();  ///< whose principal `decider_` has kept
};

gate_status decide_all(const gate_request* requests, std::size_t count, gate_decision* decisions,
                       const By& by) noexcept {
  if (count == 0) {
    return GATE_OK;
  }
  const Elements<gate_decision, unsigned char> out(decisions);
  if (!out.make_sense()) {
    return GATE_INVALID_ARGUMENT;
  }
  Batch batch(requests, by);
  bool sense = true;
  for (std::size_t begin = 0; begin < count; begin += gate::kGroupedMost) {
    gate::for_each_by_user(
        std::min(gate::kGroupedMost, count - begin),
        [&](std::size_t i) { return batch.user(begin + i); },
        [&](std::size_t i, bool several) {
          gate::Decision answer;
          const bool fine = batch.decide(begin + i, several, answer);
          sense = give(answer, out.at(begin + i)) && fine && sense;
        });
  }
  return sense ? GATE_OK : GATE_INVALID_ARGUMENT;
}

}  // namespace

extern "C" {

gate_status gate_policy_set_evaluate_batch(const gate_policy_set* set, const gate_request* requests,
                                           size_t count, gate_decision* decisions) {
  By by;
  by.set = set == nullptr ? nullptr : set->set.get();
  by.without_set = gate::rejected(gate::RequestFault::kNone);
  const gate_status status = decide_all(requests, count, decisions, by);
  return set == nullptr ? gate_status{GATE_INVALID_ARGUMENT} : status;
}

gate_status gate_evaluator_evaluate_batch(const gate_evaluator* evaluator,
                                          const gate_request* requests, size_t count,
                                          gate_decision* decisions) {
  gate::Evaluator::Snapshot now;
  if (evaluator != nullptr) {
    now = evaluator->evaluator.snapshot();
  }
  By by;
  by.set = now.policies.get();
  by.without_set = gate::Evaluator::Snapshot{}.evaluate({});
  by.generation = now.generation;
  const gate_status status = decide_all(requests, count, decisions, by);
  return evaluator == nullptr ? gate_status{GATE_INVALID_ARGUMENT} : status;
}
}
