#include "runtime/facts/log_record.h"

#include <array>
#include <vector>

#include "runtime/facts/entra_words.h"
#include "runtime/facts/json_reader.h"

namespace gate::facts {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint32_t bit(AbsentFact fact) {
  return std::uint32_t{1} << static_cast<unsigned>(fact);
}

/// A text below `object`; empty when it is absent, null or something else.
std::string_view text(const dom::object& object, std::string_view key) {
  std::string_view out;
  return object.at_key(key).get_string().get(out) == simdjson::SUCCESS ? out : std::string_view();
}

std::optional<dom::object> object_in(const dom::object& object, std::string_view key) {
  dom::object out;
  return object.at_key(key).get_object().get(out) == simdjson::SUCCESS ? std::optional(out)
                                                                       : std::nullopt;
}

std::optional<dom::array> array_in(const dom::object& object, std::string_view key) {
  dom::array out;
  return object.at_key(key).get_array().get(out) == simdjson::SUCCESS ? std::optional(out)
                                                                      : std::nullopt;
}

bool has(const dom::object& object, std::string_view key) {
  return object.at_key(key).error() == simdjson::SUCCESS;
}

Tristate truth(const dom::object& object, std::string_view key) {
  bool yes = false;
  if (object.at_key(key).get_bool().get(yes) != simdjson::SUCCESS) {
    return Tristate::kAbsent;
  }
  return yes ? Tristate::kTrue : Tristate::kFalse;
}

template <typename T>
void take(const std::optional<T>& from, T& to, AbsentFact fact, std::uint32_t& absent) {
  if (from) {
    to = *from;
  } else {
    absent |= bit(fact);
  }
}

void read_device(const dom::object& row, SignInRequest& r, std::vector<StringFact>& strings,
                 std::uint32_t& absent) {
  const auto device = object_in(row, "deviceDetail");
  if (!device) {
    absent |= bit(AbsentFact::kDeviceState) | bit(AbsentFact::kPlatform);
    return;
  }
  take(platform_of_log(text(*device, "operatingSystem")), r.platform, AbsentFact::kPlatform,
       absent);
  const std::string_view id = text(*device, "deviceId");
  const auto trust = trust_of_log(text(*device, "trustType"));
  r.device.registered = !id.empty() || trust.has_value();
  if (!r.device.registered) {
    return;  // the log says so of a device that nobody knows; its state is not absent but nothing
  }
  r.device.trust = trust.value_or(DeviceTrust::kAbsent);
  r.device.compliant = truth(*device, "isCompliant");
  r.device.managed = truth(*device, "isManaged");
  if (r.device.compliant == Tristate::kAbsent) {
    absent |= bit(AbsentFact::kDeviceState);
  }
  for (const auto& [key, name] : {std::pair("deviceId", "device.device_id"),
                                  std::pair("displayName", "device.display_name")}) {
    if (const std::string_view value = text(*device, key); !value.empty()) {
      strings.push_back({name, value});
    }
  }
}

std::int64_t error_of(const dom::object& row) {
  const auto status = object_in(row, "status");
  std::int64_t error = 0;
  const bool told =
      status && status->at_key("errorCode").get_int64().get(error) == simdjson::SUCCESS;
  return told ? error : 0;
}

}  // namespace

std::string_view name(AbsentFact fact) noexcept {
  static constexpr std::array<std::string_view, kAbsentFactCount> kNames = {
      "user",    "groups and roles", "target",    "client",       "platform",  "ip",
      "country", "sign_in_risk",     "user_risk", "device state", "completed", "now"};
  return kNames[static_cast<std::size_t>(fact)];
}

struct LogReader::Impl {
  using Object = dom::object;
  [[nodiscard]] Result<const LogRecord*> read(std::string_view json);
  [[nodiscard]] Result<void> read_audit(const Object& row, std::size_t bytes);
  [[nodiscard]] Result<void> read_entra(const Object& row);
  void read_proofs(const Object& row, std::int64_t error);
  [[nodiscard]] Result<void> read_applied(const Object& row);
  [[nodiscard]] Result<void> keep(Result<const SignInRequest*> request);

