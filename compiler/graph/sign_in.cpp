#include "compiler/graph/sign_in.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/agents.h"
#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/spelling.h"
#include "compiler/graph/words.h"
#include "runtime/base/app_suites.h"
#include "runtime/ir/program.h"

namespace gate::graph {
namespace {

constexpr std::int64_t kAgeMax = CompletedMethod::kAgeUnknown - 1;

class SignInReader {
 public:
  SignInReader(const AppGroups& app_groups, Findings& findings)
      : app_groups_(app_groups), findings_(findings) {}

  WhatIfSignIn read(const boost::json::value& body) {
    ObjectReader top(&body, "$", findings_);
    ObjectReader identity(top.take("signInIdentity"), "$.signInIdentity", findings_);
    ObjectReader target(top.take("signInContext"), "$.signInContext", findings_);
    ObjectReader conditions(top.take("signInConditions"), "$.signInConditions", findings_);
    ObjectReader session(top.take("session"), "$.session", findings_);
    out_.applied_policies_only = top.boolean("appliedPoliciesOnly").value_or(false);
    top.ignore("acrsOptedIn");
    if (!identity.present() || !target.present() || !top.mentions("signInConditions")) {
      findings_.error("$", "a sign-in needs signInIdentity, signInContext and signInConditions");
      return out_;
    }
    read_identity(identity);
    read_conditions(conditions);
    read_session(session);
    read_target(target);
    return std::move(out_);
  }

 private:
  void read_identity(ObjectReader& object) {
    facts_.user = object.text("userId");
    const auto principal = object.text("servicePrincipalId");
    if (!principal.empty() && (!facts_.user.empty() || object.mentions("externalUserType"))) {
      findings_.error(object.path(), "a service principal is not a user: name one of the two");
    }
    if (!principal.empty()) {
      facts_.user = principal;
      facts_.user_kind = UserKind::kServicePrincipal;
    }
    if (facts_.user.empty()) {
      findings_.error(object.path(), "a userId or a servicePrincipalId is needed");
    }
    const auto kind =
        word(object, "externalUserType",
             {"none", "internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember",
              "b2bDirectConnectUser", "otherExternalUser", "serviceProvider"});
    if (!kind.empty() && kind != "none") {
      facts_.user_kind =
          parse_user_kind(gate_word(Vocabulary::kGuestKind, kind)).value_or(UserKind::kMember);
    }
    facts_.external_tenant = object.text("externalTenantId");
    facts_.groups = object.strings("groupIds");
    facts_.roles = object.strings("roleIds");
    custom_attributes(object, RuleSubject::kServicePrincipal);
    object.ignore("directGroupIds");
    object.ignore("scopedRoleIds");  // assignments to a part of the tenant never match a policy
    const auto agent = word(object, "agentKind", {"agentUser", "agentIdentity"});
    if (!agent.empty()) {
      set_agent(agent, object);
    }
  }

  void set_agent(const std::string& agent, ObjectReader& object) {
    if ((agent == "agentIdentity") != (facts_.user_kind == UserKind::kServicePrincipal)) {
      findings_.error(object.path_of("agentKind"),
                      "an agent user is a user, an agent identity a service principal");
    }
    facts_.signals.push_back(
        {std::string(agent == "agentUser" ? kAgentUser : kAgentIdentity), true});
  }

  /// {"Engineering_Project": "Baker"}: attributes that filters over `subject` ask for. Several
  /// values are a list.
  void custom_attributes(ObjectReader& owner, RuleSubject subject) {
    constexpr std::string_view kKey = "customSecurityAttributes";
    const auto* value = owner.take_as_written(kKey);
    if (value == nullptr) {
      return;
    }
    if (!value->is_object()) {
      findings_.error(owner.path_of(kKey), "expected an object of strings and lists of strings");
      return;
    }
    const std::string prefix(custom_prefix(subject));
    out_.given.insert(prefix);
    ObjectReader attributes(value, owner.path_of(kKey), findings_);
    for (const auto& entry : value->get_object()) {
      const auto name = prefix + std::string(entry.key());
      if (entry.value().is_array()) {
        if (auto values = attributes.strings(entry.key()); !values.empty()) {
          facts_.lists.push_back({name, std::move(values)});
        }
      } else if (entry.value().is_string()) {
        attributes.ignore(entry.key());
        facts_.strings.emplace_back(name, std::string(entry.value().get_string()));
      } else {
        findings_.error(attributes.path_of(entry.key()), "expected a string or a list of strings");
        attributes.ignore(entry.key());
      }
    }
  }

