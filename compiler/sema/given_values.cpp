#include "compiler/sema/given_values.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "compiler/sema/fact_schema.h"
#include "compiler/sema/item_reader.h"

namespace gate::compiler::sema {
namespace {

void report_wrong(Span span, std::string_view fact, std::string_view wanted, std::string_view found,
                  DiagnosticCollector& diagnostics) {
  diagnostics.report<Code::kWrongValue>(span, fmt::format("`{}`", fact), wanted, found);
}

bool is_string(const ast::Literal& literal) {
  return literal.kind == ast::LiteralKind::kString;
}

/// Two to four digits at the start of `text`, which is shortened by them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(0, count);
  const char* const last = digits.data() + digits.size();
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), last, value);
  if (error != std::errc{} || end != last || value < 0) {
    return std::nullopt;
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// `Z`, `+01:00`: minutes east of UTC. Takes the whole rest.
std::optional<int> take_offset(std::string_view text) {
  if (text == "Z") {
    return 0;
  }
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) {
    return std::nullopt;
  }
  const auto minutes = take_digits(text, 2);
  if (!minutes || !text.empty() || *hours > 14 || *minutes > 59) {
    return std::nullopt;
  }
  return (*hours * 60 + *minutes) * (west ? -1 : 1);
}

}  // namespace

const ast::Expr* required(const ast::Expr* value, Span place, std::string_view fact,
                          std::string_view needs, DiagnosticCollector& diagnostics) {
  if (value == nullptr) {
    diagnostics.report<Code::kMissingArgument>(place, fact, needs);
  }
  return value;
}

std::optional<ast::Name> read_word(const ast::Expr& value, std::string_view fact,
                                   std::string_view wanted, DiagnosticCollector& diagnostics) {
  if (value.kind == ast::ExprKind::kPath && value.path.size() == 1) {
    return value.path.front();
  }
  if (value.kind == ast::ExprKind::kLiteral && is_string(value.literal)) {
    return ast::Name{value.literal.text, value.span};
  }
  report_wrong(value.span, fact, wanted, shown_value(value), diagnostics);
  return std::nullopt;
}

std::optional<std::string_view> read_text(const ast::Expr& value, std::string_view fact,
                                          std::string_view wanted,
                                          DiagnosticCollector& diagnostics) {
  if (value.kind == ast::ExprKind::kLiteral && is_string(value.literal)) {
    if (value.literal.text.empty()) {
      report_wrong(value.span, fact, wanted, "an empty text", diagnostics);
      return std::nullopt;
    }
    return value.literal.text;
  }
  auto report = diagnostics.report<Code::kWrongValue>(value.span, fmt::format("`{}`", fact), wanted,
                                                      shown_value(value));
  if (value.kind == ast::ExprKind::kPath) {
    report.fix(value.span, fmt::format("\"{}\"", path_text(value.path)),
               "text stands in quotation marks");
  }
  return std::nullopt;
}

std::optional<std::vector<ast::Name>> read_texts(const ast::Expr& value, std::string_view fact,
                                                 std::string_view wanted,
                                                 DiagnosticCollector& diagnostics) {
  std::vector<ast::Name> out;
  if (value.kind != ast::ExprKind::kList) {
    const auto one = read_word(value, fact, wanted, diagnostics);
    if (!one) {
      return std::nullopt;
    }
    out.push_back(*one);
    return out;
  }
  for (const ast::Item& item : value.items) {
    const ast::Name* word = ast::word_at(item, 0);
    const ast::Literal* literal = ast::literal_at(item, 0);
    const bool text = literal != nullptr && is_string(*literal);
    if (item.atoms.size() != 1 || item.has_arguments || (word == nullptr && !text)) {
      report_wrong(item.span, fact, wanted, "something else", diagnostics);
      return std::nullopt;
    }
    if (!refuse_modifiers(item, diagnostics)) {
      return std::nullopt;
    }
    out.push_back(word != nullptr ? *word : ast::Name{literal->text, literal->span});
  }
  return out;
}

std::optional<std::int64_t> read_number(const ast::Expr& value, ast::LiteralKind kind,
                                        std::string_view fact, DiagnosticCollector& diagnostics) {
  if (value.kind == ast::ExprKind::kLiteral && value.literal.kind == kind) {
    return value.literal.value;
  }
  report_wrong(value.span, fact, describe(kind), shown_value(value), diagnostics);
  return std::nullopt;
}

std::optional<std::int64_t> parse_instant(std::string_view text) {
  const auto year = take_digits(text, 4);
  const auto month = year && take(text, '-') ? take_digits(text, 2) : std::nullopt;
  const auto day = month && take(text, '-') ? take_digits(text, 2) : std::nullopt;
  const auto hour = day && take(text, 'T') ? take_digits(text, 2) : std::nullopt;
  const auto minute = hour && take(text, ':') ? take_digits(text, 2) : std::nullopt;
  if (!minute) {
    return std::nullopt;
  }
  int second = 0;
  if (take(text, ':')) {
    const auto read = take_digits(text, 2);
    if (!read) {
      return std::nullopt;
    }
    second = *read;
  }
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!offset || !date.ok() || *hour > 23 || *minute > 59 || second > 59) {
    return std::nullopt;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86'400 + std::int64_t{*hour} * 3'600 +
         std::int64_t{*minute - *offset} * 60 + second;
}

std::optional<std::vector<ast::Item>> read_items(const ast::Expr& value, std::string_view fact,
                                                 std::string_view wanted,
                                                 DiagnosticCollector& diagnostics) {
  if (value.kind == ast::ExprKind::kList) {
    return value.items;
  }
  if (value.kind == ast::ExprKind::kPath && value.path.size() == 1) {
    ast::Item item;
    item.atoms.emplace_back(value.path.front());
    item.span = value.span;
    item.head = value.span;
    return std::vector{item};
  }
  report_wrong(value.span, fact, wanted, shown_value(value), diagnostics);
  return std::nullopt;
}

bool is_unknown(const ast::Expr* value) {
  return value != nullptr && value->kind == ast::ExprKind::kPath && value->path.size() == 1 &&
         value->path.front().text == "unknown";
}

std::string shown_value(const ast::Expr& value) {
  if (value.kind == ast::ExprKind::kPath) {
    return fmt::format("`{}`", path_text(value.path));
  }
  if (value.kind == ast::ExprKind::kLiteral) {
    return shown(ast::Item::Atom(value.literal));
  }
  return value.kind == ast::ExprKind::kList ? "a list" : "a condition";
}

}  // namespace gate::compiler::sema
