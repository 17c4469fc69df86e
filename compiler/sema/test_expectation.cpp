#include "compiler/sema/test_expectation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/names.h"

namespace gate::compiler::sema {
namespace {

constexpr std::string_view kReauthenticate = "reauthenticate";
/// The parameter of a control that no policy of the set asks for: sorts behind the others.
constexpr std::uint32_t kNotInProgram = 0xFFFFFFFF;

/// A control and its text, ordered as the clauses of a program are.
struct Wanted {
  ir::Control control;
  std::string text;
};

class ChallengeReader {
 public:
  ChallengeReader(const Symbols& symbols, const ir::Program* program,
                  DiagnosticCollector& diagnostics)
      : symbols_(&symbols), program_(program), diagnostics_(&diagnostics) {}

  bool read(const ast::Requirement& challenge, CompiledTest::Expectation& out) {
    std::vector<Wanted> wanted;
    bool good = true;
    for (const ast::Item& item : challenge.controls) {
      const ast::Name* word = ast::word_at(item, 0);
      if (word != nullptr && word->text == kReauthenticate) {
        good = alone(item) && good;
        out.reauthenticate = true;
        continue;
      }
      auto control = read_control(item);
      good = control.has_value() && good;
      if (control) {
        wanted.push_back(std::move(*control));
      }
    }
    if (challenge.mode == ast::Requirement::Mode::kAny && wanted.size() > 1) {
      std::ranges::sort(wanted, {}, &Wanted::control);
      std::vector<std::string> texts;
      for (Wanted& each : wanted) {
        texts.push_back(std::move(each.text));
      }
      out.requires_any.push_back(fmt::format("any of ({})", fmt::join(texts, ", ")));
    } else {
      for (Wanted& each : wanted) {
        out.requires_any.push_back(std::move(each.text));
      }
    }
    return good;
  }

 private:
  bool alone(const ast::Item& item) {
    ItemReader reader(item, *diagnostics_);
    (void)reader.word();
    return refuse_modifiers(item, *diagnostics_) && reader.finish();
  }

  std::optional<Wanted> read_control(const ast::Item& item) {
    ItemReader reader(item, *diagnostics_);
    const ast::Name* head = reader.word();
    const auto kind = head != nullptr ? parse_control_kind(head->text) : std::nullopt;
    std::optional<Wanted> out;
    if (head == nullptr) {
      report_unknown(item, kControls, *symbols_, *diagnostics_);
      return std::nullopt;
    }
    if (kind == ControlKind::kStrength) {
      const ast::Name* name = reader.word_after(*head, "the name of a strength");
      out = name != nullptr ? strength(*name) : std::nullopt;
    } else if (kind == ControlKind::kTermsOfUse || kind == ControlKind::kCustom) {
      const auto which = reader.string_after(*head, "a name in quotation marks");
      out = which ? std::optional(named(*kind, *which)) : std::nullopt;
    } else if (kind) {
      out = Wanted{{*kind, 0}, std::string(head->text)};
    } else {
      out = strength(*head);
    }
    if (!out || !refuse_modifiers(item, *diagnostics_) || !reader.finish()) {
      return std::nullopt;
    }
    return out;
  }

  std::optional<Wanted> strength(const ast::Name& name) {
    const Declared* found = find_declared(name, kControls, *symbols_, *diagnostics_);
    if (found == nullptr) {
      return std::nullopt;
    }
    std::uint32_t param = kNotInProgram;
    if (program_ != nullptr) {
      const auto at = std::ranges::find(program_->strengths, name.text, &ir::Strength::name);
      param = at == program_->strengths.end()
                  ? kNotInProgram
                  : static_cast<std::uint32_t>(at - program_->strengths.begin());
    }
    return Wanted{{ControlKind::kStrength, param}, fmt::format("strength {}", name.text)};
  }

  Wanted named(ControlKind kind, std::string_view which) {
    std::uint32_t param = kNotInProgram;
    if (program_ != nullptr) {
      const auto at = std::ranges::find(program_->names, which);
      param = at == program_->names.end()
                  ? kNotInProgram
                  : static_cast<std::uint32_t>(at - program_->names.begin());
    }
    return {{kind, param}, fmt::format("{} \"{}\"", gate::name(kind), which)};
  }

  static constexpr std::string_view kWords[] = {
#define GATE_CONTROL(id, name, graph, interactive) name,
#include <gate/vocabulary.def>
      kReauthenticate};
  static constexpr Expected kControls{NameKind::kStrength, kWords, "something to ask for", ""};

  const Symbols* symbols_;
  const ir::Program* program_;
  DiagnosticCollector* diagnostics_;
};

}  // namespace

std::optional<CompiledTest::Expectation> resolve_expectation(const ast::Expectation& expectation,
                                                             const Symbols& symbols,
                                                             const ir::Program* program,
                                                             DiagnosticCollector& diagnostics) {
  CompiledTest::Expectation out;
  out.report_only = expectation.report;
  bool good = true;
  switch (expectation.outcome) {
    case ast::ExpectedOutcome::kAllow:
      out.outcome = Outcome::kAllow;
      break;
    case ast::ExpectedOutcome::kBlock:
      out.outcome = Outcome::kBlock;
      break;
    case ast::ExpectedOutcome::kChallenge:
      out.outcome = Outcome::kChallenge;
      good = ChallengeReader(symbols, program, diagnostics).read(expectation.challenge, out);
      break;
  }
  for (const ast::Text& policy : expectation.because) {
    out.because.push_back(policy.value);
    const PolicyNames* policies = symbols.policies();
    if (policies != nullptr && policies->contains(policy.value)) {
      continue;
    }
    good = false;
    if (!symbols.incomplete()) {
      const std::string near = policies == nullptr ? "" : policies->nearest_to(policy.value);
      auto report = diagnostics.report<Code::kUnknownPolicy>(policy.span, policy.value);
      if (!near.empty()) {
        report.fix(policy.span, fmt::format("\"{}\"", near),
                   fmt::format("did you mean `{}`?", near));
      }
    }
  }
  return good ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace gate::compiler::sema
