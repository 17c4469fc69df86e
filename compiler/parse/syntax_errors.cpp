#include "compiler/parse/syntax_errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"

namespace gate::compiler {
namespace {

constexpr std::size_t kExpectationsShownMax = 7;

bool has(std::span<const std::size_t> types, std::size_t type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// "expected `{`", "expected a name or a string"; empty when nearly anything could stand there.
std::string describe_expected(const PieceParser& parser, std::span<const std::size_t> types) {
  std::vector<std::string> words;
  const bool any_word = has(types, GateParser::IDENTIFIER);
  for (const std::size_t type : types) {
    const bool word_like = type == GateParser::ALL || type == GateParser::APPS ||
                           type == GateParser::CONTEXT || type == GateParser::STRENGTH;
    if (!(any_word && word_like)) {
      words.push_back(parser.describe(type));
    }
  }
  if (words.empty() || words.size() > kExpectationsShownMax) {
    return {};
  }
  std::string text = "expected " + words.front();
  for (std::size_t i = 1; i < words.size(); ++i) {
    text += (i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return text;
}

void propose_fix(DiagnosticBuilder& builder, Span span, const WindowToken& word,
                 const PieceParser& parser, std::span<const std::size_t> expected) {
  if (word.getType() == GateParser::EQUALS && has(expected, GateParser::EQUAL_EQUAL)) {
    builder.fix(span, "==", "comparisons are written `==`");
    return;
  }
  if (word.getType() == GateParser::IDENTIFIER) {
    std::vector<std::string_view> keywords;
    for (const std::size_t type : expected) {
      if (!parser.keyword(type).empty()) {
        keywords.push_back(parser.keyword(type));
      }
    }
    const std::string_view guess = nearest(word.view(), keywords);
    if (!guess.empty()) {
      builder.suggest(span, guess);
    } else if (expected.size() <= 2 && has(expected, GateParser::STRING)) {
      builder.fix(span, fmt::format("\"{}\"", word.view()), "put it in quotation marks");
    }
    return;
  }
  if (!parser.keyword(word.getType()).empty() && has(expected, GateParser::IDENTIFIER)) {
    builder.note(fmt::format("`{}` is a word of the language and cannot be a name", word.view()));
  }
}

}  // namespace

void report_syntax_error(std::uint32_t file, const TokenWindow& window, const PieceParser& parser,
                         std::size_t at, std::size_t piece_end,
                         std::span<const std::size_t> expected, DiagnosticCollector& diagnostics) {
  const std::string wanted = describe_expected(parser, expected);
  if (at >= piece_end && piece_end >= window.word_count()) {
    const std::uint32_t end = window.word(window.word_count() - 1).end();
    diagnostics.report<Code::kUnexpectedWord>(Span{file, end, end}, "end of the file")
        .label(wanted);
    return;
  }
  const WindowToken& word = window.word(std::min(at, window.word_count() - 1));
  const Span span{file, word.begin(), word.end()};
  auto builder = diagnostics.report<Code::kUnexpectedWord>(span, fmt::format("`{}`", word.view()));
  builder.label(wanted.empty() ? "cannot stand here" : wanted);
  propose_fix(builder, span, word, parser, expected);
}

}  // namespace gate::compiler
