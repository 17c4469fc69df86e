#include "compiler/sema/analyse.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_assert.h"
#include "compiler/sema/check_condition.h"
#include "compiler/sema/check_policy.h"
#include "compiler/sema/fragment.h"
#include "compiler/sema/lowering.h"
#include "compiler/sema/policy_names.h"
#include "compiler/sema/risk_holes.h"
#include "compiler/sema/templates.h"
#include "compiler/sema/workforce_profile.h"
#include "compiler/sema/zones.h"
#include "runtime/ir/verify.h"

namespace gate::compiler::sema {
namespace {

constexpr std::string_view kProfiles[] = {"workforce", "external_id"};

std::string day(const std::optional<Date>& date) {
  return date ? fmt::format("{}-{}-{}", date->year, date->month, date->day) : "no day";
}

/// A policy that decides. One that is off or report-only, or never applies, allows what no policy
/// would have been needed for (S1).
bool asks_for_something(const ir::Policy& policy) {
  return policy.state == PolicyState::kOn && policy.never_applies.empty();
}

/// What was asked for and decides what is said of a policy.
std::string stamp_text(const CompileOptions& options) {
  return options.facts ? options.profile + '\n' + text_of(options.facts) : options.profile;
}

}  // namespace

class SetAnalysis::Impl {
 public:
  Impl(std::span<const ast::File> files, bool incomplete, const SourceMap& sources,
       const CompileOptions& options, const Limits& limits, LoweredTables* tables,
       DiagnosticCollector& diagnostics)
      : files_(files),
        lints_(options.lints),
        allow_empty_(options.allow_empty),
        tables_(tables != nullptr ? tables : &own_tables_),
        for_later_(tables != nullptr),
        symbols_(Symbols::collect(files, incomplete, diagnostics)),
        templates_(files, diagnostics),
        lowering_(symbols_, sources, limits,
                  start_set(*tables_, files, sources, stamp_text(options)), diagnostics),
        conditions_(lowering_),
        facts_(options.facts, diagnostics),
        policies_(lowering_, conditions_, facts_, options.today),
        profile_(options.profile),
        diagnostics_(diagnostics) {
    symbols_.know_policies(names_);
    tables_->meanings.look_at(files, sources, day(options.today));
    declared_parts();
    for (ir::Zone& zone : lowering_.zones()) {
      remember(std::move(zone));
    }
  }

  std::optional<std::string> add(ast::Declaration declaration, std::uint32_t line,
                                 std::size_t reported) {
    auto& policy = std::get<ast::Policy>(declaration.node);
    const bool with_template = policy.apply.has_value();
    noted_.clear();
    lowering_.trusted_asked = false;
    (void)lowering_.builder.take_slots();
    templates_.apply(policy);
    symbols_.note_names(for_later_ ? &noted_ : nullptr);
    auto lowered = policies_.check(declaration, policy);
    symbols_.note_names(nullptr);
    std::optional<std::string> fragment;
    const auto said = diagnostics_.after(reported);
    const auto is_error = [](const Diagnostic& d) { return d.severity == Severity::kError; };
    const std::uint32_t lines = lines_before_name(declaration, policy);
    if (lowered && for_later_ && !policy.damaged && std::ranges::none_of(said, is_error) &&
        (!with_template || !templates_.applied().empty())) {
      Fragment out{*lowered,
                   policy.name.span,
                   policy.id ? policy.id->content.span : Span{},
                   lines,
                   lowering_.builder.take_slots(),
                   needs(),
                   {said.begin(), said.end()}};
      fragment = encode(std::move(out), declaration.span);
    }
    // Behind the fragment: what is said of names and numbers depends on the other policies.
    enter(policy.name.value, policy.name.span,
          policy.id
              ? std::optional(PolicyNames::OwnId{policy.id->content.value, policy.id->content.span})
              : std::nullopt);
    if (lowered && !full_) {
      placed_names_.push_back(policy.name.span);
      place(*std::move(lowered), declaration.span.file, line + lines);
    }
    if (lints_) {
      kept_.push_back(std::move(declaration));
    }
    return fragment;
  }

