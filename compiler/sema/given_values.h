#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

/// The values that a test gives to facts. Each reader reports what does not fit, with `fact` as the
/// name of the fact, and then returns nothing.
namespace gate::compiler::sema {

/// The value of a fact, or null after reporting that it is missing. `needs` completes "`ip` needs".
[[nodiscard]] const ast::Expr* required(const ast::Expr* value, Span place, std::string_view fact,
                                        std::string_view needs, DiagnosticCollector& diagnostics);
/// A word, or a string in its place.
[[nodiscard]] std::optional<ast::Name> read_word(const ast::Expr& value, std::string_view fact,
                                                 std::string_view wanted,
                                                 DiagnosticCollector& diagnostics);
/// A string that is not empty.
[[nodiscard]] std::optional<std::string_view> read_text(const ast::Expr& value,
                                                        std::string_view fact,
                                                        std::string_view wanted,
                                                        DiagnosticCollector& diagnostics);
/// A list of words and strings, or one of them alone.
[[nodiscard]] std::optional<std::vector<ast::Name>> read_texts(const ast::Expr& value,
                                                               std::string_view fact,
                                                               std::string_view wanted,
                                                               DiagnosticCollector& diagnostics);
/// A literal of one kind.
[[nodiscard]] std::optional<std::int64_t> read_number(const ast::Expr& value, ast::LiteralKind kind,
                                                      std::string_view fact,
                                                      DiagnosticCollector& diagnostics);
/// `2026-11-25T10:00:00Z`, `2026-11-25T11:00+01:00`: seconds since 1970 UTC; empty when it is none.
[[nodiscard]] std::optional<std::int64_t> parse_instant(std::string_view text);

/// The items of a list, or a word alone as a list of one.
[[nodiscard]] std::optional<std::vector<ast::Item>> read_items(const ast::Expr& value,
                                                               std::string_view fact,
                                                               std::string_view wanted,
                                                               DiagnosticCollector& diagnostics);

/// True for the word `unknown` alone.
[[nodiscard]] bool is_unknown(const ast::Expr* value);
/// "`ios`", "`\"x\"`", "a duration", "a list": a value as a message shows it.
[[nodiscard]] std::string shown_value(const ast::Expr& value);

}  // namespace gate::compiler::sema
