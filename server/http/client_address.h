#pragma once

#include <gate/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gate::server {

/// Which peers may speak for somebody else. An address is a fact that policies decide on, so only a
/// listed proxy's `X-Forwarded-For` is believed, and only the entry that the outermost listed proxy
/// saw itself.
class TrustedProxies {
 public:
  /// `ranges` are addresses or CIDR prefixes, IPv4 or IPv6. Fails on the first that is neither.
  static Result<TrustedProxies> parse(const std::vector<std::string>& ranges);

  TrustedProxies();
  TrustedProxies(TrustedProxies&&) noexcept;
  TrustedProxies& operator=(TrustedProxies&&) noexcept;
  ~TrustedProxies();

  /// The client's address for a connection from `peer` whose request carries `forwarded_for` (all
  /// such fields joined by commas, in order). Walks from the right over trusted proxies; an entry
  /// that is not an address ends the walk at the last proxy, because what stands to the left of it
  /// is anybody's word.
  [[nodiscard]] std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  struct Ranges;
  std::unique_ptr<Ranges> ranges_;
};

/// True for 127.0.0.0/8 and ::1. False for names and for anything that does not parse.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace gate::server