  bool add_known(std::string_view code, Span place_of_policy, std::uint32_t line) {
    auto fragment = decode(code, place_of_policy);
    if (!fragment) {
      return false;
    }
    for (const std::uint32_t each : fragment->needs) {
      touch(each);
    }
    enter(fragment->policy.name, fragment->name,
          fragment->id.end != 0
              ? std::optional(PolicyNames::OwnId{fragment->policy.id, fragment->id})
              : std::nullopt);
    for (Diagnostic& each : fragment->diagnostics) {
      diagnostics_.restore(std::move(each));
    }
    lowering_.builder.use_slots(fragment->slots);
    if (!full_) {
      placed_names_.push_back(fragment->name);
      place(std::move(fragment->policy), place_of_policy.file, line + fragment->line);
    }
    return true;
  }

  [[nodiscard]] bool holds(std::string_view code) {
    return std::ranges::all_of(needs_of(code),
                               [this](std::uint32_t n) { return tables_->meanings.holds(n); });
  }
  [[nodiscard]] bool full() const { return full_; }

  std::optional<ir::Program> finish() {
    templates_.report_unused();
    std::optional<ir::Program> out;
    if (!diagnostics_.has_errors()) {
      give_ids();
      out = for_later_ ? lowering_.builder.finish_set() : lowering_.builder.finish();
      if (out->policies.empty() && !out->default_deny && !allow_empty_) {
        diagnostics_.report_unplaced<Code::kNoPolicies>();
      } else if (facts_.limited() && !out->default_deny && !allow_empty_ &&
                 std::ranges::none_of(out->policies, asks_for_something)) {
        diagnostics_.report_unplaced<Code::kNoPolicyInForce>(out->policies.size());
      }
      check_limits(*out);
      drop_blocked_holes(*out, diagnostics_);
    }
    lowering_.builder.start_set();  // lets the policies go
    for (ir::Zone& zone : lowering_.zones()) {
      remember(std::move(zone));
    }
    if (diagnostics_.has_errors()) {
      return std::nullopt;
    }
    tables_->rows_needed = out->symbols.size() + out->exprs.size() + out->effects.size() +
                           out->locations.size() + out->principal_sets.size();
    return out;
  }

  [[nodiscard]] std::vector<const ast::Policy*> policies() const {
    std::vector<const ast::Policy*> out;
    for (const ast::Declaration& each : kept_) {
      out.push_back(&std::get<ast::Policy>(each.node));
    }
    return out;
  }
  [[nodiscard]] std::span<const Span> policy_names() const { return placed_names_; }
  [[nodiscard]] const Symbols& symbols() const { return symbols_; }
  [[nodiscard]] std::uint64_t stamp() const { return tables_->stamp; }

 private:
  void remember(ir::Zone zone) {
    if (std::ranges::find(tables_->zones, zone.name, &ir::Zone::name) == tables_->zones.end()) {
      tables_->zones.push_back(std::move(zone));
    }
  }

  void enter(std::string_view name, Span span, const std::optional<PolicyNames::OwnId>& id) {
    names_.add(name, span, id, diagnostics_);
    if (external_) {
      check_policy_count(names_.size(), span, *external_, diagnostics_);
    }
    if (names_.size() > lowering_.limits.policies_max && !full_) {
      full_ = true;
      diagnostics_.report<Code::kTooManyPolicies>(span, lowering_.limits.policies_max);
    }
  }

  void place(ir::Policy policy, std::uint32_t file, std::uint32_t line) {
    policy.source_file = lowering_.sources.name(file);
    policy.source_line = line;
    lowering_.builder.policy(std::move(policy));
  }

  [[nodiscard]] std::uint32_t lines_before_name(const ast::Declaration& declaration,
                                                const ast::Policy& policy) const {
    const std::string_view between = lowering_.sources.text(
        Span{declaration.span.file, declaration.span.begin, policy.name.span.begin});
    return static_cast<std::uint32_t>(std::ranges::count(between, '\n'));
  }

