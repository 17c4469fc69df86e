#pragma once

#include <array>
#include <cstdint>
#include <gate/interned.hpp>
#include <gate/request.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/abi/decision_facts.h"
#include "runtime/abi/kernel.h"
#include "runtime/abi/request_layout.h"
#include "runtime/index/features.h"
#include "runtime/index/name_table.h"
#include "runtime/index/places.h"
#include "runtime/ir/program.h"
#include "runtime/request/email_domain.h"
#include "runtime/request/visible.h"
#include "runtime/rules/decide.h"
#include "runtime/rules/plan.h"

namespace gate::index {

/// Who signs in, in the terms of one policy set. Views of somebody else's memory.
struct Principals {
  const std::uint32_t* keys = nullptr;
  std::uint32_t count = 0;
};

/// What Index::bind_principal finds out, whatever the rest of the sign-in is. Views of a
/// PrincipalRoom or a KeptPrincipal.
struct BoundPrincipal {
  std::span<const std::uint32_t> keys;
  std::span<const std::uint64_t> membership;  ///< as BoundRequest::membership
  std::span<const std::uint64_t> row;  ///< as BoundRequest::principal_row; empty without rows
};

/// Room for any principal, on the stack of the caller that binds it. Some 9 KB, not initialised on
/// purpose; refers to itself: it stays where it is.
struct PrincipalRoom {
  PrincipalRoom() {}  // NOLINT(modernize-use-equals-default): nothing but `bound` is made
  PrincipalRoom(const PrincipalRoom&) = delete;
  PrincipalRoom& operator=(const PrincipalRoom&) = delete;
  BoundPrincipal bound;
  std::uint32_t keys[abi::kPrincipalKeysMax];
  std::uint64_t membership[abi::kMembershipBits / 64];
  std::uint64_t row[abi::kRowWordsMax];
};

/// A bound principal that owns what it says.
struct KeptPrincipal {
  KeptPrincipal() = default;
  explicit KeptPrincipal(const BoundPrincipal& from)
      : keys(from.keys.begin(), from.keys.end()),
        membership(from.membership.begin(), from.membership.end()),
        row(from.row.begin(), from.row.end()) {}
  [[nodiscard]] BoundPrincipal bound() const { return {keys, membership, row}; }
  [[nodiscard]] std::size_t bytes() const {
    return keys.capacity() * 4 + (membership.capacity() + row.capacity()) * 8;
  }
  std::vector<std::uint32_t> keys;
  std::vector<std::uint64_t> membership;
  std::vector<std::uint64_t> row;
};

/// What a set in lists finds out about a request from its principals and targets alone (Postings).
struct BoundLists {
  static constexpr std::uint32_t kMax = 64;
  static constexpr std::uint32_t kFilterBits = 2048;
  std::uint32_t count;        ///< kMax + 1: more than fit, they are looked up again
  std::uint32_t lists[kMax];  ///< that the request is to be held against
  std::uint64_t signature;    ///< of the keys that some policy excludes
  std::uint64_t principals[kFilterBits / 64];  ///< "perhaps" or "no"
};

/// A sign-in in the terms of one policy set. Some 13 KB, of which a decision touches what the
/// request and the set have in common. Not initialised on purpose, and refers to itself: it stays
/// where it is.
struct Bound {
  SignInStatus status;
  abi::DecisionFacts facts;
  Principals principals;
  abi::BoundRequest request;
  BoundLists lists;  ///< of sets without rows
  // What the two refer to when nothing of it was bound before.
  std::uint64_t principal_row[abi::kRowWordsMax];
  std::uint32_t principal_keys[abi::kPrincipalKeysMax];
};

/// Turns requests into numbers. Immutable, shared by threads; binding allocates nothing. The
/// bound request refers to the strings of `string` and `list` facts: they must stay.
class Binding {
 public:
  explicit Binding(const ir::Program& program);

  /// kNone, or why the request is refused; then `out` is unusable. All but `out.status` and the
  /// row of the principals. `who`: bound before, then the principals of the request are not looked
  /// at; it must outlive `out`. Request: a SignInRequest, or an InternedRequest whose numbers are
  /// those of this set.
  template <typename Request>
  [[nodiscard]] RequestFault bind(const Request& request, const BoundPrincipal* who, Plan plan,
                                  Bound& out) const noexcept;
  /// Keys and memberships of the principals, which validate_principal() accepts.
  void bind_principal(const SignInRequest& request, PrincipalRoom& out) const noexcept;

