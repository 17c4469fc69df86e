#include "compiler/parse/declaration_parser.h"

#include <utility>

#include "GateLexer.h"
#include "compiler/diagnostics/suggest.h"
#include "compiler/parse/syntax_errors.h"

namespace gate::compiler {
namespace {

WindowToken as_parsed(const LexedToken& token, std::size_t index, std::string_view text) {
  LexedToken mended = token;  // an odd word was reported; here it stands for what was meant
  if (token.type == GateLexer::UNTERMINATED_STRING) {
    mended.type = GateLexer::STRING;
  } else if (token.type == GateLexer::BAD_NUMBER) {
    mended.type = GateLexer::INTEGER;
  }
  return {mended, index, text.substr(token.begin, token.end - token.begin)};
}

}  // namespace

DeclarationParser::DeclarationParser(ParserState& state, const SourceMap& sources,
                                     std::uint32_t file, const Limits& limits,
                                     DiagnosticCollector& diagnostics, MistakeCount& mistakes)
    : window_(state.window),
      parser_(state.parser),
      shapes_(state.shapes),
      text_(sources.text(file)),
      file_(file),
      diagnostics_(&diagnostics),
      mistakes_(&mistakes),
      builder_(sources, file, limits, diagnostics),
      explained_max_(limits.errors_per_file_max) {}

void DeclarationParser::show(std::span<const LexedToken> words, const Piece& piece) {
  const std::size_t end = std::min(piece.end + 1, words.size());
  shown_.tokens.assign(words.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                       words.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<WindowToken> parsed;
  parsed.reserve(shown_.tokens.size());
  for (const LexedToken& token : shown_.tokens) {
    parsed.push_back(as_parsed(token, parsed.size(), text_));
  }
  (void)window_.exchange(std::move(parsed));
}

std::optional<ast::Declaration> DeclarationParser::good_policy(std::span<const LexedToken> words,
                                                               const Piece& piece) {
  constexpr std::size_t kHeadWords = 3;  // policy "…" {
  const auto type = [&](std::size_t at) { return words[at].type; };
  const std::size_t close = piece.end - 1;
  if (piece.reported || piece.end - piece.begin <= kHeadWords ||
      type(piece.begin) != GateLexer::POLICY || type(piece.begin + 1) != GateLexer::STRING ||
      type(piece.begin + 2) != GateLexer::LBRACE || type(close) != GateLexer::RBRACE) {
    return std::nullopt;
  }
  ast::Declaration out;
  out.span = Span{file_, words[piece.begin].begin, words[close].end};
  ast::Policy policy;
  policy.name = builder_.text(as_parsed(words[piece.begin + 1], 0, text_));
  policy.close = Span{file_, words[close].begin, words[close].end};
  for (std::size_t begin = piece.begin + kHeadWords; begin < close;) {
    const std::size_t end = section_end(words, begin, close);
    GateParser::SectionContext* tree = shapes_.section(words.subspan(begin, end - begin), text_);
    if (tree == nullptr) {
      return std::nullopt;
    }
    builder_.add_section(tree, policy);
    begin = end;
  }
  out.node = std::move(policy);
  return out;
}

void DeclarationParser::read(std::span<const LexedToken> words, const Piece& piece,
                             ast::File& out) {
  if (auto policy = good_policy(words, piece)) {
    out.declarations.push_back(*std::move(policy));
    return;
  }
  show(words, piece);
  const Piece all{0, piece.end - piece.begin, piece.reported};
  if (auto* tree = parser_.parse(&GateParser::oneDeclaration, all.begin, all.end)) {
    out.declarations.push_back(builder_.declaration(tree->declaration()));
  } else {
    damaged(all, out);
  }
}

template <typename Context>
bool DeclarationParser::explain_unless(bool reported, Context* (GateParser::*rule)(),
                                       const Piece& piece, std::size_t visible_end) {
  if (!reported) {
    explain(rule, piece, visible_end);
  }
  return true;
}

/// Reports where `piece` stops to be a `rule`. A section that ends too early is blamed on the
/// word behind it, as far as `visible_end`.
template <typename Context>
void DeclarationParser::explain(Context* (GateParser::*rule)(), const Piece& piece,
                                std::size_t visible_end) {
  if (parser_.parse(rule, piece.begin, piece.end) != nullptr) {
    return;
  }
  const std::size_t at = parser_.failed_at();
  const bool unknown_head = at == piece.begin;
  std::vector<std::size_t> expected;
  if (++mistakes_->explained <=
      explained_max_) {  // the others are not shown, and trying words takes time
    expected = parser_.expected(rule, piece.begin, at);
    std::erase(expected, antlr4::Token::EOF);
  }
  if (unknown_head && visible_end == piece.end && window_.word(at).getType() != GateLexer::POLICY) {
    report_unknown_head(at, expected);
    return;
  }
  report_syntax_error(file_, window_, parser_, at, at < piece.end ? piece.end : visible_end,
                      expected, text_, *diagnostics_);
}

void DeclarationParser::damaged(Piece piece, ast::File& out) {
  out.damaged = true;
  ++mistakes_->damaged;
  const std::size_t type = window_.word(piece.begin).getType();
  if ((type == GateLexer::POLICY || type == GateLexer::TEST || type == GateLexer::TEMPLATE) &&
      in_sections(piece, out)) {
    return;
  }
  if (!piece.reported) {
    explain(&GateParser::oneDeclaration, piece, piece.end);
  }
  if (piece.begin + 1 < piece.end &&
      window_.word(piece.begin + 1).getType() == GateLexer::IDENTIFIER) {
    out.damaged_names.push_back(window_.word(piece.begin + 1).view());
  }
}

/// The sections of a policy, template or test, one by one. False when there is no `{` to start
/// from.
bool DeclarationParser::in_sections(const Piece& piece, ast::File& out) {
  const std::vector<Piece> parts = split_sections(shown_, piece);
  if (parts.empty()) {
    return false;
  }
  ast::Declaration declaration;
  declaration.span =
      Span{file_, window_.word(piece.begin).begin(), window_.word(piece.end - 1).end()};
  const Span close{file_, declaration.span.end, declaration.span.end};
  const std::size_t type = window_.word(piece.begin).getType();
  if (type == GateLexer::POLICY) {
    declaration.node = damaged_policy(parts, piece, close);
  } else if (type == GateLexer::TEMPLATE) {
    declaration.node = damaged_template(parts, piece, close);
  } else {
    declaration.node = damaged_test(parts, piece, close);
  }
  out.declarations.push_back(std::move(declaration));
  return true;
}

ast::Policy DeclarationParser::damaged_policy(const std::vector<Piece>& parts, const Piece& whole,
                                              Span close) {
  ast::Policy policy;
  bool reported = whole.reported;
  if (auto* tree = parser_.parse(&GateParser::policyHead, parts[0].begin, parts[0].end)) {
    policy.name = builder_.text(tree->STRING());
  } else {
    reported = explain_unless(reported, &GateParser::policyHead, parts[0], parts[0].end);
  }
  damaged_body(parts, whole, close, reported, policy);
  return policy;
}

ast::Template DeclarationParser::damaged_template(const std::vector<Piece>& parts,
                                                  const Piece& whole, Span close) {
  ast::Template out;
  bool reported = whole.reported;
  if (auto* tree = parser_.parse(&GateParser::templateHead, parts[0].begin, parts[0].end)) {
    out.name = builder_.name(tree->IDENTIFIER());
    if (tree->parameters() != nullptr) {
      builder_.set_parameters(tree->parameters(), out);
    }
  } else {
    reported = explain_unless(reported, &GateParser::templateHead, parts[0], parts[0].end);
  }
  damaged_body(parts, whole, close, reported, out.body);
  return out;
}

void DeclarationParser::damaged_body(const std::vector<Piece>& parts, const Piece& whole,
                                     Span close, bool reported, ast::Policy& policy) {
  policy.damaged = true;
  policy.close = close;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (auto* tree = parser_.parse(&GateParser::oneSection, parts[i].begin, parts[i].end)) {
      builder_.add_section(tree->section(), policy);
    } else {
      reported = true;
      explain_unless(parts[i].reported, &GateParser::oneSection, parts[i], whole.end);
    }
  }
  if (!reported) {  // every part is right, so what stands around them is not
    explain(&GateParser::oneDeclaration, whole, whole.end);
  }
}

ast::Test DeclarationParser::damaged_test(const std::vector<Piece>& parts, const Piece& whole,
                                          Span close) {
  ast::Test test;
  test.damaged = true;
  test.close = close;
  bool reported = whole.reported;
  if (auto* tree = parser_.parse(&GateParser::testHead, parts[0].begin, parts[0].end)) {
    test.name = builder_.text(tree->STRING());
    if (tree->columns() != nullptr) {
      builder_.set_columns(tree->columns(), test);
    }
  } else {
    reported = explain_unless(reported, &GateParser::testHead, parts[0], parts[0].end);
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (auto* tree = parser_.parse(&GateParser::testParts, parts[i].begin, parts[i].end)) {
      for (auto* part : tree->testPart()) {
        builder_.add_test_part(part, test);
      }
    } else {
      reported = true;
      explain_unless(parts[i].reported, &GateParser::testParts, parts[i], whole.end);
    }
  }
  if (!reported) {
    explain(&GateParser::oneDeclaration, whole, whole.end);
  }
  return test;
}

void DeclarationParser::report_unknown_head(std::size_t at,
                                            const std::vector<std::size_t>& expected) {
  const WindowToken& word = window_.word(at);
  const Span span{file_, word.begin(), word.end()};
  std::vector<std::string_view> heads;
  for (const std::size_t type : expected) {
    heads.push_back(parser_.keyword(type));
  }
  diagnostics_->report<Code::kExpectedDeclaration>(span, fmt::format("`{}`", word.view()))
      .suggest(span, nearest(word.view(), heads));
}

}  // namespace gate::compiler
