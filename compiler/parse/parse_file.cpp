#include <antlr4-runtime.h>

#include "GateLexer.h"
#include "compiler/diagnostics/suggest.h"
#include "compiler/parse/parser.h"
#include "compiler/parse/piece_parser.h"
#include "compiler/parse/source_check.h"
#include "compiler/parse/syntax_errors.h"
#include "compiler/parse/tree_builder.h"

namespace gate::compiler {
namespace {

TokenWindow make_window(const SourceMap& sources, std::uint32_t file, const LexedFile& lexed) {
  std::vector<WindowToken> words;
  words.reserve(lexed.tokens.size());
  const std::string_view text = sources.text(file);
  for (const LexedToken& token : lexed.tokens) {
    LexedToken mended = token;  // an odd word was reported; here it stands for what was meant
    if (token.type == GateLexer::UNTERMINATED_STRING) {
      mended.type = GateLexer::STRING;
    } else if (token.type == GateLexer::BAD_NUMBER) {
      mended.type = GateLexer::INTEGER;
    }
    words.emplace_back(mended, words.size(), text.substr(token.begin, token.end - token.begin));
  }
  return TokenWindow(std::move(words));
}

/// Parses a file declaration by declaration; a declaration that does not parse is taken apart into
/// its sections, so that one mistake costs one section.
class FileParser {
 public:
  /// A file with more broken declarations is no policy file: its rest is not read.
  static constexpr std::size_t kDamagedPiecesMax = 1'000;

  FileParser(const SourceMap& sources, std::uint32_t file, const LexedFile& lexed,
             const Limits& limits, DiagnosticCollector& diagnostics, EarlierDeclarations* earlier)
      : text_(sources.text(file)),
        file_(file),
        lexed_(&lexed),
        diagnostics_(&diagnostics),
        window_(make_window(sources, file, lexed)),
        parser_(window_),
        builder_(sources, file, limits, diagnostics),
        earlier_(earlier),
        explained_max_(limits.errors_per_file_max) {}

  void run(ast::File& out) {
    for (const Piece& piece : split_declarations(file_, *lexed_, *diagnostics_)) {
      declaration(piece, out);
      if (damaged_pieces_ > kDamagedPiecesMax) {
        out.declarations.clear();  // so that nobody misses a name that stands further down
        return;
      }
    }
  }

 private:
  std::optional<ast::Declaration> known(const Piece& piece) {
    const std::uint32_t begin = window_.word(piece.begin).begin();
    const std::uint32_t end = window_.word(piece.end - 1).end();
    return earlier_->take(text_.substr(begin, end - begin), file_, begin, text_);
  }

  void declaration(const Piece& piece, ast::File& out) {
    if (earlier_ != nullptr) {
      if (auto same = known(piece)) {
        out.declarations.push_back(*std::move(same));
        return;
      }
    }
    if (auto* tree = parser_.parse(&GateParser::oneDeclaration, piece.begin, piece.end)) {
      out.declarations.push_back(builder_.declaration(tree->declaration()));
      return;
    }
    out.damaged = true;
    ++damaged_pieces_;
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
  bool in_sections(const Piece& piece, ast::File& out) {
    const std::vector<Piece> parts = split_sections(*lexed_, piece);
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

  ast::Policy damaged_policy(const std::vector<Piece>& parts, const Piece& whole, Span close) {
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

  ast::Template damaged_template(const std::vector<Piece>& parts, const Piece& whole, Span close) {
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

  void damaged_body(const std::vector<Piece>& parts, const Piece& whole, Span close, bool reported,
                    ast::Policy& policy) {
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

  ast::Test damaged_test(const std::vector<Piece>& parts, const Piece& whole, Span close) {
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

  template <typename Context>
  bool explain_unless(bool reported, Context* (GateParser::*rule)(), const Piece& piece,
                      std::size_t visible_end) {
    if (!reported) {
      explain(rule, piece, visible_end);
    }
    return true;
  }

  /// Reports where `piece` stops to be a `rule`. A section that ends too early is blamed on the
  /// word behind it, as far as `visible_end`.
  template <typename Context>
  void explain(Context* (GateParser::*rule)(), const Piece& piece, std::size_t visible_end) {
    if (parser_.parse(rule, piece.begin, piece.end) != nullptr) {
      return;
    }
    const std::size_t at = parser_.failed_at();
    const bool unknown_head = at == piece.begin;
    std::vector<std::size_t> expected;
    if (++explained_ <= explained_max_) {  // the others are not shown, and trying words takes time
      expected = parser_.expected(rule, piece.begin, at);
      std::erase(expected, antlr4::Token::EOF);
    }
    if (unknown_head && visible_end == piece.end &&
        window_.word(at).getType() != GateLexer::POLICY) {
      report_unknown_head(at, expected);
      return;
    }
    report_syntax_error(file_, window_, parser_, at, at < piece.end ? piece.end : visible_end,
                        expected, *diagnostics_);
  }

  void report_unknown_head(std::size_t at, const std::vector<std::size_t>& expected) {
    const WindowToken& word = window_.word(at);
    const Span span{file_, word.begin(), word.end()};
    std::vector<std::string_view> heads;
    for (const std::size_t type : expected) {
      heads.push_back(parser_.keyword(type));
    }
    diagnostics_->report<Code::kExpectedDeclaration>(span, fmt::format("`{}`", word.view()))
        .suggest(span, nearest(word.view(), heads));
  }

  std::string_view text_;
  std::uint32_t file_;
  const LexedFile* lexed_;
  DiagnosticCollector* diagnostics_;
  TokenWindow window_;
  PieceParser parser_;
  TreeBuilder builder_;
  EarlierDeclarations* earlier_;
  std::size_t explained_max_;
  std::size_t explained_ = 0;
  std::size_t damaged_pieces_ = 0;
};

/// Gives each declaration the `##` comments that stand directly above it.
void attach_descriptions(const SourceMap& sources, ast::File& file) {
  std::size_t next = 0;
  std::uint32_t previous_end = 0;
  for (ast::Declaration& declaration : file.declarations) {
    for (; next < file.comments.size() && file.comments[next].span.begin < declaration.span.begin;
         ++next) {
      const ast::Comment& comment = file.comments[next];
      if (!comment.doc || comment.trailing || comment.span.begin < previous_end) {
        continue;
      }
      std::string_view line = sources.text(comment.span).substr(2);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (!declaration.description.empty()) {
        declaration.description += '\n';
      }
      declaration.description += line;
    }
    previous_end = declaration.span.end;
  }
}

}  // namespace

ast::File parse_file(const SourceMap& sources, std::uint32_t file, const Limits& limits,
                     DiagnosticCollector& diagnostics, EarlierDeclarations* earlier) {
  ast::File out;
  out.index = file;
  if (!check_source(sources, file, limits, diagnostics)) {
    out.damaged = true;
    return out;
  }
  LexedFile lexed = lex(sources, file);
  if (!check_tokens(sources, file, lexed, limits, diagnostics)) {
    out.damaged = true;
    return out;
  }
  FileParser(sources, file, lexed, limits, diagnostics, earlier).run(out);
  out.comments = std::move(lexed.comments);
  attach_descriptions(sources, out);
  return out;
}

}  // namespace gate::compiler
