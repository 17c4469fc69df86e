#include "compiler/sema/item_reader.h"

#include <fmt/format.h>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"

namespace gate::compiler::sema {

const ast::Name* ItemReader::word() {
  const ast::Name* found = ast::word_at(*item_, next_);
  next_ += found != nullptr ? 1 : 0;
  return found;
}

const ast::Literal* ItemReader::literal() {
  const ast::Literal* found = ast::literal_at(*item_, next_);
  next_ += found != nullptr ? 1 : 0;
  return found;
}

std::optional<std::string_view> ItemReader::string_after(const ast::Name& head,
                                                         std::string_view needs) {
  const ast::Literal* found = literal();
  if (found != nullptr && found->kind == ast::LiteralKind::kString) {
    if (found->text.empty()) {
      diagnostics_->report<Code::kWrongValue>(found->span, fmt::format("`{}`", head.text), needs,
                                              "an empty text");
      return std::nullopt;
    }
    return found->text;
  }
  if (found != nullptr) {
    diagnostics_->report<Code::kWrongValue>(found->span, fmt::format("`{}`", head.text), needs,
                                            describe(found->kind));
    return std::nullopt;
  }
  if (const ast::Name* next = word()) {
    // `group Wealth Clients` is one name of two words.
    Span whole = next->span;
    std::string name(next->text);
    while (const ast::Name* more = word()) {
      whole = join(whole, more->span);
      name += fmt::format(" {}", more->text);
    }
    diagnostics_
        ->report<Code::kWrongValue>(whole, fmt::format("`{}`", head.text), needs,
                                    fmt::format("`{}`", name))
        .fix(whole, fmt::format("\"{}\"", name), "text stands in quotation marks");
    return std::nullopt;
  }
  diagnostics_->report<Code::kMissingArgument>(head.span, head.text, needs);
  return std::nullopt;
}

const ast::Name* ItemReader::word_after(const ast::Name& head, std::string_view needs) {
  if (const ast::Name* found = word()) {
    return found;
  }
  if (const ast::Literal* wrong = literal()) {
    diagnostics_->report<Code::kWrongValue>(wrong->span, fmt::format("`{}`", head.text), needs,
                                            describe(wrong->kind));
    return nullptr;
  }
  diagnostics_->report<Code::kMissingArgument>(head.span, head.text, needs);
  return nullptr;
}

bool ItemReader::finish(bool arguments_taken) {
  if (next_ < item_->atoms.size()) {
    const ast::Item::Atom& extra = item_->atoms[next_];
    const Span place = span_of(extra);
    const ast::Name* head = ast::word_at(*item_, 0);
    if (std::holds_alternative<ast::Literal>(extra) && next_ == 1 && head != nullptr) {
      diagnostics_->report<Code::kUnexpectedArgument>(place, head->text, "argument");
      return false;
    }
    if (const auto* word = std::get_if<ast::Name>(&extra); word != nullptr) {
      // A misspelt head of the next section reads as one more word of this one.
      static constexpr std::string_view kHeads[] = {"target", "when",   "grant",   "session",
                                                    "users",  "state",  "include", "exclude",
                                                    "until",  "because"};
      const auto meant = nearest(word->text, kHeads);
      // `user "x"` is a member without a comma before it.
      const bool selects = ast::literal_at(*item_, next_ + 1) != nullptr;
      if (!meant.empty() && word->text.size() > 2 && !selects) {
        diagnostics_->report<Code::kUnexpectedWord>(place, fmt::format("`{}`", word->text))
            .suggest(place, meant);
        return false;
      }
    }
    const Span before = span_of(item_->atoms[next_ - 1]);
    std::string text = shown(extra);
    if (text.starts_with('`')) {
      text = text.substr(1, text.size() - 2);
    }
    diagnostics_->report<Code::kMissingComma>(place, text)
        .fix(Span{before.file, before.end, before.end}, ",", "separate the members by a comma");
    return false;
  }
  if (item_->has_arguments && !arguments_taken) {
    const ast::Name* head = ast::word_at(*item_, 0);
    diagnostics_->report<Code::kUnexpectedArgument>(
        item_->head, head != nullptr ? head->text : std::string_view("this"), "arguments");
    return false;
  }
  return true;
}

std::string shown(const ast::Item::Atom& atom) {
  if (const auto* name = std::get_if<ast::Name>(&atom)) {
    return fmt::format("`{}`", name->text);
  }
  const auto& literal = std::get<ast::Literal>(atom);
  if (literal.kind == ast::LiteralKind::kString) {
    return fmt::format("`\"{}\"`", literal.text);
  }
  return std::string(describe(literal.kind));
}

std::string_view describe(ast::LiteralKind kind) {
  switch (kind) {
    case ast::LiteralKind::kString:
      return "text";
    case ast::LiteralKind::kInteger:
      return "a whole number";
    case ast::LiteralKind::kDuration:
      return "a duration";
    case ast::LiteralKind::kTime:
      return "a time of day";
    case ast::LiteralKind::kDate:
      return "a date";
    case ast::LiteralKind::kBoolean:
      return "true or false";
  }
  return "a value";
}

std::string described(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kPath:
      return fmt::format("`{}`", path_text(expr.path));
    case ast::ExprKind::kLiteral:
      return std::string(describe(expr.literal.kind));
    case ast::ExprKind::kList:
      return "a list";
    case ast::ExprKind::kOr:
    case ast::ExprKind::kAnd:
    case ast::ExprKind::kNot:
    case ast::ExprKind::kCompare:
    case ast::ExprKind::kIn:
    case ast::ExprKind::kText:
    case ast::ExprKind::kBetween:
      break;
  }
  return "a condition";
}

bool refuse_modifiers(const ast::Item& item, DiagnosticCollector& diagnostics) {
  if (item.until) {
    diagnostics.report<Code::kModifierNotAllowed>(item.until->span, "until", " or a state");
  }
  if (item.because) {
    diagnostics.report<Code::kModifierNotAllowed>(item.because->span, "because", "");
  }
  return !item.until && !item.because;
}

}  // namespace gate::compiler::sema
