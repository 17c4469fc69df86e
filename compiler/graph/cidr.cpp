#include "compiler/graph/cidr.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace gate::graph {

std::optional<std::string> canonical_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::array<unsigned char, 16> bytes{};
  if (address.find('\0') != std::string::npos ||
      inet_pton(family, address.c_str(), bytes.data()) != 1) {
    return std::nullopt;
  }
  const unsigned width = family == AF_INET ? 32 : 128;
  if (slash == std::string_view::npos) {
    return std::string(text);
  }
  const auto digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (failed != std::errc{} || end != digits.data() + digits.size() || prefix > width) {
    return std::nullopt;
  }
  bool clean = true;
  for (unsigned bit = prefix; bit < width; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
    clean = clean && (bytes[bit / 8] & mask) == 0;
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] & ~mask);
  }
  if (clean) {
    return std::string(text);
  }
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_ntop(family, bytes.data(), out.data(), out.size());
  return fmt::format("{}/{}", out.data(), prefix);
}

}  // namespace gate::graph
