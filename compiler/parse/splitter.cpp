#include <antlr4-runtime.h>

#include "GateLexer.h"
#include "compiler/parse/token.h"

namespace gate::compiler {
namespace {

std::uint32_t type_at(const LexedFile& lexed, std::size_t index) {
  return index < lexed.tokens.size() ? lexed.tokens[index].type : 0;
}

/// `policy "…"`, `users X =`, `signal x :`: starts a declaration wherever it stands.
bool surely_starts_declaration(const LexedFile& lexed, std::size_t at) {
  const std::uint32_t second = type_at(lexed, at + 1);
  const std::uint32_t third = type_at(lexed, at + 2);
  switch (type_at(lexed, at)) {
    case GateLexer::POLICY:
    case GateLexer::TEST:
    case GateLexer::ASSERT:
      return second == GateLexer::STRING;
    case GateLexer::USERS:
    case GateLexer::APPS:
    case GateLexer::LOCATIONS:
    case GateLexer::STRENGTH:
    case GateLexer::CONTEXT:
    case GateLexer::LET:
      return second == GateLexer::IDENTIFIER && third == GateLexer::EQUALS;
    case GateLexer::SIGNAL:
      return second == GateLexer::IDENTIFIER && third == GateLexer::COLON;
    case GateLexer::TEMPLATE:
      return second == GateLexer::IDENTIFIER &&
             (third == GateLexer::LPAREN || third == GateLexer::LBRACE);
    default:
      return false;
  }
}

/// What starts a declaration only outside of all braces: heads without their usual continuation,
/// and a misspelt head before a name and a brace.
bool starts_declaration_outside(const LexedFile& lexed, std::size_t at) {
  const std::uint32_t second = type_at(lexed, at + 1);
  switch (type_at(lexed, at)) {
    case GateLexer::POLICY:
    case GateLexer::TEST:
    case GateLexer::ASSERT:
    case GateLexer::TEMPLATE:
    case GateLexer::USERS:
    case GateLexer::LOCATIONS:
    case GateLexer::LET:
    case GateLexer::SIGNAL:
    case GateLexer::IMPORT:
    case GateLexer::PROFILE:
      return at == 0 || type_at(lexed, at - 1) != GateLexer::DOT;
    case GateLexer::DEFAULT:
      return second == GateLexer::ALLOW || second == GateLexer::DENY;
    case GateLexer::IDENTIFIER:
      return second == GateLexer::STRING && type_at(lexed, at + 2) == GateLexer::LBRACE;
    default:
      return false;
  }
}

bool opens(std::uint32_t type) {
  return type == GateLexer::LBRACE || type == GateLexer::LPAREN || type == GateLexer::LBRACKET;
}

std::uint32_t opener_of(std::uint32_t closer) {
  switch (closer) {
    case GateLexer::RBRACE:
      return GateLexer::LBRACE;
    case GateLexer::RPAREN:
      return GateLexer::LPAREN;
    case GateLexer::RBRACKET:
      return GateLexer::LBRACKET;
    default:
      return 0;
  }
}

/// Walks over a file and keeps the brackets that are open.
class Splitter {
 public:
  Splitter(std::uint32_t file, const LexedFile& lexed, DiagnosticCollector& diagnostics)
      : file_(file), lexed_(&lexed), diagnostics_(&diagnostics) {}

  std::vector<Piece> run() {
    for (std::size_t at = 0; at < lexed_->tokens.size(); ++at) {
      step(at);
    }
    report_open_brace(lexed_->tokens.size());
    finish(lexed_->tokens.size());
    return std::move(pieces_);
  }

 private:
  void step(std::size_t at) {
    const std::uint32_t type = lexed_->tokens[at].type;
    if (surely_starts_declaration(*lexed_, at) ||
        (open_.empty() && starts_declaration_outside(*lexed_, at))) {
      report_open_brace(at);
      finish(at);
    }
    current_.reported = current_.reported || is_odd_word(type);
    if (opens(type)) {
      open_.push_back(at);
    } else if (opener_of(type) != 0) {
      close(at, opener_of(type));
    }
  }