  [[nodiscard]] NameNumber number(NameKind kind, std::string_view name) const noexcept;
  /// Malformed: kNone and kNone.
  [[nodiscard]] std::optional<PlaceNumber> place(std::string_view ip,
                                                 std::string_view country) const noexcept;
  [[nodiscard]] const Features& features() const { return features_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  /// Kinds of names beside ir::SymbolKind.
  static constexpr std::size_t kNameKindCount = static_cast<std::size_t>(NameKind::kList) + 1;
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

  /// Where principals or targets are written to.
  struct KeysOut {
    std::uint32_t* keys;
    std::uint32_t count;
    std::uint64_t* membership;
  };

  void name_slots(const ir::Program& program);
  void number_kinds(const ir::Program& program);
  /// What a request can turn out to be only while it is bound; the first counts before the second.
  struct Faults {
    bool foreign = false;   ///< a number that this set has not given
    bool mismatch = false;  ///< a signal of another type than the policies declare
  };
  // Names and numbers of names are the same to what follows.
  [[nodiscard]] Feature feature(ir::SymbolKind kind, std::string_view name,
                                Faults& /*faults*/) const noexcept {
    return names_.find(static_cast<std::uint8_t>(kind), name);
  }
  [[nodiscard]] Feature feature(ir::SymbolKind kind, NameNumber name,
                                Faults& faults) const noexcept {
    return known(static_cast<NameKind>(kind), name, faults);
  }
  [[nodiscard]] std::uint32_t slot_name(std::uint8_t kind, std::string_view name,
                                        Faults& /*faults*/) const noexcept {
    return names_.find(kind, name);
  }
  [[nodiscard]] std::uint32_t slot_name(std::uint8_t kind, NameNumber name,
                                        Faults& faults) const noexcept {
    return known(static_cast<NameKind>(kind - kSignalName + static_cast<int>(NameKind::kSignal)),
                 name, faults);
  }
  /// The number, or kUnnamed if the set has not given it to a name of this kind.
  [[nodiscard]] NameNumber known(NameKind kind, NameNumber number, Faults& faults) const noexcept {
    const Numbers& some = numbers_[static_cast<std::size_t>(kind)];
    if (number - some.begin < some.count) {
      return number;
    }
    faults.foreign |= number != kUnnamed;
    return kUnnamed;
  }
  // Numbers that no policy asks for here are good or bad all the same; names are not looked at.
  void check_number(NameKind kind, NameNumber number, Faults& faults) const noexcept {
    static_cast<void>(known(kind, number, faults));
  }
  void check_number(NameKind /*kind*/, std::string_view /*name*/,
                    Faults& /*faults*/) const noexcept {}
  template <typename Names>
  void check_numbers(NameKind kind, const Names& names, Faults& faults) const noexcept {
    for (const auto name : names) {
      check_number(kind, name, faults);
    }
  }
  static void check_controls(const SignInRequest& /*request*/, Faults& /*faults*/) noexcept {}
  void check_controls(const InternedRequest& request, Faults& faults) const noexcept {
    for (const InternedControl& c : request.satisfied) {
      check_number(NameKind::kControl, c.name, faults);
    }
  }
  [[nodiscard]] RequestFault find_place(const SignInRequest& request,
                                        PlaceNumber& out) const noexcept;
  [[nodiscard]] RequestFault find_place(const InternedRequest& request,
                                        PlaceNumber& out) const noexcept;
  void find_facts(const SignInRequest& request, Bound& out) const noexcept;
  void find_facts(const InternedRequest& request, Bound& out) const noexcept;

  /// Of a request in numbers nothing follows from the user: the caller gives the attribute.
  [[nodiscard]] std::optional<std::string_view> email_domain(
      const SignInRequest& request) const noexcept {
    return email_domain_slots_.begin == email_domain_slots_.end ? std::nullopt
                                                                : email_domain_of(request.user);
  }
  static std::optional<std::string_view> email_domain(const InternedRequest& /*request*/) noexcept {
    return std::nullopt;
  }

  template <typename Request>
  void bind_who(const Request& request, KeysOut& out, Faults& faults) const noexcept;
  template <typename Request>
  void bind_target(const Request& request, abi::BoundRequest& out, Faults& faults) const noexcept;
  template <typename Request>
  void bind_defaults(const Request& request, abi::BoundRequest& out) const noexcept;
  template <typename Request>
  void bind_signals(const Request& request, abi::BoundRequest& out, Faults& faults) const noexcept;
  template <typename Request>
  void bind_attributes(const Request& request, abi::BoundRequest& out,
                       Faults& faults) const noexcept;
  void add_feature(Feature f, KeysOut& out) const noexcept;

  const ir::Program& program_;
  Features features_;
  Places places_;
  NameTable names_;
  std::vector<Slots> slots_of_name_;    ///< numbers of names are numbers of this table
  std::vector<Visibility> visibility_;  ///< of the same names
  std::vector<Slot> slots_;
  Slots email_domain_slots_;  ///< empty: no policy reads it
  /// The numbers of the names of one kind.
  struct Numbers {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  std::array<Numbers, kNameKindCount> numbers_{};
  FactNumbers fact_numbers_;
  std::vector<std::pair<std::uint32_t, ir::BuiltInNumber>> built_in_numbers_;
  std::vector<std::pair<std::uint32_t, std::int64_t>> int_defaults_;
  std::vector<std::pair<std::uint32_t, std::string_view>> string_defaults_;
  std::uint64_t bool_default_present_ = 0;
  std::uint64_t bool_default_value_ = 0;
  std::uint32_t membership_words_ = 0;
  bool has_tenants_ = false;
};

}  // namespace gate::index
