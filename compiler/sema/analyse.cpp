#include "compiler/sema/analyse.h"

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_condition.h"
#include "compiler/sema/check_policy.h"
#include "compiler/sema/checks/checks.h"
#include "compiler/sema/lowering.h"
#include "compiler/sema/policy_ids.h"
#include "compiler/sema/workforce_profile.h"
#include "runtime/ir/verify.h"

namespace gate::compiler::sema {
namespace {

constexpr std::string_view kProfiles[] = {"workforce", "external_id"};

/// One walk over the set, after its names are known.
class Analyser {
 public:
  Analyser(std::span<const ast::File> files, const SourceMap& sources,
           const CompileOptions& options, const Limits& limits, const Symbols& symbols,
           DiagnosticCollector& diagnostics)
      : files_(files),
        lowering_(symbols, sources, limits, diagnostics),
        conditions_(lowering_),
        policies_(lowering_, conditions_, options.today),
        profile_(options.profile),
        diagnostics_(diagnostics) {}

  std::optional<ir::Program> run() {
    declared_parts();
    const auto ids = policy_ids(files_, diagnostics_);
    std::size_t count = 0;
    for (const ast::File& file : files_) {
      for (const ast::Declaration& declaration : file.declarations) {
        const auto* policy = std::get_if<ast::Policy>(&declaration.node);
        if (policy == nullptr) {
          continue;
        }
        if (++count > lowering_.limits.policies_max) {
          diagnostics_.report<Code::kTooManyPolicies>(policy->name.span,
                                                      lowering_.limits.policies_max);
          return std::nullopt;
        }
        policies_.check(declaration, *policy, ids.at(policy));
        checked_.push_back(policy);
      }
    }
    if (diagnostics_.has_errors()) {
      return std::nullopt;
    }
    ir::Program program = lowering_.builder.finish();
    if (program.policies.empty() && !program.default_deny) {
      diagnostics_.report_unplaced<Code::kNoPolicies>();
    }
    check_limits(program);
    return diagnostics_.has_errors() ? std::nullopt : std::optional(std::move(program));
  }

  /// The text of every policy, in the order of the program.
  [[nodiscard]] std::span<const ast::Policy* const> policies() const { return checked_; }

 private:
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
    check_tenant_limits(files_, external, lowering_);
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
  std::vector<const ast::Policy*> checked_;
  Lowering lowering_;
  ConditionChecker conditions_;
  PolicyChecker policies_;
  std::string profile_;
  DiagnosticCollector& diagnostics_;
};

}  // namespace

Analysis analyse(std::span<const ast::File> files, const SourceMap& sources,
                 const CompileOptions& options, const Limits& limits,
                 DiagnosticCollector& diagnostics) {
  Analysis out{Symbols::collect(files, diagnostics), std::nullopt};
  Analyser analyser(files, sources, options, limits, out.symbols, diagnostics);
  out.program = analyser.run();
  if (out.program && options.lints) {
    run_checks({*out.program, analyser.policies(), files, out.symbols, sources}, diagnostics);
  }
  return out;
}

}  // namespace gate::compiler::sema
