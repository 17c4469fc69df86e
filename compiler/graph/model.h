#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Conditional Access as Microsoft Graph has it (conditional-access 1), without the accidents of
/// JSON: what is absent is empty, enumerators are spelled as Graph documents them. Between JSON and
/// `.gate` in both directions; no behaviour.
namespace gate::graph {

using Strings = std::vector<std::string>;

struct Guests {
  Strings kinds;  ///< internalGuest ...
  bool any_tenant = true;
  Strings tenants;  ///< with any_tenant == false
  friend bool operator==(const Guests&, const Guests&) = default;
};

/// A filter over attributes: of devices, of apps, of service principals.
struct Filter {
  bool exclude = false;
  std::string rule;
};

/// One half of an assignment of users, workloads and agents: who is included, or who is excluded.
struct Principals {
  Strings users;  ///< ids, All, None, GuestsOrExternalUsers
  Strings groups;
  Strings roles;
  std::optional<Guests> guests;
  Strings service_principals;          ///< ids, ServicePrincipalsInMyTenant
  Strings agent_identities;            ///< ids, All
  Strings agent_users;                 ///< ids, All
  std::optional<Filter> filter;        ///< of service principals; of an include alone
  std::optional<Filter> agent_filter;  ///< of agent identities; of an include alone
  [[nodiscard]] bool empty() const {
    return users.empty() && groups.empty() && roles.empty() && !guests &&
           service_principals.empty() && agent_identities.empty() && agent_users.empty() &&
           !filter && !agent_filter;
  }
};

struct Targets {
  Strings include_apps;  ///< ids, All, None, Office365, MicrosoftAdminPortals, AllAgentIdResources
  Strings exclude_apps;
  Strings traffic_profiles;  ///< m365, internet, private
  std::optional<Filter> filter;
  Strings actions;   ///< urn:user:registersecurityinfo ...
  Strings contexts;  ///< c1 ...
};

struct IncludeExclude {
  Strings include;
  Strings exclude;
  [[nodiscard]] bool empty() const { return include.empty() && exclude.empty(); }
};

/// Some days of the week, and the hours of each of them.
struct DayWindow {
  Strings days;       ///< monday ...
  std::string start;  ///< "09:00"; with `end` empty: the whole day
  std::string end;    ///< before `start`: of the following day
  std::string zone;   ///< as it was written: an IANA name, a name of Windows, an offset
  friend bool operator==(const DayWindow&, const DayWindow&) = default;
};

/// The days behind these, in the order of the week.
[[nodiscard]] Strings days_after(const Strings& days);

/// When a policy applies (beta, conditional-access 1.6).
struct Times {
  std::optional<DayWindow> include;  ///< none: all times
  std::optional<DayWindow> exclude;
  friend bool operator==(const Times&, const Times&) = default;
};

struct Conditions {
  Strings user_risk;
  Strings sign_in_risk;
  Strings service_principal_risk;
  Strings insider_risk;
  Strings agent_risk;
  Strings clients;  ///< browser ... ; empty: all
  IncludeExclude platforms;
  IncludeExclude locations;
  IncludeExclude agent_contexts;
  std::optional<Filter> device_filter;
  Strings transfer_methods;
  std::optional<Times> times;
  std::optional<Filter> app_filter;        ///< of export, on its way to the targets
  std::optional<Filter> principal_filter;  ///< of export, on its way to the principals
  bool agent_users = false;                ///< of export: the users meant are agents'
  bool agent_identities = false;           ///< of export: the service principals meant are agents'
};

/// Of which models or issuers a method must be (combinationConfigurations).
struct CombinationLimit {
  std::string id;
  Strings applies_to;  ///< combinations: "fido2", "password,x509CertificateSingleFactor"
  Strings aaguids;
  Strings issuer_skis;
  Strings policy_oids;
};

struct Strength {
  std::string id;
  std::string name;
  std::string description;
  std::string policy_type;  ///< builtIn, custom
  std::string satisfies;    ///< mfa, none
  Strings combinations;     ///< "password,sms"; empty where only the id is known
  std::vector<CombinationLimit> limits;
  std::string created;
  std::string modified;
};

struct Grant {
  bool all = false;  ///< operator AND
  Strings controls;  ///< builtInControls
  Strings terms_of_use;
  Strings custom;
  std::string strength;  ///< id
  [[nodiscard]] std::size_t count() const {
    return controls.size() + terms_of_use.size() + custom.size() + (strength.empty() ? 0 : 1);
  }
};

struct Frequency {
  bool every_time = false;
  bool days = false;  ///< else hours
  std::int64_t value = 0;
  bool second_factor_only = false;
};

struct Session {
  std::optional<Frequency> frequency;
  std::string persistent_browser;  ///< always, never
  std::string cloud_app_security;  ///< mcasConfigured ...
  std::string access_evaluation;   ///< strictLocation ...
  bool app_enforced = false;
  bool disable_resilience = false;
  bool secure_sign_in = false;
  std::string filtering_profile;        ///< id of a Global Secure Access profile
  std::string network_access_security;  ///< id
  [[nodiscard]] bool empty() const {
    return !frequency && persistent_browser.empty() && cloud_app_security.empty() &&
           access_evaluation.empty() && !app_enforced && !disable_resilience && !secure_sign_in &&
           filtering_profile.empty() && network_access_security.empty();
  }
};

/// Where an object came from, for messages.
struct Origin {
  std::string file;
  std::string path;  ///< "$" or "$.value[3]"
};

struct Policy {
  Origin origin;
  std::string id;
  std::string name;
  std::string description;
  std::string state;  ///< enabled, disabled, enabledForReportingButNotEnforced
  std::string created;
  std::string modified;
  std::string template_id;
  std::string zone;  ///< of export: as the original spelled the zone of its times
  Principals include;
  Principals exclude;
  Targets targets;
  Conditions conditions;
  Grant grant;
  Session session;
};

struct Range {
  std::string cidr;     ///< without bits behind the prefix; empty for a placeholder
  std::string written;  ///< as the export had it, where that is another text
  std::string description;
};

struct Location {
  Origin origin;
  std::string id;
  std::string name;
  std::string note;
  std::string created;
  std::string modified;
  bool by_country = false;
  bool trusted = false;
  std::vector<Range> ranges;
  Strings countries;
  bool unknown_countries = false;
  bool by_gps = false;             ///< the country is where the authenticator app says it is
  bool compliant_network = false;  ///< of Global Secure Access: no address is in it
  bool undefined = false;          ///< policies use it, but the export did not define it
};

/// The display name of something that policies know by id: a group, a user, a role, an app, an
/// authentication context, terms of use.
enum class DirectoryKind : std::uint8_t { kUser, kGroup, kRole, kApp, kContext, kTerms };
struct DirectoryName {
  DirectoryKind kind = DirectoryKind::kGroup;
  std::string id;
  std::string name;
  std::string description;  ///< may have lines
};

struct Model {
  std::vector<Policy> policies;
  std::vector<Location> locations;
  std::vector<Strength> strengths;
  std::vector<DirectoryName> names;
};

}  // namespace gate::graph