  template <typename Parse>
  auto level(ObjectReader& object, std::string_view key, std::string_view fact, Words known,
             Vocabulary vocabulary, const Parse& parse) {
    const auto value = word(object, key, known);
    if (!value.empty()) {
      out_.given.emplace(fact);
    }
    const auto parsed = parse(gate_word(vocabulary, value));
    return parsed.value_or(typename decltype(parsed)::value_type{});
  }

  void read_conditions(ObjectReader& object) {
    const Words risks = {"none", "low", "medium", "high"};
    facts_.sign_in_risk =
        level(object, "signInRiskLevel", "sign_in_risk", risks, Vocabulary::kRisk, parse_risk);
    facts_.user_risk =
        level(object, "userRiskLevel", "user_risk", risks, Vocabulary::kRisk, parse_risk);
    facts_.service_principal_risk =
        level(object, "servicePrincipalRiskLevel", "service_principal_risk", risks,
              Vocabulary::kRisk, parse_risk);
    facts_.insider_risk =
        level(object, "insiderRiskLevel", "insider_risk", {"none", "minor", "moderate", "elevated"},
              Vocabulary::kInsiderRisk, parse_insider_risk);
    facts_.platform =
        level(object, "devicePlatform", "platform",
              {"all", "unknown", "android", "iOS", "windows", "windowsPhone", "macOS", "linux"},
              Vocabulary::kPlatform, parse_platform);
    facts_.client =
        level(object, "clientAppType", "client",
              {"all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"},
              Vocabulary::kClient, parse_client_app);
    if (const auto agent = word(object, "agentIdRiskLevel", risks); !agent.empty()) {
      out_.given.emplace("agent_risk");
      if (agent != "none") {
        facts_.signals.push_back({std::string(kAgentRisk), agent});
      }
    }
    if (const auto context = object.text("agentContext"); !context.empty()) {
      out_.given.emplace("agent_context");
      facts_.signals.push_back({std::string(kAgentContext), context});
    }
    facts_.country = object.text("country");
    facts_.ip = object.text("ipAddress");
    object.ignore("forwardedFor");  // never believed (conditional-access 2.4)
    if (!facts_.country.empty() || !facts_.ip.empty()) {
      out_.given.emplace("location");
    }
    if (const auto country = object.text("gpsCountry"); !country.empty()) {
      out_.given.emplace(ir::kGpsCountrySignal);
      facts_.signals.push_back({std::string(ir::kGpsCountrySignal), country});
    }
    if (const auto now = object.integer("unixTime")) {
      out_.given.emplace("now");
      facts_.now_unix_s = now;
    }
    ObjectReader flow(object.take("authenticationFlow"), object.path_of("authenticationFlow"),
                      findings_);
    if (flow.present()) {
      out_.given.emplace("transfer_method");
    }
    facts_.transfer_method =
        parse_transfer_method(gate_word(Vocabulary::kTransferMethod,
                                        word(flow, "transferMethod",
                                             {"none", "deviceCodeFlow", "authenticationTransfer"})))
            .value_or(TransferMethod::kNone);
    read_device(object);
  }

  Tristate tristate(ObjectReader& device, std::string_view key) {
    const auto value = device.boolean(key);
    return !value ? Tristate::kAbsent : *value ? Tristate::kTrue : Tristate::kFalse;
  }

