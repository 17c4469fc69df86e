#include "server/http/client_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <utility>

namespace gate::server {
namespace {

namespace ip = boost::asio::ip;

/// An IPv4 client of a dual-stack socket appears as ::ffff:a.b.c.d. Ranges are compared with the
/// plain form.
ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  if (address.is_v6()) {
    return ip::address_v6(address.to_v6().to_bytes());  // `%eth0` is no part of an address
  }
  return address;
}

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) {
    return std::nullopt;
  }
  return plain(address);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes the last entry of a comma-separated list and returns it.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const std::string_view entry = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trim(entry);
}

}  // namespace

struct TrustedProxies::Ranges {
  std::vector<ip::network_v4> v4;
  std::vector<ip::network_v6> v6;
  bool hidden = false;  ///< every peer is a proxy, and none is trusted to name its client

  bool add(std::string_view text) {
    boost::system::error_code error;
    const bool prefixed = text.find('/') != std::string_view::npos;
    const auto single = prefixed ? std::nullopt : parse_address(text);
    if (single) {
      if (single->is_v4()) {
        v4.emplace_back(single->to_v4(), 32);
      } else {
        v6.emplace_back(single->to_v6(), 128);
      }
      return true;
    }
    if (const auto net = ip::make_network_v4(std::string(text), error); !error) {
      v4.push_back(net.canonical());
      return true;
    }
    if (const auto net = ip::make_network_v6(std::string(text), error); !error) {
      v6.push_back(net.canonical());
      return true;
    }
    return false;
  }

  [[nodiscard]] bool holds(const ip::address& address) const {
    if (address.is_v4()) {
      return std::any_of(v4.begin(), v4.end(), [&](const ip::network_v4& net) {
        return ip::network_v4(address.to_v4(), net.prefix_length()).canonical() == net;
      });
    }
    return std::any_of(v6.begin(), v6.end(), [&](const ip::network_v6& net) {
      return ip::network_v6(address.to_v6(), net.prefix_length()).canonical() == net;
    });
  }
};

TrustedProxies::TrustedProxies() : ranges_(std::make_unique<Ranges>()) {}
TrustedProxies::TrustedProxies(TrustedProxies&&) noexcept = default;
TrustedProxies& TrustedProxies::operator=(TrustedProxies&&) noexcept = default;
TrustedProxies::~TrustedProxies() = default;

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& ranges,
                                             bool behind_proxy) {
  TrustedProxies proxies;
  proxies.ranges_->hidden = behind_proxy && ranges.empty();
  for (const std::string& range : ranges) {
    if (!proxies.ranges_->add(range)) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("`{}` is neither an IP address nor a CIDR prefix", range)};
    }
  }
  return proxies;
}

std::string TrustedProxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
  auto client = parse_address(peer);
  if (!client || ranges_->hidden) {
    return {};
  }
  std::string_view rest = forwarded_for;
  if (ranges_->holds(*client) && rest.empty()) {
    return {};  // the proxy names no client
  }
  while (!rest.empty() && ranges_->holds(*client)) {
    client = parse_address(take_last(rest));
    if (!client) {
      return {};
    }
  }
  return client->to_string();
}

bool is_loopback(std::string_view address) {
  const auto parsed = parse_address(address);
  return parsed && parsed->is_loopback();
}

}  // namespace gate::server
