#pragma once

#include <cstdint>
#include <gate/vocabulary.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "runtime/ir/context.h"

/// The built-in facts of a sign-in as the language knows them: what conditions and tests may name,
/// and the values that fit. One table (fact_schema.def); everything here is pure and thread-safe.
namespace gate::compiler::sema {

enum class FactId : std::uint8_t {
#define GATE_FACT(id, path, type, context, use) k##id,
#include "compiler/sema/fact_schema.def"
};

/// What the values of a fact are, and with that which operators it takes.
enum class FactType : std::uint8_t {
  kWord,          ///< one of a closed vocabulary, without order; a run of the context word
  kLevel,         ///< the same, ordered: risk
  kFlag,          ///< true or false, always known; a run of the context word
  kOptionalFlag,  ///< true, false or absent: absent is neither (device null rule)
  kText,          ///< an attribute: absent = null, every positive test is false
  kTextList,      ///< a list attribute: `contains` compares whole elements
  kDuration,      ///< seconds; absent = unknown
  kUser,          ///< who: `in` a set of users
  kUserId,        ///< compared byte by byte
  kGroups,        ///< `contains "…"`
  kRoles,         ///< `contains "…"`
  kTenant,        ///< home tenant of a guest
  kApp,           ///< `in` a set of apps
  kAppGroups,     ///< groups of the app (tests only)
  kAction,        ///< register_security_info, register_device
  kContext,       ///< an authentication context
  kIp,            ///< address; absent = in no range
  kCountry,       ///< two letters or `unknown`
  kLocation,      ///< `in` a set of locations, or `trusted`
  kMethods,       ///< what was done in this session: `contains fido2`
  kMethodAge,     ///< completed.<method>: done at all, or how long ago
  kControls,      ///< controls that the session already proved (tests only)
  kInstant,       ///< a moment, ISO 8601 text (tests only)
  kWeekday,       ///< of `now` in a zone; absent = unknown
  kTimeOfDay,
  kDate,
};

/// Where a fact may be named.
enum class FactUse : std::uint8_t { kCondition = 1, kGiven = 2, kBoth = 3 };

struct FactInfo {
  FactId id;
  std::string_view path;  ///< as written: "device.compliant"
  FactType type;
  std::optional<ir::ContextFact> context;  ///< where the context word holds it
  FactUse use;
};

/// All facts, in the order of FactId.
[[nodiscard]] std::span<const FactInfo> all_facts();
[[nodiscard]] const FactInfo& info_of(FactId id);
[[nodiscard]] constexpr bool allows(FactUse use, FactUse wanted) {
  return (static_cast<unsigned>(use) & static_cast<unsigned>(wanted)) != 0;
}

/// A fact as a path named it.
struct FactRef {
  const FactInfo* info = nullptr;
  Method method = Method::kPassword;  ///< of completed.<method>
};
/// The fact of a path ("device.compliant", "completed.fido2", "app.attributes.Apps_Tier", whose
/// info is that of the pattern `app.attributes.*`); empty when there is none. O(1).
[[nodiscard]] std::optional<FactRef> find_fact(std::string_view path);
/// The parts of a path with dots between them.
[[nodiscard]] std::string path_text(std::span<const ast::Name> path);
/// True when some fact's path begins with `head.`: `device`, `user`, `now`, `completed`, `app`.
[[nodiscard]] bool has_attributes(std::string_view head);
/// Every path (with `head`: every attribute behind `head.`) for suggestions.
[[nodiscard]] std::vector<std::string_view> fact_names(FactUse use);
[[nodiscard]] std::vector<std::string_view> attribute_names(std::string_view head, FactUse use);

/// One value that an author may write for a fact in the context word.
struct FactWord {
  std::string_view text;
  std::uint8_t value = 0;  ///< number of the bit in the fact's run
};
/// The values of a kWord or kLevel fact, in the order of the vocabulary; `unknown` and `absent`
/// are not among them: they are the absence of a fact.
[[nodiscard]] std::span<const FactWord> words_of(ir::ContextFact fact);
[[nodiscard]] std::optional<std::uint8_t> value_of(ir::ContextFact fact, std::string_view word);

/// Vocabularies outside the context word, for look-up and suggestion.
[[nodiscard]] std::span<const std::string_view> method_words();
[[nodiscard]] std::span<const std::string_view> control_words();
[[nodiscard]] std::span<const std::string_view> guest_kind_words();
[[nodiscard]] std::span<const std::string_view> weekday_words();      ///< monday … sunday
[[nodiscard]] std::span<const std::string_view> user_action_words();  ///< register_…
[[nodiscard]] std::span<const std::string_view> app_group_words();  ///< office365, admin_portals …
/// 0 = monday … 6.
[[nodiscard]] std::optional<std::uint8_t> parse_weekday(std::string_view word);

/// Custom security attributes: an app or service principal may have several values of one
/// (conditional-access 1.1, AFL: its walk-through assigns several requirements to one app).
[[nodiscard]] constexpr bool may_hold_several(FactId id) {
  return id == FactId::kAppAttribute || id == FactId::kServicePrincipalAttribute;
}

/// How a message speaks of the type: "a word", "a risk level", "true or false", "text".
[[nodiscard]] std::string_view describe(FactType type);

}  // namespace gate::compiler::sema
