#pragma once

#include <string>
#include <string_view>

#include "tests/native_auth/test_server.h"

namespace gate::server::testing_support {

/// One request of a client.
struct Shot {
  std::string tenant = TestServer::kTenant;
  std::string client = TestServer::kClient;
  std::string path;  ///< behind the tenant
  Params params;     ///< without client_id

  /// The value of a parameter; empty: it is not there.
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] HttpRequest request() const;
  /// With one parameter replaced, or added.
  [[nodiscard]] Shot with(const std::string& name, const std::string& value) const;
  [[nodiscard]] Shot without(const std::string& name) const;
};

}  // namespace gate::server::testing_support
