#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/attribute.h"
#include "server/domain/channel.h"
#include "server/domain/tenant.h"

namespace gate::server {

/// The typed form of the file given to `gated provision`: what must exist afterwards. It is applied
/// as a whole or not at all. Entries are matched by id, so applying the same file twice changes
/// nothing. Entries that it does not name stay as they are.
struct Provisioning {
  struct Tenant {
    std::string id;                ///< GUID; the first path segment of every endpoint
    std::string name;              ///< for people
    std::string domain;            ///< accepted in place of the id, e.g. "bank.example"
    AttributeSchema attributes{};  ///< what a sign-up collects
    SignUpMode sign_up = SignUpMode::kClosed;
    TenantRules rules{};
  };

  /// An API that tokens may be for (server/domain/resource.h).
  struct Resource {
    std::string tenant_id;
    std::string name;      ///< what policies call `app`
    std::string audience;  ///< `aud` of its access tokens
    std::vector<std::string> scopes{};
    std::vector<std::string> contexts{};  ///< c1 to c99
  };

  struct Client {
    std::string tenant_id;
    std::string client_id;             ///< GUID
    std::string name;                  ///< for people
    std::vector<std::string> origins;  ///< exact web origins that may call from a page (C9)
    bool trusted_signals = false;      ///< may send x-gate-signal-* headers that policies believe
    /// Scopes of resources that the client may ask for: `<audience>/<scope>`.
    std::vector<std::string> scopes{};
  };

  struct Channel {
    ChannelKind kind = ChannelKind::kEmail;
    std::string address;  ///< e-mail address, or E.164 number with leading '+'
    bool verified = false;
    bool preferred = false;
    /// Registered and not usable, e.g. a phone that is at risk; absent: stays as it is.
    std::optional<bool> blocked{};
  };

  struct User {
    std::string tenant_id;
    std::string id;
    std::string username;  ///< e-mail address, the identifier typed at sign-in
    std::string display_name;
    std::string password_hash;  ///< made by `PasswordHasher::hash`; empty: signs in by e-mail code
    std::vector<std::string> groups;
    std::vector<std::string> roles;
    std::string language{};  ///< of messages; empty: not known
    /// What may begin a sign-in; absent: the password if there is one, else a code by e-mail.
    /// Empty: the user must use the web.
    std::optional<MethodSet> first_factors{};
    std::string kind;          ///< "member" when empty, else as the policy language names kinds
    std::string sign_in_risk;  ///< none, low, medium or high: the least
    std::string user_risk;
    std::vector<Channel> channels;
    /// Declared signals with their values in policy syntax (`true`, `1500`, `"text"`).
    std::vector<std::pair<std::string, std::string>> signals;
    bool enabled = true;
    /// Added to the attributes that the user has. Of the tenant's schema, without `displayName`.
    AttributeValues attributes;
    /// The password is taken over from another system: the rules for new ones do not apply.
    bool password_imported = false;
  };

  std::vector<Tenant> tenants;
  std::vector<Resource> resources;
  std::vector<Client> clients;
  std::vector<User> users;
};

}  // namespace gate::server
