#include "server/protocol/native_auth_endpoints.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "server/crypto/openssl_random.h"
#include "server/protocol/context.h"
#include "server/protocol/endpoints.h"
#include "server/protocol/known_device.h"

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kTenantBytesMax = 253;
constexpr std::size_t kRequestIdBytesMax = 64;
constexpr std::string_view kPreflightMaxAge = "600";

struct Route {
  std::string_view path;  ///< after the tenant
  Answer (*endpoint)(const RequestContext&);
};
constexpr std::array kRoutes = {
    Route{"/oauth2/v2.0/initiate", initiate},
    Route{"/oauth2/v2.0/challenge", challenge},
    Route{"/oauth2/v2.0/token", token},
    Route{"/oauth2/v2.0/introspect", introspect},
    Route{"/register/v1.0/introspect", register_introspect},
    Route{"/register/v1.0/challenge", register_challenge},
    Route{"/register/v1.0/continue", register_continue},
};
constexpr std::string_view kKeysPath = "/discovery/v2.0/keys";
constexpr std::string_view kDiscoveryPath = "/v2.0/.well-known/openid-configuration";

const Route* find_route(std::string_view path) {
  const auto found = std::find_if(kRoutes.begin(), kRoutes.end(),
                                  [path](const Route& route) { return route.path == path; });
  return found == kRoutes.end() ? nullptr : &*found;
}

/// Only what is safe to put into a header of the answer and into a log line.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kRequestIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
         });
}

bool is_header_list(std::string_view text) {
  return text.size() <= 1024 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == ',' || c == ' ';
         });
}

json::object discovery(const std::string& base, const std::string& tenant) {
  const std::string root = base + "/" + tenant;
  return {
      {"issuer", root + "/v2.0"},
      {"token_endpoint", root + "/oauth2/v2.0/token"},
      {"jwks_uri", root + std::string(kKeysPath)},
      {"response_types_supported", json::array{"none"}},
      {"grant_types_supported",
       json::array{"password", "oob", "mfa_oob", "continuation_token", "refresh_token"}},
      {"subject_types_supported", json::array{"public"}},
      {"id_token_signing_alg_values_supported", json::array{"ES256"}},
      {"token_endpoint_auth_methods_supported", json::array{"none"}},
      {"scopes_supported", json::array{"openid", "profile", "email", "offline_access"}},
      {"claims_supported", json::array{"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr",
                                       "sid", "oid", "tid", "name", "preferred_username"}},
      {"acr_values_supported", json::array{kAcrSingleFactor, kAcrTwoFactors}}};
}

/// What `handle` finds out about a request on the way to its answer.
struct Visit {
  AnswerIds ids;
  Micros now = 0;
  std::string origin;           ///< the request's Origin
  bool origin_allowed = false;  ///< for this client; or, while no client is known, for any
};

}  // namespace

struct NativeAuthEndpoints::Impl {
  explicit Impl(Services given)
      : services(std::move(given)),
        passwords(services.secrets.password_pepper.clone(), services.random),
        continuations(services.secrets.continuation_key.clone()),
        parts{services.store,
              services.clock,
              services.random,
              services.keys,
              services.decider,
              services.countries,
              services.settings,
              passwords,
              continuations,
              services.secrets.code_pepper.bytes(),
              services.secrets.account_key.bytes(),
              services.on_failure,
              services.on_cap} {}

  HttpResponse handle(const HttpRequest& request);
  Answer answer(const HttpRequest& request, const Tenant& tenant, const Route& route, Visit& visit);
  HttpResponse preflight(const HttpRequest& request, const Visit& visit) const;
  HttpResponse document(const HttpRequest& request, const std::string& body,
                        const Visit& visit) const;
  Answer broken(const Error& error) const {
    if (services.on_failure) {
      services.on_failure(error);
    }
    return Answer::error(WireError::kServerError);
  }

  Services services;
  PasswordHasher passwords;
  ContinuationTokens continuations;
  ProtocolParts parts;
};

namespace {

HttpResponse finish(Answer answer, const Visit& visit) {
  HttpResponse response = to_http(std::move(answer), visit.ids, visit.now);
  if (visit.origin_allowed) {
    response.headers.emplace_back("access-control-allow-origin", visit.origin);
    response.headers.emplace_back("access-control-expose-headers",
                                  "x-ms-request-id, client-request-id, retry-after");
    response.headers.emplace_back("vary", "origin");
  }
  return response;
}

}  // namespace

HttpResponse NativeAuthEndpoints::Impl::preflight(const HttpRequest& request,
                                                  const Visit& visit) const {
  HttpResponse response;
  response.status = 204;
  response.headers = {{"cache-control", "no-store"}, {"vary", "origin"}};
  if (visit.origin_allowed) {
    // Reflected, because apps add x-* headers of their own (native-auth-api 1.2).
    const std::string_view asked = request.header("access-control-request-headers");
    response.headers.emplace_back("access-control-allow-origin", visit.origin);
    response.headers.emplace_back("access-control-allow-methods", "POST, OPTIONS");
    response.headers.emplace_back("access-control-max-age", kPreflightMaxAge);
    if (!asked.empty() && is_header_list(asked)) {
      response.headers.emplace_back("access-control-allow-headers", asked);
    }
  }
  return response;
}

