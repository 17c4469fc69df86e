#include "server/config/store_url.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace gate::server {
namespace {

constexpr std::string_view kPostgresSchemes[] = {"postgres://", "postgresql://"};

/// True if a parameter of the query names a secret. `sslpassword` is that of a client key.
bool has_secret_parameter(std::string_view url) {
  const std::size_t query = url.find('?');
  std::string parameters =
      query == std::string_view::npos ? std::string() : "&" + std::string(url.substr(query + 1));
  std::transform(parameters.begin(), parameters.end(), parameters.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // libpq decodes names as well, so that an escaped name may be one of these.
  return parameters.find("&password=") != std::string::npos ||
         parameters.find("&sslpassword=") != std::string::npos ||
         std::any_of(parameters.begin(), parameters.end(), [in_name = false](char c) mutable {
           in_name = c == '&' || (in_name && c != '=');
           return in_name && c == '%';
         });
}

/// True for `postgres://user:secret@host`, also where the secret holds a `/` that is not escaped.
bool has_password(std::string_view rest) {
  const std::string_view place = rest.substr(0, rest.find('?'));
  const std::size_t at = place.rfind('@');
  return at != std::string_view::npos && place.substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace

std::optional<std::string> sqlite_file(const Config& config) {
  const std::string_view scheme = kSqliteScheme;
  if (config.store_url.compare(0, scheme.size(), scheme) != 0) {
    return std::nullopt;
  }
  return config.store_url.substr(scheme.size());
}

std::string store_url_problem(std::string_view url) {
  const std::string_view sqlite = kSqliteScheme;
  if (url.substr(0, sqlite.size()) == sqlite && url.size() > sqlite.size()) {
    return {};
  }
  const auto scheme =
      std::find_if(std::begin(kPostgresSchemes), std::end(kPostgresSchemes),
                   [url](std::string_view each) { return url.substr(0, each.size()) == each; });
  if (scheme == std::end(kPostgresSchemes)) {
    return "write `sqlite:PATH` or `postgres://USER@HOST/DATABASE`";
  }
  if (has_password(url.substr(scheme->size())) || has_secret_parameter(url)) {
    return "the URL holds a password, and this file holds no secrets: put it into a password file "
           "of mode 0600, named by `?passfile=PATH` or the variable PGPASSFILE";
  }
  return {};
}

}  // namespace gate::server
