#pragma once

#include <string>
#include <vector>

#include "server/domain/attribute.h"

/// Plain values without behaviour. Each belongs to one tenant and refers to nothing of another
/// tenant.
namespace gate::server {

struct Tenant {
  std::string id;
  std::string name;
  std::string domain;
  AttributeSchema attributes{};  ///< what a sign-up collects
};

struct Client {
  std::string tenant_id;
  std::string client_id;
  std::string name;  ///< what policies call `app`
  std::vector<std::string> origins;
  std::string audience;  ///< never empty
  bool trusted_signals = false;
  std::vector<std::string> scopes;  ///< names under the audience that it may ask for
};

}  // namespace gate::server
