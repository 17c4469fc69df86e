#pragma once

#include <cstdint>
#include <gate/request.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/abi/decision_facts.h"
#include "runtime/abi/kernel.h"
#include "runtime/abi/request_layout.h"
#include "runtime/index/features.h"
#include "runtime/index/name_table.h"
#include "runtime/index/places.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/program.h"
#include "runtime/set/decide.h"

namespace gate::index {

/// Who signs in, in the terms of one policy set. Views of somebody else's memory.
struct Principals {
  const std::uint32_t* keys = nullptr;
  std::uint32_t count = 0;
};

/// A sign-in in the terms of one policy set. Some 13 KB, of which a decision touches what the
/// request and the set have in common. Not initialised on purpose, and refers to itself: it stays
/// where it is.
struct Bound {
  Standing standing;
  abi::DecisionFacts facts;
  Principals principals;
  abi::BoundRequest request;
  // What the two refer to when nothing of it was bound before.
  std::uint64_t principal_row[abi::kRowWordsMax];
  std::uint32_t principal_keys[abi::kPrincipalKeysMax];
};

/// Turns requests into numbers. Immutable, shared by threads; binding allocates nothing. The
/// bound request refers to the strings of `string` and `list` facts: they must stay.
class Binding {
 public:
  explicit Binding(const ir::Program& program);

  /// kNone, or why the request is refused; then `out` is unusable. All but `out.standing` and the
  /// row of the principals.
  [[nodiscard]] RequestFault bind(const SignInRequest& request, Plan plan,
                                  Bound& out) const noexcept;

  [[nodiscard]] const Features& features() const { return features_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  /// Kinds of names beside ir::SymbolKind.
  static constexpr std::uint8_t kSignalName = 32;
  static constexpr std::uint8_t kAttributeName = 33;
  static constexpr std::uint8_t kListName = 34;
  enum class SlotType : std::uint8_t { kInt, kBool, kString, kList };
  struct Slot {
    SlotType type = SlotType::kInt;
    std::uint8_t number = 0;
  };
  /// Slots with one name: usually one.
  struct Slots {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  void name_slots(const ir::Program& program);
  void bind_who(const SignInRequest& request, Bound& out) const noexcept;
  void bind_target(const SignInRequest& request, abi::BoundRequest& out) const noexcept;
  void bind_methods(const SignInRequest& request, abi::BoundRequest& out) const noexcept;
  void bind_defaults(const SignInRequest& request, abi::BoundRequest& out) const noexcept;
  [[nodiscard]] RequestFault bind_place(const SignInRequest& request,
                                        abi::BoundRequest& out) const noexcept;
  [[nodiscard]] RequestFault bind_signals(const SignInRequest& request,
                                          abi::BoundRequest& out) const noexcept;
  void bind_attributes(const SignInRequest& request, abi::BoundRequest& out) const noexcept;
  void add_principal(Feature f, Bound& out) const noexcept;
  void add_target(Feature f, abi::BoundRequest& out) const noexcept;
  void add_memberships(Feature f, abi::BoundRequest& out) const noexcept;

  const ir::Program& program_;
  Features features_;
  Places places_;
  NameTable names_;
  std::vector<Slots> slots_of_name_;  ///< numbers of names are numbers of this table
  std::vector<Slot> slots_;
  std::vector<std::pair<std::uint32_t, ir::BuiltInNumber>> built_in_numbers_;
  std::vector<std::pair<std::uint32_t, std::int64_t>> int_defaults_;
  std::vector<std::pair<std::uint32_t, std::string_view>> string_defaults_;
  std::uint64_t bool_default_present_ = 0;
  std::uint64_t bool_default_value_ = 0;
  std::uint32_t membership_words_ = 0;
  bool has_tenants_ = false;
};

}  // namespace gate::index