HttpResponse NativeAuthEndpoints::Impl::document(const HttpRequest& request,
                                                 const std::string& body,
                                                 const Visit& visit) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return finish(Answer::error(WireError::kBadMethod), visit);
  }
  HttpResponse response;
  response.status = 200;
  response.body = request.method == "HEAD" ? std::string() : body;
  // Public and the same for everybody; short enough that a key of an emergency roll is gone soon.
  response.headers = {{"content-type", "application/json; charset=utf-8"},
                      {"cache-control", "public, max-age=300"},
                      {"access-control-allow-origin", "*"},
                      {"x-content-type-options", "nosniff"}};
  return response;
}

Answer NativeAuthEndpoints::Impl::answer(const HttpRequest& request, const Tenant& tenant,
                                         const Route& route, Visit& visit) {
  if (request.method != "POST") {
    return Answer::error(WireError::kBadMethod);
  }
  if (!is_form_media_type(request.header("content-type"))) {
    return Answer::error(WireError::kBadContentType);
  }
  if (!device_key_is_well_formed(request)) {
    return Answer::error(WireError::kBadRequest,
                         "The x-gate-device-key header has to be 43 characters of base64url.");
  }
  const Result<Form> form = Form::parse(request.body);
  if (!form) {
    return Answer::error(WireError::kBadRequest, form.error().message);
  }
  const std::string_view client_id = form->get("client_id");
  if (client_id.empty()) {
    return Answer::error(WireError::kNoClientId);
  }
  const auto client = services.store.find_client(tenant.id, client_id);
  if (!client) {
    return broken(client.error());
  }
  if (!client->has_value()) {
    return Answer::error(WireError::kUnknownClient);
  }
  // From here on the origin has to be one of this very client (C9).
  const auto& origins = (*client)->origins;
  visit.origin_allowed = !visit.origin.empty() &&
                         std::find(origins.begin(), origins.end(), visit.origin) != origins.end();
  const RequestContext context{parts, request, tenant, **client, *form, visit.now};
  return route.endpoint(context);
}

HttpResponse NativeAuthEndpoints::Impl::handle(const HttpRequest& request) {
  Visit visit;
  visit.now = services.clock.now();
  visit.origin = request.header("origin");
  auto trace_id = random_guid(services.random);
  if (!trace_id) {
    return finish(broken(trace_id.error()), visit);
  }
  visit.ids.trace_id = std::move(*trace_id);
  const std::string_view client_request_id = request.header("client-request-id");
  visit.ids.correlation_id =
      is_request_id(client_request_id) ? std::string(client_request_id) : visit.ids.trace_id;

  const std::string_view path = request.path;
  const std::size_t slash = path.find('/', 1);
  if (path.empty() || path[0] != '/' || slash == std::string_view::npos || slash == 1 ||
      slash > kTenantBytesMax) {
    return finish(Answer::error(WireError::kNoSuchRoute), visit);
  }
  const std::string_view rest = path.substr(slash);
  const Route* route = find_route(rest);
  if (route == nullptr && rest != kKeysPath && rest != kDiscoveryPath) {
    return finish(Answer::error(WireError::kNoSuchRoute), visit);
  }
  const auto tenant = services.store.find_tenant(path.substr(1, slash - 1));
  if (!tenant) {
    return finish(broken(tenant.error()), visit);
  }
  if (!tenant->has_value()) {
    return finish(Answer::error(WireError::kUnknownTenant), visit);
  }
  if (rest == kKeysPath) {
    return document(request, services.keys.jwks(), visit);
  }
  if (rest == kDiscoveryPath) {
    return document(request,
                    json::serialize(discovery(services.settings.issuer_base_url, (*tenant)->id)),
                    visit);
  }
  if (!visit.origin.empty()) {
    const auto listed = services.store.origin_is_listed((*tenant)->id, visit.origin);
    if (!listed) {
      return finish(broken(listed.error()), visit);
    }
    visit.origin_allowed = *listed;
  }
  if (request.method == "OPTIONS") {
    return preflight(request, visit);
  }
  Answer made = answer(request, **tenant, *route, visit);
  return finish(std::move(made), visit);
}

NativeAuthEndpoints::NativeAuthEndpoints(Services services)
    : impl_(std::make_unique<Impl>(std::move(services))) {}

NativeAuthEndpoints::~NativeAuthEndpoints() = default;

HttpResponse NativeAuthEndpoints::handle(const HttpRequest& request) noexcept {
  return impl_->handle(request);
}

}  // namespace gate::server
