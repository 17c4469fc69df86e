#include "runtime/ir/binary.h"

#include <fmt/format.h>

#include <cstring>

#include "runtime/base/utf8.h"
#include "runtime/ir/binary_reader.h"
#include "runtime/ir/binary_writer.h"

namespace gate::ir {

void BinaryReader::fail(std::string_view what) {
  if (!failed()) {
    fault_ = fmt::format("byte {}: {}", pos_, what);
  }
}

std::string_view BinaryReader::take(std::size_t size) {
  if (failed() || size > left()) {
    fail("the bytes end too early");
    return {};
  }
  const std::string_view found = bytes_.substr(pos_, size);
  pos_ += size;
  return found;
}

std::uint8_t BinaryReader::byte() {
  const std::string_view found = take(1);
  return found.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(found.front());
}

std::uint64_t BinaryReader::varint() {
  std::uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t b = byte();
    if (failed()) {
      return 0;
    }
    // The tenth byte has room for one bit; a last byte of zero would be a second spelling.
    if ((shift == 63 && b > 1) || (shift != 0 && b == 0)) {
      break;
    }
    v |= static_cast<std::uint64_t>(b & 0x7F) << shift;
    if ((b & 0x80) == 0) {
      return v;
    }
  }
  fail("a number is longer than it may be");
  return 0;
}

std::size_t BinaryReader::count() {
  const std::uint64_t n = varint();
  if (n > left()) {
    fail(fmt::format("a count of {} with {} bytes left", n, left()));
    return 0;
  }
  return static_cast<std::size_t>(n);
}

void BinaryReader::flag(const char* word, bool& value) {
  const std::uint8_t found = byte();
  if (found > 1) {
    fail(fmt::format("`{}` is neither there nor absent", word));
    return;
  }
  value = found == 1;
}

void BinaryReader::value(std::string& s) {
  const std::string_view found = take(count());
  if (!failed() && !is_utf8(found)) {
    fail("a text is not UTF-8");
    return;
  }
  s.assign(found);
}

void BinaryReader::value(Cidr& c) {
  const std::string_view found = take(c.address.size());
  if (!failed()) {
    std::memcpy(c.address.data(), found.data(), found.size());
  }
  c.prefix = byte();
}

void BinaryReader::value(std::array<char, 2>& country) {
  const std::string_view found = take(country.size());
  if (!failed()) {
    country = {found[0], found[1]};
  }
}

void BinaryReader::value(MethodSet& methods) {
  std::uint32_t bits = 0;
  value(bits);
  methods = MethodSet(bits);
}

void BinaryReader::expressions(Program& p) {
  list(p.exprs, [this, &p](Expr& e) {
    choice(e.op, kOpCount);
    if (failed()) {
      return;
    }
    switch (operand_kind(e.op)) {
      case OperandKind::kNone:
        break;
      case OperandKind::kChildren: {
        const std::size_t n = count();
        if (p.operands.size() + n > std::numeric_limits<std::uint32_t>::max()) {
          fail("more operands than the format can number");
          return;
        }
        e.first = static_cast<std::uint32_t>(p.operands.size());
        e.count = static_cast<std::uint32_t>(n);
        for (std::size_t i = 0; i < n && !failed(); ++i) {
          value(p.operands.emplace_back());
        }
        break;
      }
      case OperandKind::kContext:
        value(e.imm);
        break;
      case OperandKind::kTable:
        value(e.first);
        break;
    }
  });
}

std::string encode_binary(const Program& program) {
  BinaryWriter writer;
  // describe() serves the reader too and so takes everything by reference; writing changes nothing.
  describe_program(writer, const_cast<Program&>(program));  // NOLINT(*-const-cast)
  return writer.take();
}

Result<Program> decode_binary(std::string_view bytes) {
  BinaryReader reader(bytes);
  Program program;
  describe_program(reader, program);
  if (!reader.at_end()) {
    reader.fail("bytes are left over");
  }
  if (reader.failed()) {
    return Error{ErrorCode::kCorrupt, reader.fault()};
  }
  return program;
}

}  // namespace gate::ir
