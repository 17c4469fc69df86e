#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/symbols.h"
#include "runtime/ir/program.h"

/// From the words of a list (`role "Global Administrator", BreakGlass`) to whom or what it names.
namespace gate::compiler::sema {

/// Ranges and countries that a list of locations names, and the named sets it refers to, expanded.
/// A named set gives one place, or two when only some of its ranges are trusted.
struct Places {
  std::vector<ir::Location> locations;
  bool trusted = false;  ///< also every trusted range of the whole set
};

/// What a `target` side names. One kind; `kind` is empty for `none`.
struct Targets {
  std::optional<TargetKind> kind;
  bool all = false;
  std::vector<std::string_view> members;  ///< apps, user actions or context ids
  std::vector<std::string_view> groups;   ///< app groups
  [[nodiscard]] bool empty() const { return !all && members.empty() && groups.empty(); }
};

/// Resolves lists and named sets, each named set once. A result without value means that something
/// was wrong and has been reported. Not thread-safe; keep one per compilation. Linear in what is
/// written, except that a named set is copied into each list that mentions it.
class SetResolver {
 public:
  SetResolver(const Symbols& symbols, DiagnosticCollector& diagnostics)
      : symbols_(&symbols), diagnostics_(&diagnostics) {}
  SetResolver(const SetResolver&) = delete;
  SetResolver& operator=(const SetResolver&) = delete;

  /// May a list carry `until` and `because`?
  enum class Modifiers : std::uint8_t { kRefused, kAllowed };

  [[nodiscard]] std::optional<Principals> users(std::span<const ast::Item> items,
                                                Modifiers modifiers = Modifiers::kRefused);
  [[nodiscard]] std::optional<Apps> apps(std::span<const ast::Item> items,
                                         Modifiers modifiers = Modifiers::kRefused);
  [[nodiscard]] std::optional<Targets> targets(std::span<const ast::Item> items,
                                               Modifiers modifiers = Modifiers::kRefused);
  [[nodiscard]] std::optional<Places> places(std::span<const ast::Item> items);

  /// The contents of a declared set; null when it is wrong (reported when it was declared).
  [[nodiscard]] const Principals* users_of(const Declared& set);
  [[nodiscard]] const Apps* apps_of(const Declared& set);
  [[nodiscard]] const Places* places_of(const Declared& set);
  /// Id of a context written as `Payment` or `"c1"`; empty when it is wrong (and reported).
  [[nodiscard]] std::optional<std::string_view> context_id(const ast::Item::Atom& atom);

  /// Resolves every declared set, so that mistakes in unused ones are reported too.
  void check_all();

 private:
  template <typename T>
  struct Memo {
    std::unordered_map<const Declared*, std::optional<T>> done;
    std::vector<const Declared*> open;  // being resolved, outermost first
  };

  template <typename T, typename Resolve>
  const T* memoised(Memo<T>& memo, const Declared& set, Resolve resolve);
  bool add_user(const ast::Item& item, Principals& into);
  bool add_app(const ast::Item& item, Apps& into);
  bool add_target(const ast::Item& item, Targets& into);
  bool add_guests(const ast::Item& item, Principals& into);
  bool modifiers_fit(const ast::Item& item, Modifiers modifiers);

  const Symbols* symbols_;
  DiagnosticCollector* diagnostics_;
  Memo<Principals> users_;
  Memo<Apps> apps_;
  Memo<Places> places_;
};

}  // namespace gate::compiler::sema
