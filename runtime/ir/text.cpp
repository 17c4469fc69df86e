#include "runtime/ir/text.h"

#include "runtime/ir/text_reader.h"
#include "runtime/ir/text_writer.h"

namespace gate::ir {
namespace {

constexpr std::string_view kHeader = "gate-ir 1\n";

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return -1;
}

}  // namespace

void TextReader::fail(std::string_view expected) {
  if (failed()) {
    return;
  }
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < pos_ && i < text_.size(); ++i) {
    column = text_[i] == '\n' ? 1 : column + 1;
    line += text_[i] == '\n' ? 1U : 0U;
  }
  // The header line was cut off before the reader saw the text.
  fault_ = fmt::format("{}:{}: expected {}", line + 1, column, expected);
}

void TextReader::skip() {
  while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\n')) {
    ++pos_;
  }
}

std::string_view TextReader::word() const {
  std::size_t end = pos_;
  while (end < text_.size() && is_word_char(text_[end])) {
    ++end;
  }
  return text_.substr(pos_, end - pos_);
}

bool TextReader::take_word(std::string_view expected) {
  if (word() != expected) {
    return false;
  }
  pos_ += expected.size();
  skip();
  return true;
}

bool TextReader::take(char c) {
  if (pos_ >= text_.size() || text_[pos_] != c) {
    return false;
  }
  ++pos_;
  skip();
  return true;
}

void TextReader::index(std::size_t expected) {
  const std::size_t before = pos_;
  std::size_t found = 0;
  value(found);
  if (!failed() && found != expected) {
    pos_ = before;
    fail(fmt::format("index {}", expected));
  }
}

void TextReader::value(std::string& s) {
  if (failed() || pos_ >= text_.size() || text_[pos_] != '"') {
    fail("a string");
    return;
  }
  s.clear();
  for (++pos_; pos_ < text_.size() && text_[pos_] != '"'; ++pos_) {
    if (text_[pos_] == '\n') {
      fail("the closing quote before the end of the line");
      return;
    }
    if (text_[pos_] != '\\') {
      s += text_[pos_];
      continue;
    }
    ++pos_;
    if (pos_ < text_.size() && (text_[pos_] == '"' || text_[pos_] == '\\')) {
      s += text_[pos_];
    } else if (pos_ + 2 < text_.size() && text_[pos_] == 'x' && hex_digit(text_[pos_ + 1]) >= 0 &&
               hex_digit(text_[pos_ + 2]) >= 0) {
      s += static_cast<char>((hex_digit(text_[pos_ + 1]) << 4) | hex_digit(text_[pos_ + 2]));
      pos_ += 2;
    } else {
      fail("an escape: \\\", \\\\ or \\xHH");
      return;
    }
  }
  open('"');
}

void TextReader::value(Cidr& c) {
  for (std::uint8_t& byte : c.address) {
    if (failed() || pos_ + 2 > text_.size() || hex_digit(text_[pos_]) < 0 ||
        hex_digit(text_[pos_ + 1]) < 0) {
      fail("an address of 32 hexadecimal digits");
      return;
    }
    byte = static_cast<std::uint8_t>((hex_digit(text_[pos_]) << 4) | hex_digit(text_[pos_ + 1]));
    pos_ += 2;
  }
  open('/');
  value(c.prefix);
}

void TextReader::value(std::array<char, 2>& country) {
  const std::string_view found = word();
  if (failed() || found.size() != 2) {
    fail("a country of two letters");
    return;
  }
  country = {found[0], found[1]};
  take_word(found);
}

void TextReader::value(MethodSet& methods) {
  open('[');
  while (!failed() && !take(']')) {
    constexpr std::string_view kRestricted = "restricted_";
    if (word().starts_with(kRestricted)) {
      pos_ += kRestricted.size();
      std::size_t index = kRestrictionsMax;
      value(index);
      if (index >= kRestrictionsMax) {
        fail("the number of a restriction");
        return;
      }
      methods = methods | restriction_bit(index);
      continue;
    }
    Method m{};
    choice(m, kMethodCount);
    methods.add(m);
  }
}

void TextReader::expressions(Program& p) {
  while (!failed() && take_word("expr")) {
    index(p.exprs.size());
    Expr e;
    choice(e.op, kOpCount);
    if (failed()) {
      return;
    }
    switch (operand_kind(e.op)) {
      case OperandKind::kNone:
        break;
      case OperandKind::kChildren: {
        std::vector<ExprId> children;
        values(*this, children);
        e.first = static_cast<std::uint32_t>(p.operands.size());
        e.count = static_cast<std::uint32_t>(children.size());
        p.operands.insert(p.operands.end(), children.begin(), children.end());
        break;
      }
      case OperandKind::kContext:
        hex(e.imm);
        break;
      case OperandKind::kTable:
        value(e.first);
        break;
    }
    p.exprs.push_back(e);
  }
}

void print_text(const Program& program, Sources sources,
                const std::function<void(std::string_view)>& out) {
  out(kHeader);
  TextWriter writer(sources == Sources::kKeep, &out);
  // describe() serves the parser too and so takes everything by reference; printing writes nothing.
  describe_program(writer, const_cast<Program&>(program));  // NOLINT(*-const-cast)
  out(writer.take());
}

std::string print_text(const Program& program, Sources sources) {
  std::string whole;
  print_text(program, sources, [&whole](std::string_view piece) { whole += piece; });
  return whole;
}

Result<Program> parse_text(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return Error{ErrorCode::kLimitExceeded, fmt::format("the IR text has {} bytes, {} are allowed",
                                                        text.size(), kTextBytesMax)};
  }
  if (!text.starts_with(kHeader)) {
    return Error{ErrorCode::kInvalidArgument, "1:1: expected gate-ir 1"};
  }
  TextReader reader(text.substr(kHeader.size()));
  Program program;
  describe_program(reader, program);
  if (!reader.failed() && !reader.at_end()) {
    reader.fail("the next table entry");
  }
  if (reader.failed()) {
    return Error{ErrorCode::kInvalidArgument, reader.fault()};
  }
  return program;
}

}  // namespace gate::ir