  /// What the policy that was just checked depends on.
  std::vector<std::uint32_t> needs() {
    std::vector<std::uint32_t> out;
    const auto need = [this, &out](DependsOn kind, std::string_view name) {
      out.push_back(tables_->meanings.number(kind, name));
    };
    for (const std::string& name : noted_) {
      need(DependsOn::kName, name);
    }
    if (lowering_.trusted_asked) {
      need(DependsOn::kTrustedPlaces, "");
    }
    if (policies_.today_asked()) {
      need(DependsOn::kToday, "");
    }
    if (!templates_.applied().empty()) {
      need(DependsOn::kTemplate, templates_.applied());
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  /// Marks as used what a policy uses that is not lowered again.
  void touch(std::uint32_t number) {
    touched_.resize(tables_->meanings.size(), false);
    if (touched_[number]) {
      return;
    }
    touched_[number] = true;
    const Meanings::Of& of = tables_->meanings.of(number);
    if (of.kind == DependsOn::kName) {
      (void)symbols_.find(of.name);
    } else if (of.kind == DependsOn::kTemplate) {
      templates_.mark(of.name);
    } else if (of.kind == DependsOn::kTrustedPlaces) {
      symbols_.ask_for_trusted();
    }
  }

  /// All policies are good here, so the builder has every one, in the order of their names.
  void give_ids() {
    const std::span<ir::Policy> policies = lowering_.builder.policies();
    for (std::size_t i = 0; i < policies.size(); ++i) {
      policies[i].id = names_.id(i);
    }
  }

  /// Everything that is declared, also what nothing uses: a mistake is a mistake.
  void declared_parts() {
    lowering_.sets.check_all();
    for (const Declared& each : lowering_.symbols.all()) {
      if (each.strength != nullptr) {
        (void)lowering_.strength(each);
      }
      if (each.context != nullptr && each.context->id.value.empty()) {
        diagnostics_.report<Code::kWrongValue>(each.context->id.span, "`context`", "an id",
                                               "an empty text");
      }
      if (each.signal_node != nullptr && !each.damaged) {
        declare_signal(each);
      }
    }
    conditions_.check_lets();
    set_wide();
  }

  /// A declared signal is type-checked at every request, used or not.
  void declare_signal(const Declared& signal) {
    switch (signal.signal.type) {
      case SignalType::kInteger:
        (void)lowering_.int_slot(signal);
        break;
      case SignalType::kBoolean:
        (void)lowering_.bool_slot(signal);
        break;
      case SignalType::kText:
      case SignalType::kOneOf:
        (void)lowering_.string_slot(signal);
        break;
    }
  }

  void set_wide() {
    std::optional<Span> first_default;
    std::optional<Span> first_profile;
    const auto once = [this](std::optional<Span>& first, Span place, std::string_view what,
                             std::string_view value) {
      if (first) {
        diagnostics_.report<Code::kDuplicateName>(place, what, value)
            .related(*first, "the first one");
      } else {
        first = place;
      }
    };
    for (const ast::File& file : files_) {
      for (const ast::Declaration& declaration : file.declarations) {
        if (const auto* preset = std::get_if<ast::Default>(&declaration.node)) {
          once(first_default, declaration.span, "default", preset->deny ? "deny" : "allow");
          lowering_.builder.default_deny(preset->deny);
        } else if (const auto* profile = std::get_if<ast::Profile>(&declaration.node)) {
          once(first_profile, declaration.span, "profile", profile->name.text);
          check_profile(*profile);
        } else if (const auto* claim = std::get_if<ast::Assert>(&declaration.node)) {
          diagnostics_.report<Code::kNotCheckedYet>(claim->name.span, claim->name.value);
          for (const ast::Assertion& each : claim->assertions) {
            check_assertion(each, symbols_, diagnostics_);
          }
        }
      }
    }
    use_profile();
  }

  void check_profile(const ast::Profile& profile) {
    if (std::ranges::find(kProfiles, profile.name.text) == std::end(kProfiles)) {
      diagnostics_.report<Code::kUnknownWord>(profile.name.span, profile.name.text, "a profile")
          .label("workforce or external_id")
          .suggest(profile.name.span, nearest(profile.name.text, kProfiles));
    } else if (profile_.empty()) {
      profile_ = profile.name.text;
    }
  }

  /// What the caller asked for wins over what the set declares.
  void use_profile() {
    if (profile_.empty()) {
      return;
    }
    if (std::ranges::find(kProfiles, profile_) == std::end(kProfiles)) {
      diagnostics_.report_unplaced<Code::kUnknownWord>(profile_, "a profile");
      return;
    }
    const bool external = profile_ == "external_id";
    if (external) {
      policies_.use_external_profile();
    } else {
      policies_.use_workforce_profile();
      lowering_.builder.use_workforce_mfa();
    }
    check_tenant_limits(lowering_);
    external_ = external;
  }

  void check_limits(const ir::Program& program) {
    const auto check = [this](std::size_t found, std::size_t max, std::string_view what) {
      if (found > max) {
        diagnostics_.report_unplaced<Code::kSetTooRich>(found, what, max);
      }
    };
    check(program.clauses.size(), kClausesMax, "different requirements");
    check(program.strengths.size(), ir::kStrengthsMax, "strengths");
    check(program.names.size(), ir::kControlNamesMax, "terms of use and custom controls");
    check(program.int_slots.size(), ir::kSlotsMax, "signals of whole numbers");
    check(program.bool_slots.size(), ir::kSlotsMax, "signals that are true or false");
    check(program.string_slots.size(), ir::kSlotsMax, "signals and attributes that are text");
    check(program.list_slots.size(), ir::kSlotsMax, "attributes that are lists");
    check(program.principal_sets.size() + program.app_sets.size() + program.location_sets.size(),
          ir::kMembershipsMax, "different sets in conditions");
  }

  std::span<const ast::File> files_;
  bool lints_;
  bool allow_empty_;
  LoweredTables own_tables_;
  LoweredTables* tables_;
  bool for_later_;
  Symbols symbols_;
  Templates templates_;
  PolicyNames names_;
  Lowering lowering_;
  ConditionChecker conditions_;
  SuppliedFacts facts_;
  PolicyChecker policies_;
  std::string profile_;
  DiagnosticCollector& diagnostics_;
  std::optional<bool> external_;  // the kind of tenant, if the set is held against one
  bool full_ = false;
  std::vector<Span> placed_names_;
  std::vector<std::string> noted_;
  std::vector<bool> touched_;          // numbers of Meanings
  std::deque<ast::Declaration> kept_;  // with `lints`
};

SetAnalysis::SetAnalysis(std::span<const ast::File> files, bool incomplete,
                         const SourceMap& sources, const CompileOptions& options,
                         const Limits& limits, LoweredTables* tables,
                         DiagnosticCollector& diagnostics)
    : impl_(std::make_unique<Impl>(files, incomplete, sources, options, limits, tables,
                                   diagnostics)) {}
SetAnalysis::~SetAnalysis() = default;

std::optional<std::string> SetAnalysis::add(ast::Declaration declaration, std::uint32_t line,
                                            std::size_t reported) {
  return impl_->add(std::move(declaration), line, reported);
}
bool SetAnalysis::add_known(std::string_view fragment, Span place, std::uint32_t line) {
  return impl_->add_known(fragment, place, line);
}
bool SetAnalysis::holds(std::string_view fragment) {
  return impl_->holds(fragment);
}
bool SetAnalysis::full() const {
  return impl_->full();
}
std::optional<ir::Program> SetAnalysis::finish() {
  return impl_->finish();
}
std::vector<const ast::Policy*> SetAnalysis::policies() const {
  return impl_->policies();
}
std::span<const Span> SetAnalysis::policy_names() const {
  return impl_->policy_names();
}
const Symbols& SetAnalysis::symbols() const {
  return impl_->symbols();
}
std::uint64_t SetAnalysis::stamp() const {
  return impl_->stamp();
}

}  // namespace gate::compiler::sema
