#include "tests/native_auth/shot.h"

#include <algorithm>

namespace gate::server::testing_support {

std::string Shot::get(std::string_view name) const {
  const auto found = std::find_if(params.begin(), params.end(),
                                  [name](const auto& entry) { return entry.first == name; });
  return found == params.end() ? std::string() : found->second;
}

HttpRequest Shot::request() const {
  Params all = params;
  all.insert(all.begin(), {"client_id", client});
  return TestServer::form_request("/" + tenant + path, all);
}

Shot Shot::without(const std::string& name) const {
  Shot other = *this;
  std::erase_if(other.params, [&name](const auto& entry) { return entry.first == name; });
  return other;
}

Shot Shot::with(const std::string& name, const std::string& value) const {
  Shot other = *this;
  for (auto& entry : other.params) {
    if (entry.first == name) {
      entry.second = value;
      return other;
    }
  }
  other.params.emplace_back(name, value);
  return other;
}

}  // namespace gate::server::testing_support