  void close(std::size_t at, std::uint32_t opener) {
    std::size_t match = open_.size();
    while (match > 0 && lexed_->tokens[open_[match - 1]].type != opener) {
      --match;
    }
    if (match > 0) {
      open_.resize(match - 1);
    } else if (opener == GateLexer::LBRACE) {
      diagnostics_->report<Code::kUnmatchedBrace>(span_at(at)).fix(span_at(at), "", "remove it");
      current_.reported = true;
    }
    if (opener == GateLexer::LBRACE && open_.empty()) {
      finish(at + 1);
    }
  }

  void report_open_brace(std::size_t at) {
    for (const std::size_t open : open_) {
      if (lexed_->tokens[open].type != GateLexer::LBRACE) {
        continue;
      }
      auto builder = diagnostics_->report<Code::kMissingClosingBrace>(span_at(open));
      if (at < lexed_->tokens.size()) {
        builder.related(span_at(at), "a new declaration starts here");
      }
      const std::uint32_t end = lexed_->tokens[at - 1].end;
      builder.fix(Span{file_, end, end}, "\n}", "close it with `}`");
      current_.reported = true;
      break;
    }
    open_.clear();
  }

  void finish(std::size_t at) {
    if (at > current_.begin) {
      current_.end = at;
      pieces_.push_back(current_);
    }
    current_ = Piece{at, at, false};
  }

  [[nodiscard]] Span span_at(std::size_t at) const {
    return Span{file_, lexed_->tokens[at].begin, lexed_->tokens[at].end};
  }

  std::uint32_t file_;
  const LexedFile* lexed_;
  DiagnosticCollector* diagnostics_;
  std::vector<std::size_t> open_;
  std::vector<Piece> pieces_;
  Piece current_;
};

bool heads_section(std::uint32_t type, bool in_policy) {
  switch (type) {
    case GateLexer::APPLY:
    case GateLexer::ID:
    case GateLexer::STATE:
    case GateLexer::USERS:
    case GateLexer::TARGET:
    case GateLexer::WHEN:
    case GateLexer::GRANT:
    case GateLexer::SESSION:
      return in_policy;
    case GateLexer::GIVEN:
    case GateLexer::EXPECT:
      return !in_policy;
    default:
      return false;
  }
}

}  // namespace

std::vector<Piece> split_declarations(std::uint32_t file, const LexedFile& lexed,
                                      DiagnosticCollector& diagnostics) {
  return Splitter(file, lexed, diagnostics).run();
}

std::size_t section_end(std::span<const LexedToken> words, std::size_t begin, std::size_t close) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < close; ++at) {
    const std::uint32_t type = words[at].type;
    if (at > begin && depth == 0 && heads_section(type, true) &&
        words[at - 1].type != GateLexer::DOT) {
      return at;
    }
    if (opens(type)) {
      ++depth;
    } else if (opener_of(type) != 0) {
      depth -= depth > 0 ? 1 : 0;
    }
  }
  return close;
}

std::vector<Piece> split_sections(const LexedFile& lexed, const Piece& piece) {
  std::size_t at = piece.begin;
  while (at < piece.end && lexed.tokens[at].type != GateLexer::LBRACE) {
    ++at;
  }
  if (at == piece.end) {
    return {};
  }
  std::vector<Piece> pieces{{piece.begin, at + 1, false}};
  const bool in_policy = lexed.tokens[piece.begin].type != GateLexer::TEST;
  std::size_t depth = 0;
  Piece current{at + 1, at + 1, false};
  const auto finish = [&](std::size_t end) {
    if (end > current.begin) {
      current.end = end;
      pieces.push_back(current);
    }
    current = Piece{end, end, false};
  };
  for (++at; at < piece.end; ++at) {
    const std::uint32_t type = lexed.tokens[at].type;
    if (type == GateLexer::RBRACE && depth == 0) {
      break;
    }
    const bool attribute = lexed.tokens[at - 1].type == GateLexer::DOT;
    if (depth == 0 && !attribute && heads_section(type, in_policy)) {
      finish(at);
    }
    current.reported = current.reported || is_odd_word(type);
    if (opens(type)) {
      ++depth;
    } else if (opener_of(type) != 0) {
      depth -= depth > 0 ? 1 : 0;
    }
  }
  finish(at);
  return pieces;
}

}  // namespace gate::compiler
