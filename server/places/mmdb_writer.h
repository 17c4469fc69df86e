#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// Writes small MaxMind databases for tests, in the published format (MaxMind DB 2.0).
class MmdbWriter {
 public:
  /// `network`: a CIDR prefix, IPv4 or IPv6; networks do not overlap. Numbers with a decimal point
  /// become doubles, others uint32.
  MmdbWriter& add(const std::string& network, const boost::json::value& record);
  /// The content of the file. The tree is one of IPv6, with IPv4 under ::/96.
  [[nodiscard]] std::string bytes(std::string_view type) const;

 private:
  /// A node of the tree: for each bit another node, a record, or nothing.
  static constexpr std::int64_t kNothing = -1;
  struct Node {
    std::array<std::int64_t, 2> node{kNothing, kNothing};
    std::array<std::int64_t, 2> record{kNothing, kNothing};  ///< its place in `data_`
  };
  std::vector<Node> nodes_{1};
  std::string data_;
};

/// Writes `bytes` to a file beside `path` and renames it, as an operator should.
void replace_file(const std::string& path, const std::string& bytes);

}  // namespace gate::server