  JsonDocument document_;
  std::array<RequestReader, 2> readers_;
  std::vector<SignInRequest> requests_;
  std::vector<RecordedPolicy> policies_;
  std::vector<CompletedMethod> completed_;
  std::vector<SatisfiedControl> satisfied_;
  std::vector<StringFact> strings_;
  LogRecord record_;
};

LogReader::LogReader() : impl_(std::make_unique<Impl>()) {}
LogReader::~LogReader() = default;
Result<const LogRecord*> LogReader::read(std::string_view json) {
  return impl_->read(json);
}

Result<void> LogReader::Impl::keep(Result<const SignInRequest*> request) {
  if (!request) {
    return request.error();
  }
  requests_.push_back(**request);
  return {};
}

Result<void> LogReader::Impl::read_audit(const Object& row, std::size_t bytes) {
  record_.kind = LogKind::kAudit;
  const std::string_view outcome = text(row, "outcome");
  for (const Outcome each : {Outcome::kAllow, Outcome::kChallenge, Outcome::kBlock}) {
    if (outcome == name(each)) {
      record_.outcome = each;
    }
  }
  const dom::element facts = row.at_key("facts").value_unsafe();
  if (facts.is_object()) {
    return keep(readers_[0].read_element(facts, bytes));
  }
  if (dom::array both; facts.get_array().get(both) == simdjson::SUCCESS && both.size() == 2) {
    std::size_t i = 0;
    for (const dom::element each : both) {
      GATE_TRY_VOID(keep(readers_[i++].read_element(each, bytes)));
    }
    return {};
  }
  record_.left_out = "audit rows that are no decision";
  return {};
}

Result<void> LogReader::Impl::read_entra(const Object& row) {
  record_.kind = LogKind::kEntra;
  SignInRequest& r = requests_.emplace_back();
  std::uint32_t& absent = record_.absent;
  const std::int64_t error = error_of(row);
  if (failed_before_policies(error)) {
    record_.left_out = "sign-ins that failed before any policy was asked";
  }
  r.user = text(row, "userId");
  r.user_kind = user_kind_of_log(text(row, "userType"), text(row, "crossTenantAccessType"));
  if (r.user.empty()) {
    r.user = text(row, "servicePrincipalId");
    r.user_kind = r.user.empty() ? r.user_kind : UserKind::kServicePrincipal;
  }
  if (r.user.empty()) {
    r.user = text(row, "userPrincipalName");
  }
  absent |= r.user.empty() ? bit(AbsentFact::kUser) : 0;
  absent |= bit(AbsentFact::kGroups);
  if (r.user_kind != UserKind::kMember && r.user_kind != UserKind::kServicePrincipal) {
    r.external_tenant = text(row, "homeTenantId");
  }
  r.target = text(row, "resourceId");
  if (r.target.empty()) {
    r.target = text(row, "appId");
  }
  absent |= r.target.empty() ? bit(AbsentFact::kTarget) : 0;
  take(client_of_log(text(row, "clientAppUsed")), r.client, AbsentFact::kClient, absent);
  r.ip = text(row, "ipAddress");
  absent |= r.ip.empty() ? bit(AbsentFact::kIp) : 0;
  const auto location = object_in(row, "location");
  r.country = location ? text(*location, "countryOrRegion") : text(row, "location");
  if (r.country.size() != 2) {
    r.country = {};
    absent |= bit(AbsentFact::kCountry);
  }
  take(risk_of_log(text(row, "riskLevelDuringSignIn")), r.sign_in_risk, AbsentFact::kSignInRisk,
       absent);
  take(risk_of_log(text(row, "riskLevelAggregated")), r.user_risk, AbsentFact::kUserRisk, absent);
  read_device(row, r, strings_, absent);
  if (same_word(text(row, "authenticationProtocol"), "deviceCode")) {
    r.transfer_method = TransferMethod::kDeviceCodeFlow;
  }
  for (const TransferMethod each :
       {TransferMethod::kDeviceCodeFlow, TransferMethod::kAuthenticationTransfer}) {
    if (same_word(text(row, "originalTransferMethod"), graph_name(each))) {
      r.original_transfer_method = each;
    }
  }
  r.now_unix_s = time_of_log(text(row, "createdDateTime"));
  absent |= r.now_unix_s ? 0 : bit(AbsentFact::kTime);

  read_proofs(row, error);
  r.completed = completed_;
  r.satisfied = satisfied_;
  r.strings = strings_;

  record_.outcome = outcome_of_log(text(row, "conditionalAccessStatus"), error);
  return read_applied(row);
}

