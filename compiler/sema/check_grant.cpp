#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/check_policy.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/names.h"

// What a policy demands.
namespace gate::compiler::sema {
namespace {

/// A word that is no control: perhaps a strength without its keyword, perhaps misspelt.
void report_unknown_control(const ast::Item& item, const ast::Name& word, Lowering& l) {
  const Declared* declared = l.symbols.find(word.text);
  auto report = l.diagnostics.report<Code::kUnknownWord>(word.span, word.text, "a grant control");
  if (declared != nullptr && declared->kind == NameKind::kStrength) {
    report.fix(Span{word.span.file, word.span.begin, word.span.begin}, "strength ",
               fmt::format("a strength is demanded by `strength {}`", word.text));
  } else {
    report.suggest(word.span, nearest(word.text, control_words()));
  }
  (void)item;
}

std::optional<ir::Control> read_strength(ItemReader& reader, const ast::Name& head, Lowering& l) {
  const ast::Name* name = reader.word_after(head, "the name of a strength");
  if (name == nullptr || !reader.finish()) {
    return std::nullopt;
  }
  const Expected strengths{NameKind::kStrength, {}, "a strength", ""};
  const Declared* declared = find_declared(*name, strengths, l.symbols, l.diagnostics);
  const auto number = declared == nullptr ? std::nullopt : l.strength(*declared);
  if (!number) {
    return std::nullopt;
  }
  return ir::Control{ControlKind::kStrength, *number};
}

std::optional<ir::Control> read_control(const ast::Item& item, Lowering& l) {
  ItemReader reader(item, l.diagnostics);
  const ast::Name* head = reader.word();
  if (head == nullptr) {
    l.diagnostics.report<Code::kWrongValue>(item.head, "`require`", "a grant control",
                                            shown(item.atoms.front()));
    return std::nullopt;
  }
  if (!refuse_modifiers(item, l.diagnostics)) {
    return std::nullopt;
  }
  const auto kind = parse_control_kind(head->text);
  if (!kind) {
    report_unknown_control(item, *head, l);
    return std::nullopt;
  }
  if (*kind == ControlKind::kStrength) {
    return read_strength(reader, *head, l);
  }
  if (*kind == ControlKind::kTermsOfUse || *kind == ControlKind::kCustom) {
    const auto name = reader.string_after(*head, "a name or id in quotation marks");
    if (!name || !reader.finish()) {
      return std::nullopt;
    }
    return ir::Control{*kind, l.builder.control_name(*name)};
  }
  if (!reader.finish()) {
    return std::nullopt;
  }
  return ir::Control{*kind, 0};
}

}  // namespace

std::optional<std::vector<ir::Clause>> check_requirement(const ast::Requirement& requirement,
                                                         Lowering& l) {
  std::vector<ir::Control> controls;
  const ast::Item* mfa = nullptr;
  const ast::Item* strength = nullptr;
  bool good = true;
  for (const ast::Item& item : requirement.controls) {
    const auto control = read_control(item, l);
    if (!control) {
      good = false;
      continue;
    }
    if (std::ranges::find(controls, *control) != controls.end()) {
      l.diagnostics.report<Code::kDuplicateMember>(item.head, l.sources.text(item.head));
      continue;
    }
    mfa = control->kind == ControlKind::kMfa ? &item : mfa;
    strength = control->kind == ControlKind::kStrength ? &item : strength;
    controls.push_back(*control);
  }
  if (mfa != nullptr && strength != nullptr) {
    l.diagnostics.report<Code::kMfaBesideStrength>(mfa->head).related(strength->head,
                                                                      "the strength");
    good = false;
  }
  if (!good) {
    return std::nullopt;
  }
  std::vector<ir::Clause> clauses;
  if (requirement.mode == ast::Requirement::Mode::kAny) {
    clauses.push_back({std::move(controls)});
  } else {
    for (const ir::Control& control : controls) {
      clauses.push_back({{control}});
    }
  }
  return clauses;
}

}  // namespace gate::compiler::sema
