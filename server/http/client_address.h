#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// The peers that may name another client address. The address is a fact for policies. So
/// `X-Forwarded-For` is used only when it comes from a listed proxy, and only the entry that the
/// outermost listed proxy added itself.
class TrustedProxies {
 public:
  /// `ranges` are addresses or CIDR prefixes, IPv4 or IPv6. Fails on the first that is neither.
  /// `behind_proxy`: every peer is a proxy. Without ranges, none of them may name a client.
  static Result<TrustedProxies> parse(const std::vector<std::string>& ranges,
                                      bool behind_proxy = false);

  TrustedProxies();
  TrustedProxies(TrustedProxies&&) noexcept;
  TrustedProxies& operator=(TrustedProxies&&) noexcept;
  ~TrustedProxies();

  /// The client's address for a connection from `peer` whose request carries `forwarded_for` (all
  /// such fields in order, joined by commas). Walks from the right over trusted proxies. Empty: the
  /// address is unknown, because a proxy named no client, or named something that is no address
  /// (`203.0.113.9:443`, `[2001:db8::1]`). It is never the address of the proxy: policies that
  /// trust the proxy's network would trust every client (S8).
  [[nodiscard]] std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  struct Ranges;
  std::unique_ptr<Ranges> ranges_;
};

/// True for 127.0.0.0/8 and ::1. False for names and for anything that does not parse.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace gate::server
