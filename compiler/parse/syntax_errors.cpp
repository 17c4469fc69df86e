#include "compiler/parse/syntax_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

constexpr std::string_view kSectionHeads[] = {"state",  "users",   "target", "when",
                                              "grant",  "session", "apply",  "given",
                                              "expect", "include", "exclude"};

bool begins_a_line(const TokenWindow& window, std::size_t at, std::string_view text) {
  if (at == 0) {
    return true;
  }
  const std::string_view between =
      text.substr(window.word(at - 1).end(), window.word(at).begin() - window.word(at - 1).end());
  return between.find('\n') != std::string_view::npos;
}

/// The head of a section that was perhaps meant by a name at the beginning of a line, `at` or
/// before it: a misspelt head reads as part of the section above. Nothing where there is none.
std::optional<std::size_t> misspelt_head(const TokenWindow& window, std::size_t at,
                                         std::string_view text) {
  for (std::size_t back = 0; back <= at && back < 12; ++back) {
    const WindowToken& word = window.word(at - back);
    if (word.getType() == GateParser::IDENTIFIER && begins_a_line(window, at - back, text) &&
        word.view().size() > 2) {
      return nearest(word.view(), kSectionHeads).empty() ? std::nullopt : std::optional(at - back);
    }
  }
  return std::nullopt;
}

/// `grant require mfa, compliant_device` and `mfa and compliant_device`: which of the two is meant
/// has to be said, and where it begins.
bool propose_requirement(DiagnosticBuilder& builder, std::uint32_t file, const TokenWindow& window,
                         std::size_t at, std::size_t piece_end) {
  const std::size_t type = window.word(at).getType();
  std::size_t grant = at;
  while (grant > 0 && window.word(grant).getType() != GateParser::GRANT) {
    --grant;
  }
  if ((type != GateParser::COMMA && type != GateParser::AND && type != GateParser::OR) ||
      window.word(grant).getType() != GateParser::GRANT || at < grant + 3 ||
      window.word(grant + 1).getType() != GateParser::REQUIRE) {
    return false;
  }
  std::size_t end = at;
  while (end + 1 < std::min(piece_end, window.word_count()) &&
         window.word(end + 1).getType() != GateParser::RBRACE) {
    ++end;
  }
  const std::uint32_t begin = window.word(grant + 2).begin();
  const std::uint32_t behind = window.word(end).end();
  const bool any = type == GateParser::OR;
  const std::string help =
      any ? "write `any of (a, b)`" : "write `all of (a, b)`, or `any of (a, b)`";
  builder.fix(Span{file, begin, begin}, any ? "any of (" : "all of (", help);
  for (std::size_t i = at; i <= end; ++i) {
    if (window.word(i).getType() == GateParser::AND || window.word(i).getType() == GateParser::OR) {
      const std::uint32_t before = window.word(i - 1).end();  // the space too
      builder.fix(Span{file, before, window.word(i).end()}, ",", help);
    }
  }
  builder.fix(Span{file, behind, behind}, ")", help);
  return true;
}

/// `1000.00` and `9:00`.
bool propose_number(DiagnosticBuilder& builder, std::uint32_t file, const TokenWindow& window,
                    std::size_t at) {
  if (at == 0 || at + 1 >= window.word_count() ||
      window.word(at - 1).getType() != GateParser::INTEGER ||
      window.word(at + 1).getType() != GateParser::INTEGER) {
    return false;
  }
  const Span whole{file, window.word(at - 1).begin(), window.word(at + 1).end()};
  const std::string_view left = window.word(at - 1).view();
  const std::string_view right = window.word(at + 1).view();
  if (window.word(at).getType() == GateParser::COLON && left.size() == 1 && right.size() == 2) {
    builder.fix(whole, fmt::format("0{}:{}", left, right), "times of day have two digits: 09:00");
    return true;
  }
  if (window.word(at).getType() == GateParser::DOT) {
    const bool zeros = right.find_first_not_of('0') == std::string_view::npos;
    if (zeros) {
      builder.fix(whole, std::string(left), "numbers are whole");
    } else {
      builder.help("numbers are whole: count in smaller units, for example in cents");
    }
    return true;
  }
  return false;
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
                         std::span<const std::size_t> expected, std::string_view text,
                         DiagnosticCollector& diagnostics) {
  const std::string wanted = describe_expected(parser, expected);
  if (at >= piece_end && piece_end >= window.word_count()) {
    const std::uint32_t end = window.word(window.word_count() - 1).end();
    diagnostics.report<Code::kUnexpectedWord>(Span{file, end, end}, "end of the file")
        .label(wanted);
    return;
  }
  at = std::min(at, window.word_count() - 1);
  if (const auto head = misspelt_head(window, at, text)) {
    const WindowToken& wrong = window.word(*head);
    const Span place{file, wrong.begin(), wrong.end()};
    diagnostics.report<Code::kUnexpectedWord>(place, fmt::format("`{}`", wrong.view()))
        .suggest(place, nearest(wrong.view(), kSectionHeads));
    return;
  }
  const WindowToken& word = window.word(at);
  const Span span{file, word.begin(), word.end()};
  auto builder = diagnostics.report<Code::kUnexpectedWord>(span, fmt::format("`{}`", word.view()));
  builder.label(wanted.empty() ? "cannot stand here" : wanted);
  if (!propose_requirement(builder, file, window, at, piece_end) &&
      !propose_number(builder, file, window, at)) {
    propose_fix(builder, span, word, parser, expected);
  }
}

}  // namespace gate::compiler
