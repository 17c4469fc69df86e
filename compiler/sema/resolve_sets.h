#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/symbols.h"
#include "runtime/ir/program.h"

/// From the words of a list (`role "Global Administrator", BreakGlass`) to whom or what it names.
namespace gate::compiler::sema {

/// What a list of locations names: ranges and countries of its own, and named sets.
struct Places {
  std::vector<ir::Cidr> ranges;
  std::vector<ir::Cidr> trusted_ranges;
  std::vector<std::array<char, 2>> countries;
  bool unknown_country = false;
  std::vector<std::string> gps_countries;  ///< "AT", "unknown": what the authenticator app reports
  bool trusted = false;                    ///< the word `trusted`: every trusted range of the set
  std::vector<const Declared*> named;      ///< the sets it mentions, resolved
};

/// What a `target` side names. One kind; empty for `none`.
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

  /// May the members carry `until` and `because`?
  enum class Modifiers : std::uint8_t { kRefused, kAllowed };

  [[nodiscard]] std::optional<Principals> users(std::span<const ast::Item> items,
                                                Modifiers modifiers = Modifiers::kRefused);
  [[nodiscard]] std::optional<Apps> apps(std::span<const ast::Item> items);
  [[nodiscard]] std::optional<Targets> targets(std::span<const ast::Item> items,
                                               Modifiers modifiers = Modifiers::kRefused);
  [[nodiscard]] std::optional<Places> places(std::span<const ast::Item> items);

  /// The contents of a declared set; null when it is wrong (reported once).
  [[nodiscard]] const Principals* users_of(const Declared& set);
  [[nodiscard]] const Apps* apps_of(const Declared& set);
  [[nodiscard]] const Places* places_of(const Declared& set);
  /// The id of the context that the next atom names, `Payment` or `"c1"`; empty when it is wrong
  /// (and reported).
  [[nodiscard]] std::optional<std::string_view> context_id(ItemReader& reader,
                                                           const ast::Name& head);

  /// Resolves every declared set, so that mistakes in unused ones are reported too.
  void check_all();

 private:
  template <typename T>
  struct Memo {
    std::unordered_map<const Declared*, std::optional<T>> done;
    std::vector<const Declared*> open;  // being resolved, outermost first
  };

  template <typename T, typename Resolve>
  const T* memoised(Memo<T>& memo, const Declared& set, const Resolve& resolve);
  bool add_user(const ast::Item& item, Principals& into);
  bool add_guests(const ast::Item& item, Principals& into);
  bool add_app(const ast::Item& item, Apps& into);
  bool add_target(const ast::Item& item, Targets& into);
  bool add_place(const ast::Item& item, Places& into);
  bool add_country(ItemReader& reader, const ast::Name& head, Places& into);
  bool enter_kind(const ast::Item& item, TargetKind kind, Targets& into);
  bool modifiers_fit(const ast::Item& item, Modifiers modifiers);
  void warn_of_repeats(std::span<const ast::Item> items);

  const Symbols* symbols_;
  DiagnosticCollector* diagnostics_;
  bool chain_reported_ = false;
  Memo<Principals> users_;
  Memo<Apps> apps_;
  Memo<Places> places_;
};

/// Reads an address or range ("203.0.113.0/24", "2001:db8::7") and reports what is wrong with it.
[[nodiscard]] std::optional<ir::Cidr> read_cidr(std::string_view text, Span place,
                                                DiagnosticCollector& diagnostics);
/// Reads a country code; reports G0308.
[[nodiscard]] std::optional<std::array<char, 2>> read_country(const ast::Name& word,
                                                              DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
