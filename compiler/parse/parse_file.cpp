#include <algorithm>

#include "GateLexer.h"
#include "compiler/parse/declaration_parser.h"
#include "compiler/parse/parser.h"
#include "compiler/parse/quick_lexer.h"
#include "compiler/parse/source_check.h"

namespace gate::compiler {
namespace {

/// Gathers the `##` comments that stand directly above each declaration, from the first on.
class Descriptions {
 public:
  Descriptions(const SourceMap& sources, const std::vector<ast::Comment>& comments)
      : sources_(&sources), comments_(&comments) {}

  std::string above(Span declaration) {
    std::string out;
    for (; next_ < comments_->size() && (*comments_)[next_].span.begin < declaration.begin;
         ++next_) {
      const ast::Comment& comment = (*comments_)[next_];
      if (!comment.doc || comment.trailing || comment.span.begin < previous_end_) {
        continue;
      }
      std::string_view line = sources_->text(comment.span).substr(2);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (!out.empty()) {
        out += '\n';
      }
      out += line;
    }
    previous_end_ = declaration.end;
    return out;
  }

 private:
  const SourceMap* sources_;
  const std::vector<ast::Comment>* comments_;
  std::size_t next_ = 0;
  std::uint32_t previous_end_ = 0;
};

/// `policy "…" {` always gives a declaration and declares no name, so it can wait.
bool can_wait(const LexedFile& lexed, const Piece& piece) {
  return piece.end - piece.begin > 2 && lexed.tokens[piece.begin].type == GateLexer::POLICY &&
         lexed.tokens[piece.begin + 1].type == GateLexer::STRING &&
         lexed.tokens[piece.begin + 2].type == GateLexer::LBRACE;
}

}  // namespace

struct FileReader::State {
  ParserState parser;
  LexedFile words;  // of a policy
};

FileReader::FileReader(const SourceMap& sources, const Limits& limits)
    : sources_(&sources), limits_(&limits), state_(std::make_unique<State>()) {}
FileReader::~FileReader() = default;

ast::File FileReader::whole(std::uint32_t file, DiagnosticCollector& diagnostics) {
  ast::File out;
  out.index = file;
  LexedFile lexed;
  if (!read_words(*sources_, file, *limits_, lexed, diagnostics)) {
    out.damaged = true;
    return out;
  }
  MistakeCount mistakes;
  DeclarationParser parser(state_->parser, *sources_, file, *limits_, diagnostics, mistakes);
  Descriptions descriptions(*sources_, lexed.comments);
  for (const Piece& piece : split_declarations(file, lexed, diagnostics)) {
    const std::size_t before = out.declarations.size();
    parser.read(lexed.tokens, piece, out);
    if (out.declarations.size() > before) {
      out.declarations.back().description = descriptions.above(out.declarations.back().span);
    }
    if (mistakes.damaged > DeclarationParser::kDamagedPiecesMax) {
      out.declarations.clear();  // so that no later name is reported as missing
      break;
    }
  }
  out.comments = std::move(lexed.comments);
  return out;
}

Outline FileReader::outline(std::uint32_t file, DiagnosticCollector& diagnostics,
                            EarlierDeclarations* earlier) {
  Outline out;
  out.file.index = file;
  LexedFile lexed;
  if (!read_words(*sources_, file, *limits_, lexed, diagnostics)) {
    out.file.damaged = true;
    return out;
  }
  const std::string_view text = sources_->text(file);
  MistakeCount mistakes;
  DeclarationParser parser(state_->parser, *sources_, file, *limits_, diagnostics, mistakes);
  Descriptions descriptions(*sources_, lexed.comments);
  std::uint32_t line = 1;
  std::size_t line_at = 0;  // the place that `line` speaks of
  for (const Piece& piece : split_declarations(file, lexed, diagnostics)) {
    const std::uint32_t begin = lexed.tokens[piece.begin].begin;
    const std::uint32_t end = lexed.tokens[piece.end - 1].end;
    if (can_wait(lexed, piece)) {
      line += static_cast<std::uint32_t>(std::count(
          text.begin() + static_cast<std::ptrdiff_t>(line_at), text.begin() + begin, '\n'));
      line_at = begin;
      out.policies.push_back(
          {begin, end, line, piece.reported, descriptions.above(Span{file, begin, end})});
      continue;
    }
    const std::size_t before = out.file.declarations.size();
    auto same = earlier != nullptr
                    ? earlier->take(text.substr(begin, end - begin), file, begin, text)
                    : std::nullopt;
    if (same) {
      out.file.declarations.push_back(*std::move(same));
    } else {
      parser.read(lexed.tokens, piece, out.file);
    }
    if (out.file.declarations.size() > before) {
      ast::Declaration& read = out.file.declarations.back();
      read.description = descriptions.above(read.span);
    }
    if (mistakes.damaged > DeclarationParser::kDamagedPiecesMax) {
      out.file.declarations.clear();
      out.policies.clear();
      break;
    }
  }
  out.file.comments = std::move(lexed.comments);
  out.explained = mistakes.explained;
  return out;
}

std::optional<ast::Declaration> FileReader::policy(std::uint32_t file, const PolicyPlace& place,
                                                   DiagnosticCollector& diagnostics) {
  const std::string_view text = sources_->text(file).substr(0, place.end);
  state_->words = lex_part(text, file, place.begin);
  MistakeCount none;
  DeclarationParser parser(state_->parser, *sources_, file, *limits_, diagnostics, none);
  auto out = parser.good_policy(state_->words.tokens,
                                Piece{0, state_->words.tokens.size(), place.reported});
  if (out) {
    out->description = place.description;
  }
  return out;
}

ast::Declaration FileReader::damaged_policy(std::uint32_t file, const PolicyPlace& place,
                                            std::size_t& explained,
                                            DiagnosticCollector& diagnostics) {
  // One word more than the policy has: what ends too early is blamed on the next one.
  const std::string_view text = sources_->text(file);
  const auto inside = [&place](const LexedToken& word) { return word.begin < place.end; };
  std::size_t behind = 1'024;
  LexedFile words;
  for (bool whole = false; !whole; behind *= 4) {
    whole = place.end + behind >= text.size();
    words = lex_part(text.substr(0, place.end + behind), file, place.begin);
    const auto next = std::ranges::find_if_not(words.tokens, inside);
    whole = whole || (next != words.tokens.end() && next + 1 != words.tokens.end());
  }
  const auto count = static_cast<std::size_t>(std::ranges::count_if(words.tokens, inside));
  MistakeCount mistakes{explained, 0};
  DeclarationParser parser(state_->parser, *sources_, file, *limits_, diagnostics, mistakes);
  ast::File out;
  parser.read(words.tokens, Piece{0, count, place.reported}, out);
  explained = mistakes.explained;
  ast::Declaration policy = std::move(out.declarations.at(0));  // can_wait() promised one
  policy.description = place.description;
  return policy;
}

ast::File parse_file(const SourceMap& sources, std::uint32_t file, const Limits& limits,
                     DiagnosticCollector& diagnostics) {
  return FileReader(sources, limits).whole(file, diagnostics);
}

}  // namespace gate::compiler
