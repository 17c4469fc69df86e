#include "server/places/mmdb_writer.h"

#include <arpa/inet.h>

#include <bit>
#include <cstdio>
#include <fstream>
#include <gate/export.hpp>

namespace gate::server {
namespace {

enum Type : std::uint8_t {
  kText = 2,
  kDouble = 3,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kUint64 = 9,
  kArray = 11,
  kBoolean = 14,
};

constexpr std::size_t kBits = 128;
constexpr std::size_t kSizeInByte = 29;  // longer values have their size behind the first byte
constexpr std::size_t kTypesInByte = 7;

void put_number(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i > 0; --i) {
    out.push_back(static_cast<char>(value >> (8 * (i - 1)) & 0xFFU));
  }
}

void put_type(std::string& out, Type type, std::size_t size) {
  GATE_CHECK(size < kSizeInByte + 256, "a value of a test is too long");
  const std::size_t shown = size < kSizeInByte ? size : kSizeInByte;
  out.push_back(static_cast<char>((type <= kTypesInByte ? type << 5U : 0U) | shown));
  if (type > kTypesInByte) {
    out.push_back(static_cast<char>(type - kTypesInByte));
  }
  if (shown != size) {
    out.push_back(static_cast<char>(size - kSizeInByte));
  }
}

void put_integer(std::string& out, Type type, std::uint64_t value, std::size_t bytes) {
  put_type(out, type, bytes);
  put_number(out, value, bytes);
}

void put_text(std::string& out, std::string_view text) {
  put_type(out, kText, text.size());
  out += text;
}

void put(std::string& out, const boost::json::value& value) {  // NOLINT(misc-no-recursion)
  if (value.is_object()) {
    put_type(out, kMap, value.get_object().size());
    for (const auto& [key, member] : value.get_object()) {
      put_text(out, {key.data(), key.size()});
      put(out, member);
    }
  } else if (value.is_array()) {
    put_type(out, kArray, value.get_array().size());
    for (const auto& member : value.get_array()) {
      put(out, member);
    }
  } else if (value.is_string()) {
    put_text(out, {value.get_string().data(), value.get_string().size()});
  } else if (value.is_bool()) {
    put_type(out, kBoolean, value.get_bool() ? 1 : 0);
  } else if (value.is_double()) {
    put_integer(out, kDouble, std::bit_cast<std::uint64_t>(value.get_double()), 8);
  } else {
    put_integer(out, kUint32, static_cast<std::uint64_t>(value.to_number<std::int64_t>()), 4);
  }
}

struct Prefix {
  std::array<unsigned char, kBits / 8> address{};
  std::size_t length = kBits;
  [[nodiscard]] std::size_t bit(std::size_t i) const {
    return address.at(i / 8) >> (7 - i % 8) & 1U;
  }
};

Prefix parse(const std::string& network) {
  const std::size_t slash = network.find('/');
  const std::string address = network.substr(0, slash);
  const std::size_t length = std::stoul(network.substr(slash + 1));
  Prefix prefix;
  if (inet_pton(AF_INET6, address.c_str(), prefix.address.data()) == 1) {
    prefix.length = length;
    return prefix;
  }
  constexpr std::size_t kBeforeV4 = 12;
  GATE_CHECK(inet_pton(AF_INET, address.c_str(), prefix.address.data() + kBeforeV4) == 1,
             "no network");
  prefix.length = kBeforeV4 * 8 + length;
  return prefix;
}

void put_metadata(std::string& out, std::string_view type, std::size_t nodes) {
  out += "\xAB\xCD\xEFMaxMind.com";
  put_type(out, kMap, 9);
  put_text(out, "node_count");
  put_integer(out, kUint32, nodes, 4);
  put_text(out, "record_size");
  put_integer(out, kUint16, 24, 2);
  put_text(out, "ip_version");
  put_integer(out, kUint16, 6, 2);
  put_text(out, "database_type");
  put_text(out, type);
  put_text(out, "languages");
  put(out, boost::json::array{"en"});
  put_text(out, "binary_format_major_version");
  put_integer(out, kUint16, 2, 2);
  put_text(out, "binary_format_minor_version");
  put_integer(out, kUint16, 0, 2);
  put_text(out, "build_epoch");
  put_integer(out, kUint64, 1'800'000'000, 8);
  put_text(out, "description");
  put(out, boost::json::object{{"en", "for tests"}});
}

}  // namespace

MmdbWriter& MmdbWriter::add(const std::string& network, const boost::json::value& record) {
  const Prefix prefix = parse(network);
  const auto place = static_cast<std::int64_t>(data_.size());
  put(data_, record);
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < prefix.length; ++i) {
    const std::size_t bit = prefix.bit(i);
    GATE_CHECK(nodes_[at].record.at(bit) == kNothing, "networks overlap");
    if (nodes_[at].node.at(bit) == kNothing) {
      nodes_[at].node.at(bit) = static_cast<std::int64_t>(nodes_.size());
      nodes_.emplace_back();
    }
    at = static_cast<std::size_t>(nodes_[at].node.at(bit));
  }
  nodes_[at].record.at(prefix.bit(prefix.length - 1)) = place;
  return *this;
}

std::string MmdbWriter::bytes(std::string_view type) const {
  constexpr std::size_t kSeparator = 16;
  std::string out;
  for (const Node& node : nodes_) {
    for (const std::size_t bit : {0U, 1U}) {
      const std::int64_t record = node.record.at(bit);
      const std::int64_t next = node.node.at(bit);
      put_number(out,
                 record != kNothing ? nodes_.size() + kSeparator + static_cast<std::size_t>(record)
                 : next != kNothing ? static_cast<std::size_t>(next)
                                    : nodes_.size(),
                 3);
    }
  }
  out.append(kSeparator, '\0');
  out += data_;
  put_metadata(out, type, nodes_.size());
  return out;
}

void replace_file(const std::string& path, const std::string& bytes) {
  const std::string draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << bytes;
  }
  GATE_CHECK(std::rename(draft.c_str(), path.c_str()) == 0, "a file of a test cannot be written");
}

}  // namespace gate::server
