#include <antlr4-runtime.h>

#include <algorithm>

#include "GateLexer.h"
#include "compiler/parse/parser.h"
#include "compiler/parse/quick_lexer.h"
#include "compiler/parse/source_check.h"
#include "compiler/parse/token.h"

namespace gate::compiler {
namespace {

/// ANTLR counts code points, we count bytes. For ASCII text, which is nearly all, both are the
/// same.
class ByteOffsets {
 public:
  explicit ByteOffsets(std::string_view text) {
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) {
      for (std::size_t at = 0; at < text.size();) {
        offsets_.push_back(static_cast<std::uint32_t>(at));
        (void)next_code_point(text, at);
      }
      offsets_.push_back(static_cast<std::uint32_t>(text.size()));
    }
  }
  [[nodiscard]] std::uint32_t at(std::size_t index) const {
    return offsets_.empty() ? static_cast<std::uint32_t>(index)
                            : offsets_[std::min(index, offsets_.size() - 1)];
  }

 private:
  std::vector<std::uint32_t> offsets_;  // empty for ASCII
};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LexedFile lex(const SourceMap& sources, std::uint32_t file) {
  std::string_view text = sources.text(file);
  std::uint32_t shift = 0;
  if (text.starts_with(kByteOrderMark)) {  // ANTLR's input stream drops it, too
    text.remove_prefix(kByteOrderMark.size());
    shift = kByteOrderMark.size();
  }
  if (auto quick = lex_quickly(text, file, shift)) {
    return *std::move(quick);
  }
  return lex_by_grammar(text, file, shift);
}

LexedFile lex_part(std::string_view text, std::uint32_t file, std::uint32_t begin) {
  const std::string_view part = text.substr(begin);
  if (auto quick = lex_quickly(part, file, begin)) {
    return *std::move(quick);
  }
  return lex_by_grammar(part, file, begin);
}

bool read_words(const SourceMap& sources, std::uint32_t file, const Limits& limits, LexedFile& out,
                DiagnosticCollector& diagnostics) {
  if (!check_source(sources, file, limits, diagnostics)) {
    return false;
  }
  out = lex(sources, file);
  return check_tokens(sources, file, out, limits, diagnostics);
}

LexedFile lex_by_grammar(std::string_view text, std::uint32_t file, std::uint32_t shift) {
  const ByteOffsets offsets(text);
  antlr4::ANTLRInputStream input(text.data(), text.size());
  GateLexer lexer(&input);
  lexer.removeErrorListeners();

  LexedFile lexed;
  lexed.tokens.reserve(text.size() / 5);
  std::uint32_t last_end = 0;
  for (;;) {
    const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF) {
      break;
    }
    const std::uint32_t begin = offsets.at(token->getStartIndex()) + shift;
    const std::uint32_t end = offsets.at(token->getStopIndex() + 1) + shift;
    if (token->getChannel() == GateLexer::COMMENTS) {
      const std::string_view between = text.substr(last_end, begin - shift - last_end);
      ast::Comment comment;
      comment.span = Span{file, begin, end};
      comment.doc = token->getType() == GateLexer::DOC_COMMENT;
      comment.trailing = !lexed.tokens.empty() && between.find('\n') == std::string_view::npos;
      lexed.comments.push_back(comment);
    } else {
      lexed.tokens.push_back({static_cast<std::uint32_t>(token->getType()), begin, end});
    }
    last_end = end - shift;
  }
  return lexed;
}

