#include "compiler/sema/fact_schema.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

namespace gate::compiler::sema {
namespace {

/// The facts of the context word, and none: what the fourth column of the table names.
enum class ContextColumn : std::uint8_t {
  kFlow,
  kClient,
  kPlatform,
  kSignInRisk,
  kUserRisk,
  kServicePrincipalRisk,
  kInsiderRisk,
  kTransferMethod,
  kUserKind,
  kDeviceRegistered,
  kDeviceReportedLost,
  kDeviceCompliant,
  kDeviceManaged,
  kDeviceTrust,
  kDeviceOwnership,
  kNone,
};
static_assert(static_cast<std::size_t>(ContextColumn::kNone) == ir::kContextFactCount);
static_assert(static_cast<unsigned>(ContextColumn::kDeviceOwnership) ==
              static_cast<unsigned>(ir::ContextFact::kDeviceOwnership));

constexpr std::optional<ir::ContextFact> context_of(ContextColumn column) {
  if (column == ContextColumn::kNone) {
    return std::nullopt;
  }
  return static_cast<ir::ContextFact>(column);
}

constexpr FactInfo kFacts[] = {
#define GATE_FACT(id, path, type, context, use) \
  {FactId::k##id, path, FactType::k##type, context_of(ContextColumn::k##context), FactUse::k##use},
#include "compiler/sema/fact_schema.def"
};

// Words of the context word's facts. `unknown` and `absent` are left out where they mean that the
// fact is missing: an author compares with values, and misses them with `not`.
constexpr std::uint8_t kFirstKnown = 1;

template <typename E, std::size_t kCount, std::size_t kFirst>
std::array<FactWord, kCount - kFirst> words() {
  std::array<FactWord, kCount - kFirst> out{};
  for (std::size_t i = kFirst; i < kCount; ++i) {
    out[i - kFirst] = {name(static_cast<E>(i)), static_cast<std::uint8_t>(i)};
  }
  return out;
}

const auto kFlowWords = words<Flow, kFlowCount, 0>();
const auto kClientWords = words<ClientApp, kClientAppCount, kFirstKnown>();
const auto kPlatformWords = words<Platform, kPlatformCount, kFirstKnown>();
const auto kRiskWords = words<Risk, kRiskCount, 0>();
const auto kInsiderRiskWords = words<InsiderRisk, kInsiderRiskCount, 0>();
const auto kTransferWords = words<TransferMethod, kTransferMethodCount, 0>();
const auto kUserKindWords = words<UserKind, kUserKindCount, 0>();
const auto kTrustWords = words<DeviceTrust, kDeviceTrustCount, kFirstKnown>();
const auto kOwnershipWords = words<DeviceOwnership, kDeviceOwnershipCount, kFirstKnown>();
constexpr FactWord kFlagWords[] = {{"false", 0}, {"true", 1}};
constexpr FactWord kOptionalFlagWords[] = {{"false", static_cast<std::uint8_t>(Tristate::kFalse)},
                                           {"true", static_cast<std::uint8_t>(Tristate::kTrue)}};

constexpr std::string_view kMethodWords[] = {
#define GATE_METHOD(id, name, graph) name,
#include <gate/vocabulary.def>
};
constexpr std::string_view kControlWords[] = {
#define GATE_CONTROL(id, name, graph, interactive) name,
#include <gate/vocabulary.def>
};
constexpr std::string_view kGuestKindWords[] = {
    "internal_guest",          "b2b_collaboration_guest", "b2b_collaboration_member",
    "b2b_direct_connect_user", "other_external_user",     "service_provider"};
constexpr std::string_view kWeekdayWords[] = {"monday", "tuesday",  "wednesday", "thursday",
                                              "friday", "saturday", "sunday"};
constexpr std::string_view kUserActionWords[] = {"register_security_info", "register_device"};
constexpr std::string_view kAppGroupWords[] = {"office365", "admin_portals", "all_agent_resources"};

const std::unordered_map<std::string_view, FactId>& facts_by_path() {
  static const std::unordered_map<std::string_view, FactId> kByPath = [] {
    std::unordered_map<std::string_view, FactId> out;
    for (const FactInfo& each : kFacts) {
      out.emplace(each.path, each.id);
    }
    return out;
  }();
  return kByPath;
}

/// The facts whose last word is free or a method: the part before it, or empty for other facts.
std::string_view open_prefix(const FactInfo& fact) {
  return fact.path.ends_with(".*") ? fact.path.substr(0, fact.path.size() - 1) : std::string_view();
}

}  // namespace

std::span<const FactInfo> all_facts() {
  return kFacts;
}

const FactInfo& info_of(FactId id) {
  return kFacts[static_cast<std::size_t>(id)];
}

std::optional<FactRef> find_fact(std::string_view path) {
  const auto found = facts_by_path().find(path);
  if (found != facts_by_path().end()) {
    const FactInfo& info = info_of(found->second);
    return open_prefix(info).empty() ? std::optional(FactRef{&info}) : std::nullopt;
  }
  for (const FactId id :
       {FactId::kCompletedMethod, FactId::kAppAttribute, FactId::kServicePrincipalAttribute}) {
    const FactInfo& info = info_of(id);
    const std::string_view prefix = open_prefix(info);
    if (!path.starts_with(prefix) || path.size() == prefix.size()) {
      continue;
    }
    const std::string_view last = path.substr(prefix.size());
    if (id != FactId::kCompletedMethod) {
      return last.find('.') == last.npos ? std::optional(FactRef{&info}) : std::nullopt;
    }
    const auto method = parse_method(last);
    return method ? std::optional(FactRef{&info, *method}) : std::nullopt;
  }
  return std::nullopt;
}

std::string path_text(std::span<const ast::Name> path) {
  std::string out;
  for (const ast::Name& part : path) {
    if (!out.empty()) {
      out += '.';
    }
    out += part.text;
  }
  return out;
}

bool has_attributes(std::string_view head) {
  return std::ranges::any_of(kFacts, [head](const FactInfo& fact) {
    return fact.path.size() > head.size() && fact.path.starts_with(head) &&
           fact.path[head.size()] == '.';
  });
}

std::vector<std::string_view> fact_names(FactUse use) {
  std::vector<std::string_view> out;
  for (const FactInfo& fact : kFacts) {
    if (allows(fact.use, use) && open_prefix(fact).empty()) {
      out.push_back(fact.path);
    }
  }
  return out;
}

std::vector<std::string_view> attribute_names(std::string_view head, FactUse use) {
  if (head == "completed") {
    return {method_words().begin(), method_words().end()};
  }
  std::vector<std::string_view> out;
  for (const FactInfo& fact : kFacts) {
    if (allows(fact.use, use) && open_prefix(fact).empty() && fact.path.size() > head.size() + 1 &&
        fact.path.starts_with(head) && fact.path[head.size()] == '.') {
      out.push_back(fact.path.substr(head.size() + 1));
    }
  }
  return out;
}

std::span<const FactWord> words_of(ir::ContextFact fact) {
  switch (fact) {
    case ir::ContextFact::kFlow:
      return kFlowWords;
    case ir::ContextFact::kClient:
      return kClientWords;
    case ir::ContextFact::kPlatform:
      return kPlatformWords;
    case ir::ContextFact::kSignInRisk:
    case ir::ContextFact::kUserRisk:
    case ir::ContextFact::kServicePrincipalRisk:
      return kRiskWords;
    case ir::ContextFact::kInsiderRisk:
      return kInsiderRiskWords;
    case ir::ContextFact::kTransferMethod:
      return kTransferWords;
    case ir::ContextFact::kUserKind:
      return kUserKindWords;
    case ir::ContextFact::kDeviceRegistered:
    case ir::ContextFact::kDeviceReportedLost:
      return kFlagWords;
    case ir::ContextFact::kDeviceCompliant:
    case ir::ContextFact::kDeviceManaged:
      return kOptionalFlagWords;
    case ir::ContextFact::kDeviceTrust:
      return kTrustWords;
    case ir::ContextFact::kDeviceOwnership:
      return kOwnershipWords;
  }
  return {};
}

std::optional<std::uint8_t> value_of(ir::ContextFact fact, std::string_view word) {
  for (const FactWord& each : words_of(fact)) {
    if (each.text == word) {
      return each.value;
    }
  }
  return std::nullopt;
}

std::span<const std::string_view> method_words() {
  return kMethodWords;
}
std::span<const std::string_view> control_words() {
  return kControlWords;
}
std::span<const std::string_view> guest_kind_words() {
  return kGuestKindWords;
}
std::span<const std::string_view> weekday_words() {
  return kWeekdayWords;
}
std::span<const std::string_view> user_action_words() {
  return kUserActionWords;
}
std::span<const std::string_view> app_group_words() {
  return kAppGroupWords;
}

std::optional<std::uint8_t> parse_weekday(std::string_view word) {
  const auto* found = std::ranges::find(kWeekdayWords, word);
  if (found == std::end(kWeekdayWords)) {
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(found - std::begin(kWeekdayWords));
}

std::string_view describe(FactType type) {
  switch (type) {
    case FactType::kWord:
      return "a word";
    case FactType::kLevel:
      return "a risk level";
    case FactType::kFlag:
    case FactType::kOptionalFlag:
      return "true or false";
    case FactType::kText:
      return "text";
    case FactType::kTextList:
      return "a list of texts";
    case FactType::kDuration:
      return "a duration";
    case FactType::kUser:
      return "a user";
    case FactType::kUserId:
      return "the id of a user";
    case FactType::kGroups:
      return "a list of groups";
    case FactType::kRoles:
      return "a list of roles";
    case FactType::kTenant:
      return "a tenant";
    case FactType::kApp:
      return "an app";
    case FactType::kAppGroups:
      return "a list of app groups";
    case FactType::kAction:
      return "a user action";
    case FactType::kContext:
      return "an authentication context";
    case FactType::kIp:
      return "an IP address";
    case FactType::kCountry:
      return "a country";
    case FactType::kLocation:
      return "a location";
    case FactType::kMethods:
      return "a list of methods";
    case FactType::kMethodAge:
      return "the age of a method";
    case FactType::kControls:
      return "a list of controls";
    case FactType::kInstant:
      return "a moment";
    case FactType::kWeekday:
      return "a weekday";
    case FactType::kTimeOfDay:
      return "a time of day";
    case FactType::kDate:
      return "a date";
  }
  return "a value";
}

}  // namespace gate::compiler::sema