  void read_device(ObjectReader& object) {
    ObjectReader device(object.take("deviceInfo"), object.path_of("deviceInfo"), findings_);
    if (object.mentions("deviceInfo")) {
      out_.given.emplace("device");  // null says that the device is not registered
    }
    if (!device.present()) {
      return;
    }
    facts_.device.registered = true;
    facts_.device.compliant = tristate(device, "isCompliant");
    facts_.device.managed = tristate(device, "isManaged");
    const auto trust = word(device, "trustType", {"AzureAD", "ServerAD", "Workplace"});
    for (const auto each :
         {DeviceTrust::kAzureAd, DeviceTrust::kServerAd, DeviceTrust::kWorkplace}) {
      facts_.device.trust = graph_name(each) == trust ? each : facts_.device.trust;
    }
    auto owner = word(device, "ownership", {"Personal", "Company"});
    owner = owner.empty() ? word(device, "deviceOwnership", {"Personal", "Company"}) : owner;
    for (const auto each : {DeviceOwnership::kPersonal, DeviceOwnership::kCompany}) {
      facts_.device.ownership = graph_name(each) == owner ? each : facts_.device.ownership;
    }
    for (const auto& attribute : device_attributes()) {
      if (attribute.kind == AttributeKind::kText) {
        if (auto value = device.text(attribute.graph); !value.empty()) {
          facts_.strings.emplace_back(attribute.gate, std::move(value));
        }
      } else if (attribute.kind == AttributeKind::kList) {
        if (auto values = device.strings(attribute.graph); !values.empty()) {
          facts_.lists.push_back({std::string(attribute.gate), std::move(values)});
        }
      }
    }
  }

  void read_session(ObjectReader& object) {
    const auto first_age = object.integer("primaryAuthAgeSeconds");
    const auto second_age = object.integer("mfaAgeSeconds");
    for (const auto& mode : object.strings("usedMethods")) {
      const auto spelled = equal_fold(mode, "federated") ? "federatedSingleFactor" : mode;
      const auto method = parse_method(gate_word(Vocabulary::kMethod, spelled));
      if (!method) {
        findings_.error(object.path_of("usedMethods"),
                        fmt::format("\"{}\" is not an authentication method", mode));
        continue;
      }
      const auto age = facts_.completed.empty() ? first_age : second_age;
      facts_.completed.push_back(
          {*method, age ? static_cast<std::uint32_t>(std::clamp<std::int64_t>(*age, 0, kAgeMax))
                        : CompletedMethod::kAgeUnknown});
    }
    for (const auto& control : object.strings("satisfiedControls")) {
      add_satisfied(control, object);
    }
    read_presented(object);
    ObjectReader trust(object.take("inboundTrust"), object.path_of("inboundTrust"), findings_);
    const bool trusts_mfa = trust.boolean("mfa").value_or(false);
    const bool trusts_device = trust.boolean("device").value_or(false);
    if (object.boolean("homeTenantMfaClaim").value_or(false) && trusts_mfa) {
      facts_.satisfied.push_back({ControlKind::kMfa, ""});
    }
    const bool external = facts_.user_kind != UserKind::kMember &&
                          facts_.user_kind != UserKind::kInternalGuest &&
                          facts_.user_kind != UserKind::kServicePrincipal;
    // The device of a legacy client is unknown (conditional-access 2.4).
    const bool legacy =
        facts_.client == ClientApp::kOther || facts_.client == ClientApp::kExchangeActiveSync;
    if (legacy || (external && !trusts_device)) {
      forget_device();
    }
    // A claim without a method of its own is as old as the session is said to be.
    const bool vouched = std::ranges::any_of(
        facts_.satisfied, [](const auto& each) { return each.kind == ControlKind::kMfa; });
    if (const auto age = vouched ? second_age : first_age) {
      facts_.session_age_s = std::max<std::int64_t>(*age, 0);
    }
    const auto began = word(object, "originalTransferMethod",
                            {"none", "deviceCodeFlow", "authenticationTransfer"});
    facts_.original_transfer_method =
        parse_transfer_method(gate_word(Vocabulary::kTransferMethod, began))
            .value_or(TransferMethod::kNone);
    if (facts_.original_transfer_method != TransferMethod::kNone) {
      out_.given.emplace("transfer_method");
    }
  }