/// Each step that succeeded; and MFA where it was required and the sign-in went through, for that
/// may rest on a claim of an earlier session.
void LogReader::Impl::read_proofs(const Object& row, std::int64_t error) {
  if (const auto steps = array_in(row, "authenticationDetails")) {
    for (const dom::element step : *steps) {
      dom::object each;
      if (step.get_object().get(each) == simdjson::SUCCESS &&
          truth(each, "succeeded") == Tristate::kTrue) {
        const std::string_view word = text(each, "authenticationMethod");
        if (const auto method = method_of_log(word)) {
          completed_.push_back({*method, 0});
        } else if (!same_word(word, "Previously satisfied")) {
          record_.absent |= bit(AbsentFact::kMethods);
        }
      }
    }
  } else {
    record_.absent |= bit(AbsentFact::kMethods);
  }
  if (error == 0 &&
      same_word(text(row, "authenticationRequirement"), "multiFactorAuthentication")) {
    satisfied_.push_back({ControlKind::kMfa, {}});
  }
}

Result<void> LogReader::Impl::read_applied(const Object& row) {
  if (const auto applied = array_in(row, "appliedConditionalAccessPolicies")) {
    record_.knows_policies = true;
    for (const dom::element element : *applied) {
      dom::object policy;
      if (element.get_object().get(policy) != simdjson::SUCCESS) {
        return Error{ErrorCode::kInvalidArgument,
                     "$.appliedConditionalAccessPolicies: must hold objects"};
      }
      const std::string_view result = text(policy, "result");
      if (same_word(result, "success") || same_word(result, "failure")) {
        policies_.push_back({text(policy, "id"), text(policy, "displayName")});
      }
    }
  }
  return {};
}

Result<const LogRecord*> LogReader::Impl::read(std::string_view json) {
  record_ = LogRecord{};
  requests_.clear();
  policies_.clear();
  completed_.clear();
  satisfied_.clear();
  strings_.clear();
  if (json.size() > LogReader::kRecordBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "$: a record is at most 1 MiB"};
  }
  const JsonDocument::Answer document = document_.parse(json);
  if (document.problem != nullptr) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("$: not JSON: {}", document.problem)};
  }
  dom::object row;
  if (document.root.get_object().get(row) != simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalidArgument, "$: must be an object"};
  }
  if (has(row, "facts") && has(row, "policy_digest")) {
    GATE_TRY_VOID(read_audit(row, json.size()));
  } else if (const auto inner = object_in(row, "properties")) {  // as Azure Monitor exports it
    GATE_TRY_VOID(read_entra(*inner));
  } else if (has(row, "createdDateTime") || has(row, "conditionalAccessStatus") ||
             has(row, "userPrincipalName")) {
    GATE_TRY_VOID(read_entra(row));
  } else {
    GATE_TRY_VOID(keep(readers_[0].read_element(document.root, json.size())));
  }
  record_.requests = requests_;
  record_.policies = policies_;
  return &record_;
}

}  // namespace gate::facts
