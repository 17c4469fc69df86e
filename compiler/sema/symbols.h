#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/policy_names.h"
#include "compiler/source/source_map.h"

/// The declared names of one policy set. The AST outlives the table; nothing is copied from it.
namespace gate::compiler::sema {

enum class NameKind : std::uint8_t {
  kUsers,
  kApps,
  kLocations,
  kStrength,
  kContext,
  kSignal,
  kLet,
};
/// "a set of users", "a strength": for messages.
[[nodiscard]] std::string_view describe(NameKind kind);
/// "set of users", "strength": without the article.
[[nodiscard]] std::string_view noun(NameKind kind);

enum class SignalType : std::uint8_t { kInteger, kBoolean, kText, kOneOf };

/// A `signal`, checked.
struct SignalInfo {
  SignalType type = SignalType::kInteger;
  std::vector<std::string_view> values;  ///< of kOneOf, in the order written
  bool has_default = false;
  std::int64_t default_integer = 0;  ///< of kInteger; 0 or 1 of kBoolean
  std::string default_text;          ///< of kText and kOneOf
};

/// One declared name.
struct Declared {
  NameKind kind = NameKind::kUsers;
  std::string_view name;
  Span span;  ///< of the name
  const ast::NamedSet* set = nullptr;
  const ast::Strength* strength = nullptr;
  const ast::Context* context = nullptr;
  const ast::Signal* signal_node = nullptr;
  const ast::Let* let = nullptr;
  SignalInfo signal;
  bool damaged = false;  ///< could not be read or checked: uses of it say nothing more
  mutable bool used = false;
};

/// All names of a set, one space for every kind. Look-up is O(1); suggestions walk the table.
class Symbols {
 public:
  /// Enters every declaration of every file: reports duplicates (G0204), reserved names (G0208) and
  /// wrong signals. Names of damaged declarations are entered as damaged.
  /// Policies are not looked at. `incomplete`: a file could not be read at all.
  static Symbols collect(std::span<const ast::File> files, bool incomplete,
                         DiagnosticCollector& diagnostics);

  /// The declaration of a name and marks it used; null when there is none. Notes the name, found or
  /// not, while note_names() asks for it.
  [[nodiscard]] const Declared* find(std::string_view name) const;
  /// The nearest declared name of this kind, for suggestions; empty when none is near.
  [[nodiscard]] std::string_view nearest_name(std::string_view wrong, NameKind kind) const;
  [[nodiscard]] std::vector<std::string_view> names(NameKind kind) const;
  [[nodiscard]] const std::vector<Declared>& all() const { return declared_; }

  /// Puts every name that find() is asked for into `into`, until it is null. Copies: a name may be
  /// one that was put together to be looked up.
  void note_names(std::vector<std::string>* into) const { noted_ = into; }

  /// A condition asks for `trusted`, which uses every trusted location without naming one.
  void ask_for_trusted() const { trusted_asked_ = true; }
  [[nodiscard]] bool trusted_asked() const { return trusted_asked_; }

  /// Borrowed; without it no policy is known.
  void know_policies(const PolicyNames& names) { policies_ = &names; }
  [[nodiscard]] const PolicyNames* policies() const { return policies_; }

  /// True when a file could not be read whole: a missing name may stand in the unreadable part.
  [[nodiscard]] bool incomplete() const { return incomplete_; }

 private:
  friend class SymbolCollector;
  std::vector<Declared> declared_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  const PolicyNames* policies_ = nullptr;
  mutable std::vector<std::string>* noted_ = nullptr;
  mutable bool trusted_asked_ = false;
  bool incomplete_ = false;
};

/// Who, in words: what a set of users or an assignment names, named sets expanded. Not yet numbered
/// for the IR, so tests can use it.
struct Principals {
  enum class Kind : std::uint8_t { kUser, kGroup, kRole, kServicePrincipal };
  struct Member {
    Kind kind = Kind::kUser;
    std::string_view id;
    friend bool operator==(const Member&, const Member&) = default;
  };
  struct Guests {
    std::uint8_t kinds = 0;  ///< bits of UserKind
    std::vector<std::string_view> tenants;
    friend bool operator==(const Guests&, const Guests&) = default;
  };
  bool all_users = false;
  bool all_service_principals = false;
  std::vector<Member> members;  ///< in the order written
  std::vector<Guests> guests;
  [[nodiscard]] bool empty() const {
    return !all_users && !all_service_principals && members.empty() && guests.empty();
  }
};

/// Apps and app groups that a set of apps names.
struct Apps {
  bool all = false;
  std::vector<std::string_view> apps;
  std::vector<std::string_view> groups;
  [[nodiscard]] bool empty() const { return !all && apps.empty() && groups.empty(); }
};

}  // namespace gate::compiler::sema
