#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_policy.h"
#include "compiler/sema/item_reader.h"

// Session controls.
namespace gate::compiler::sema {
namespace {

struct Choice {
  std::string_view word;
  std::uint8_t value;
};
constexpr Choice kBrowser[] = {
    {"always", static_cast<std::uint8_t>(PersistentBrowser::kAlways)},
    {"never", static_cast<std::uint8_t>(PersistentBrowser::kNever)},
};
constexpr Choice kCloudApps[] = {
    {"monitor_only", static_cast<std::uint8_t>(CloudAppSecurity::kMonitorOnly)},
    {"configured", static_cast<std::uint8_t>(CloudAppSecurity::kConfigured)},
    {"block_downloads", static_cast<std::uint8_t>(CloudAppSecurity::kBlockDownloads)},
};
constexpr Choice kEvaluation[] = {
    {"disabled", static_cast<std::uint8_t>(AccessEvaluation::kDisabled)},
    {"strict_enforcement", static_cast<std::uint8_t>(AccessEvaluation::kStrictEnforcement)},
    {"strict_location", static_cast<std::uint8_t>(AccessEvaluation::kStrictLocation)},
};
constexpr Choice kFlags[] = {
    {"app_enforced_restrictions", SessionControls::kAppEnforcedRestrictions},
    {"disable_resilience_defaults", SessionControls::kDisableResilience},
    {"secure_sign_in_session", SessionControls::kSecureSignInSession},
    {"revoke_all", SessionControls::kRevokeAll},
    {"forbid_channels_on_device", SessionControls::kForbidChannelsOnDevice},
};
constexpr std::string_view kControls[] = {
    "sign_in_frequency",         "persistent_browser",
    "cloud_app_security",        "continuous_access_evaluation",
    "app_enforced_restrictions", "disable_resilience_defaults",
    "secure_sign_in_session",    "revoke_all",
    "forbid_channels_on_device", "filtering_profile",
    "network_access_security"};

std::string list_of(std::span<const Choice> choices) {
  std::string out;
  for (const Choice& each : choices) {
    const std::string_view between = &each == &choices.back() ? " or " : ", ";
    out += fmt::format("{}`{}`", out.empty() ? std::string_view() : between, each.word);
  }
  return out;
}

class SessionReader {
 public:
  explicit SessionReader(Lowering& lowering) : l_(lowering) {}

  bool read(const ast::Item& item) {
    ItemReader reader(item, l_.diagnostics);
    const ast::Name* head = reader.word();
    if (head == nullptr) {
      l_.diagnostics.report<Code::kWrongValue>(item.head, "`session`", "a session control",
                                               shown(item.atoms.front()));
      return false;
    }
    if (!refuse_modifiers(item, l_.diagnostics)) {
      return false;
    }
    if (head->text == "sign_in_frequency") {
      return frequency(reader, *head);
    }
    if (!once(*head, head->text)) {
      return false;
    }
    if (head->text == "persistent_browser") {
      return choose(reader, *head, kBrowser, controls.persistent_browser);
    }
    if (head->text == "cloud_app_security") {
      return choose(reader, *head, kCloudApps, controls.cloud_app_security);
    }
    if (head->text == "continuous_access_evaluation") {
      return choose(reader, *head, kEvaluation, controls.access_evaluation);
    }
    const bool filtering = head->text == "filtering_profile";
    if (filtering || head->text == "network_access_security") {
      // Which profile: the text of the policy says; the decision says that there is one.
      controls.flags = static_cast<std::uint8_t>(
          controls.flags | (filtering ? SessionControls::kFilteringProfile
                                      : SessionControls::kNetworkAccessSecurity));
      return reader.string_after(*head, "an id in quotation marks") && reader.finish();
    }
    const auto* flag = std::ranges::find(kFlags, head->text, &Choice::word);
    if (flag == std::end(kFlags)) {
      l_.diagnostics.report<Code::kUnknownWord>(head->span, head->text, "a session control")
          .suggest(head->span, nearest(head->text, kControls));
      return false;
    }
    controls.flags = static_cast<std::uint8_t>(controls.flags | flag->value);
    return reader.finish();
  }

  SessionControls controls;

 private:
  bool once(const ast::Name& head, std::string_view key) {
    const auto [it, fresh] = seen_.try_emplace(key, head.span);
    if (!fresh) {
      l_.diagnostics.report<Code::kDuplicateSection>(head.span, head.text, "session")
          .related(it->second, "the first one");
    }
    return fresh;
  }

  bool frequency(ItemReader& reader, const ast::Name& head) {
    constexpr std::string_view kNeeds = "a duration such as `4h`, or `every_time`";
    std::uint32_t seconds = SessionControls::kEveryTime;
    if (const ast::Literal* literal = reader.literal()) {
      if (literal->kind != ast::LiteralKind::kDuration || literal->value < 1) {
        l_.diagnostics.report<Code::kWrongValue>(literal->span, "`sign_in_frequency`", kNeeds,
                                                 literal->kind == ast::LiteralKind::kDuration
                                                     ? "no time at all"
                                                     : describe(literal->kind));
        return false;
      }
      seconds = static_cast<std::uint32_t>(literal->value);
    } else {
      const ast::Name* word = reader.word_after(head, kNeeds);
      if (word == nullptr) {
        return false;
      }
      if (word->text != "every_time") {
        static constexpr std::string_view kWords[] = {"every_time"};
        l_.diagnostics.report<Code::kUnknownWord>(word->span, word->text, kNeeds)
            .suggest(word->span, nearest(word->text, kWords));
        return false;
      }
    }
    const ast::Name* scope = ast::word_at(reader.item(), 2);
    if (scope != nullptr && scope->text == "second_factor") {
      (void)reader.word();
      controls.secondary_frequency_s = seconds;
      return once(head, "second_factor") && reader.finish();
    }
    controls.sign_in_frequency_s = seconds;
    return once(head, head.text) && reader.finish();
  }

  template <typename E, std::size_t kCount>
  bool choose(ItemReader& reader, const ast::Name& head, const Choice (&choices)[kCount], E& out) {
    const ast::Name* word = reader.word_after(head, list_of(choices));
    if (word == nullptr) {
      return false;
    }
    const auto* found = std::ranges::find(choices, word->text, &Choice::word);
    if (found == std::end(choices)) {
      std::vector<std::string_view> words;
      for (const Choice& each : choices) {
        words.push_back(each.word);
      }
      l_.diagnostics
          .report<Code::kUnknownMember>(word->span, word->text, fmt::format("`{}`", head.text))
          .label(list_of(choices))
          .suggest(word->span, nearest(word->text, words));
      return false;
    }
    out = static_cast<E>(found->value);
    return reader.finish();
  }

  Lowering& l_;
  std::unordered_map<std::string_view, Span> seen_;
};

}  // namespace

std::span<const std::string_view> session_controls() {
  return kControls;
}

std::optional<SessionControls> check_session(std::span<const ast::Item> items, Lowering& l) {
  SessionReader reader(l);
  bool good = true;
  for (const ast::Item& item : items) {
    good = reader.read(item) && good;
  }
  return good ? std::optional(reader.controls) : std::nullopt;
}

}  // namespace gate::compiler::sema