namespace {

/// Depth of brackets and of runs of `not`, which nest as brackets do.
void check_depth(std::uint32_t file, const LexedFile& lexed, std::size_t depth_max, bool& readable,
                 DiagnosticCollector& diagnostics) {
  std::size_t depth = 0;
  std::size_t nots = 0;
  for (const LexedToken& token : lexed.tokens) {
    nots = token.type == GateLexer::NOT ? nots + 1 : 0;
    switch (token.type) {
      case GateLexer::LBRACE:
      case GateLexer::LPAREN:
      case GateLexer::LBRACKET:
        ++depth;
        break;
      case GateLexer::RBRACE:
      case GateLexer::RPAREN:
      case GateLexer::RBRACKET:
        depth -= depth > 0 ? 1 : 0;
        break;
      default:
        break;
    }
    if (depth + nots > depth_max) {
      diagnostics.report<Code::kTooDeep>(Span{file, token.begin, token.end}, depth_max);
      readable = false;
      return;
    }
  }
}

void check_word(const SourceMap& sources, Span span, std::uint32_t type, const Limits& limits,
                DiagnosticCollector& diagnostics) {
  const std::string_view text = sources.text(span);
  switch (type) {
    case GateLexer::STRING:
      if (text.size() - 2 > limits.string_bytes_max) {
        diagnostics.report<Code::kStringTooLong>(span, text.size() - 2, limits.string_bytes_max);
      }
      break;
    case GateLexer::IDENTIFIER:
      if (text.size() > limits.name_bytes_max) {
        diagnostics.report<Code::kNameTooLong>(span, text.size(), limits.name_bytes_max);
      }
      check_identifier_script(text, span, diagnostics);
      break;
    case GateLexer::UNTERMINATED_STRING:
      diagnostics.report<Code::kUnterminatedString>(span).fix(Span{span.file, span.end, span.end},
                                                              "\"", "close it with `\"`");
      break;
    case GateLexer::BAD_NUMBER:
      diagnostics.report<Code::kBadNumber>(span, text);
      break;
    case GateLexer::BAD_CHARACTER: {
      std::size_t at = 0;
      const std::uint32_t code = next_code_point(text, at);
      const std::string_view whole = sources.text(span.file);
      const bool twice = (code == '&' || code == '|') && span.end < whole.size() &&
                         whole[span.end] == whole[span.begin];
      const bool second = (code == '&' || code == '|') && span.begin > 0 &&
                          whole[span.begin - 1] == whole[span.begin];
      if (second) {
        break;  // said of the first
      }
      auto builder = diagnostics.report<Code::kOddCharacter>(span, code);
      if (code == '&' || code == '|') {
        const Span both{span.file, span.begin, span.end + (twice ? 1U : 0U)};
        builder.fix(
            both, code == '&' ? "and" : "or",
            code == '&' ? "conditions are joined by `and`" : "conditions are joined by `or`");
      } else if (code == '!') {
        builder.fix(span, "not ", "a condition is negated by `not`");
      } else if (code == ';') {
        builder.fix(span, "", "sections and declarations need no sign between them");
      }
      if (code == 0x201C || code == 0x201D || code == 0x201E) {
        builder.fix(span, "\"", "strings stand in straight quotation marks");
      } else if (code == 0x2013 || code == 0x2014) {
        builder.fix(span, "-", "a plain hyphen was meant?");
      } else if (code == '\'' || code == 0x2018 || code == 0x2019) {
        builder.fix(span, "\"", "strings stand in double quotation marks");
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace

bool check_tokens(const SourceMap& sources, std::uint32_t file, const LexedFile& lexed,
                  const Limits& limits, DiagnosticCollector& diagnostics) {
  if (lexed.tokens.size() > limits.tokens_max) {
    const LexedToken& last = lexed.tokens[limits.tokens_max];
    diagnostics.report<Code::kTooManyTokens>(Span{file, last.begin, last.end}, limits.tokens_max);
    return false;
  }
  for (const LexedToken& token : lexed.tokens) {
    check_word(sources, Span{file, token.begin, token.end}, token.type, limits, diagnostics);
  }
  bool readable = true;
  check_depth(file, lexed, limits.nesting_depth_max, readable, diagnostics);
  return readable;
}

bool is_odd_word(std::uint32_t type) {
  return type == GateLexer::UNTERMINATED_STRING || type == GateLexer::BAD_NUMBER ||
         type == GateLexer::BAD_CHARACTER;
}

std::string dump_tokens(const SourceMap& sources, std::uint32_t file) {
  DiagnosticCollector unused;
  if (!check_source(sources, file, Limits{}, unused)) {
    return {};
  }
  antlr4::ANTLRInputStream empty;
  const GateLexer lexer(&empty);
  std::string out;
  for (const LexedToken& token : lex(sources, file).tokens) {
    const LineColumn at = sources.locate(file, token.begin);
    fmt::format_to(std::back_inserter(out), "{}:{} {} {}\n", at.line, at.column,
                   lexer.getVocabulary().getSymbolicName(token.type),
                   sources.text(Span{file, token.begin, token.end}));
  }
  return out;
}

}  // namespace gate::compiler