  /// What the user has registered, and which key or certificate was presented.
  void read_presented(ObjectReader& object) {
    auto registered = object.strings("registeredMethods");
    for (auto& mode : registered) {
      mode = gate_word(Vocabulary::kMethod, mode);
    }
    const bool nothing = object.boolean("mfaRegistered") == false;
    if (nothing || !registered.empty()) {
      facts_.lists.push_back({std::string(ir::kRegisteredMethods), std::move(registered)});
    }
    const auto text = [&](std::string_view key, std::string_view fact) {
      if (auto value = object.text(key); !value.empty()) {
        facts_.strings.emplace_back(fact, std::move(value));
      }
    };
    text("fido2Aaguid", "fido2.aaguid");
    text("x509IssuerSki", "x509.issuer_ski");
    if (auto oids = object.strings("x509PolicyOids"); !oids.empty()) {
      facts_.lists.push_back({"x509.policy_oids", std::move(oids)});
    }
  }

  /// Without inbound trust the home tenant's word about the device is not heard
  /// (conditional-access 2.7): it is a device that we do not know.
  void forget_device() {
    facts_.device = DeviceFacts{};
    std::erase_if(facts_.lists, [](const auto& fact) { return fact.name.starts_with("device."); });
    std::erase_if(facts_.strings,
                  [](const auto& fact) { return fact.first.starts_with("device."); });
  }

  void add_satisfied(const std::string& control, ObjectReader& object) {
    const auto colon = control.find(':');
    const auto written = control.substr(0, colon);  // one of customAuthenticationFactors
    const auto word = equal_fold(written, "customAuthenticationFactor") ? written + "s" : written;
    const auto kind = parse_control_kind(gate_word(Vocabulary::kControl, word));
    if (!kind) {
      findings_.error(object.path_of("satisfiedControls"),
                      fmt::format("\"{}\" is not a grant control", control));
      return;
    }
    facts_.satisfied.push_back(
        {*kind, colon == std::string::npos ? "" : control.substr(colon + 1)});
  }

  void read_target(ObjectReader& object) {
    const auto context = fold_case(object.text("authenticationContextValue"));
    const auto action =
        word(object, "userAction", {"registerSecurityInformation", "registerOrJoinDevices"});
    const auto apps = object.strings("includeApplications");
    if (action.empty()) {
      custom_attributes(object, RuleSubject::kApp);
    } else {
      object.ignore("customSecurityAttributes");  // an action is no app: it has none
    }
    if (!context.empty()) {
      add(TargetKind::kAuthContext, context);
    } else if (!action.empty()) {
      add(TargetKind::kUserAction,
          action == "registerSecurityInformation" ? "register_security_info" : "register_device");
    }
    for (const auto& app : apps) {
      add(TargetKind::kApp, app);
    }
    if (const auto profile = word(object, "trafficProfile", {"m365", "internet", "private"});
        !profile.empty()) {
      add(TargetKind::kApp, std::string(kTrafficPrefix) + profile);
    }
    if (out_.facts.empty()) {
      findings_.error(object.path(),
                      "includeApplications, userAction or authenticationContextValue is needed");
    }
  }

  void add(TargetKind kind, const std::string& target) {
    auto facts = facts_;
    facts.target_kind = kind;
    facts.target = target;
    if (kind == TargetKind::kApp) {
      if (auto group = gate_word(Vocabulary::kAppGroup, target); !group.empty()) {
        facts.app_groups.push_back(std::move(group));
      }
      for (const auto& [group, members] : app_groups_) {
        if (std::ranges::find(members, target) != members.end()) {
          const auto known = gate_word(Vocabulary::kAppGroup, group);
          facts.app_groups.push_back(known.empty() ? group : known);
        }
      }
      const auto suite = suite_of(target);
      if (!suite.empty() && std::ranges::find(facts.app_groups, suite) == facts.app_groups.end()) {
        facts.app_groups.emplace_back(suite);
      }
    }
    out_.facts.push_back(std::move(facts));
  }

  const AppGroups& app_groups_;
  Findings& findings_;
  SignInFacts facts_;
  WhatIfSignIn out_;
};

}  // namespace

Result<WhatIfSignIn> read_what_if(const boost::json::value& body, const AppGroups& app_groups) {
  Findings findings;
  auto out = SignInReader(app_groups, findings).read(body);
  for (const auto& finding : findings.all()) {
    if (finding.level == FindingLevel::kError) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("{}: {}", finding.path, finding.message)};
    }
  }
  return out;
}

}  // namespace gate::graph
