#include "runtime/facts/log_record.h"

#include <array>
#include <vector>

#include "runtime/facts/entra_words.h"
#include "runtime/facts/json_reader.h"
#include "runtime/facts/name_slots.h"
#include "runtime/request/email_domain.h"

namespace gate::facts {
namespace {

namespace dom = simdjson::dom;

/// The members of a record that are read.
enum class Member : std::uint8_t {
  kFacts,
  kPolicyDigest,
  kProperties,
  kCreatedDateTime,
  kConditionalAccessStatus,
  kUserPrincipalName,
  kOutcome,
  kStatus,
  kUserId,
  kUserType,
  kCrossTenantAccessType,
  kServicePrincipalId,
  kHomeTenantId,
  kResourceId,
  kAppId,
  kClientAppUsed,
  kIpAddress,
  kLocation,
  kRiskLevelDuringSignIn,
  kRiskLevelAggregated,
  kDeviceDetail,
  kAuthenticationProtocol,
  kOriginalTransferMethod,
  kAuthenticationDetails,
  kAuthenticationRequirement,
  kAppliedConditionalAccessPolicies,
};
constexpr std::size_t kMemberCount = 26;

struct MemberName {
  std::string_view name;
  Member member{};
};
constexpr NameSlots<MemberName> kMemberNames = {
    {"facts", Member::kFacts},
    {"policy_digest", Member::kPolicyDigest},
    {"properties", Member::kProperties},
    {"createdDateTime", Member::kCreatedDateTime},
    {"conditionalAccessStatus", Member::kConditionalAccessStatus},
    {"userPrincipalName", Member::kUserPrincipalName},
    {"outcome", Member::kOutcome},
    {"status", Member::kStatus},
    {"userId", Member::kUserId},
    {"userType", Member::kUserType},
    {"crossTenantAccessType", Member::kCrossTenantAccessType},
    {"servicePrincipalId", Member::kServicePrincipalId},
    {"homeTenantId", Member::kHomeTenantId},
    {"resourceId", Member::kResourceId},
    {"appId", Member::kAppId},
    {"clientAppUsed", Member::kClientAppUsed},
    {"ipAddress", Member::kIpAddress},
    {"location", Member::kLocation},
    {"riskLevelDuringSignIn", Member::kRiskLevelDuringSignIn},
    {"riskLevelAggregated", Member::kRiskLevelAggregated},
    {"deviceDetail", Member::kDeviceDetail},
    {"authenticationProtocol", Member::kAuthenticationProtocol},
    {"originalTransferMethod", Member::kOriginalTransferMethod},
    {"authenticationDetails", Member::kAuthenticationDetails},
    {"authenticationRequirement", Member::kAuthenticationRequirement},
    {"appliedConditionalAccessPolicies", Member::kAppliedConditionalAccessPolicies},
};

/// An object with these members, each looked for once. Of two with one name the first counts.
class Row {
 public:
  explicit Row(const dom::object& object) {
    for (const dom::key_value_pair& member : object) {
      if (const MemberName* const name = kMemberNames.find(member.key); name != nullptr) {
        const auto i = static_cast<std::size_t>(name->member);
        if ((present_ >> i & 1U) == 0) {
          present_ |= std::uint32_t{1} << i;
          values_[i] = member.value;
        }
      }
    }
  }
  [[nodiscard]] bool has(Member member) const {
    return (present_ >> static_cast<unsigned>(member) & 1U) != 0;
  }
  /// Only if has().
  [[nodiscard]] const dom::element& operator[](Member member) const {
    return values_[static_cast<std::size_t>(member)];
  }

 private:
  std::uint32_t present_ = 0;
  std::array<dom::element, kMemberCount> values_;
};

constexpr std::uint32_t bit(AbsentFact fact) {
  return std::uint32_t{1} << static_cast<unsigned>(fact);
}

/// A value of that kind; nothing when it is absent, null or something else.
template <typename T, typename Element>
std::optional<T> value(const Element& element) {
  T out;
  return element.template get<T>().get(out) == simdjson::SUCCESS ? std::optional<T>(out)
                                                                 : std::nullopt;
}
template <typename T>
std::optional<T> value(const Row& row, Member member) {
  return row.has(member) ? value<T>(row[member]) : std::nullopt;
}

/// A text below `object`; empty when it is absent, null or something else.
std::string_view text(const dom::object& object, std::string_view key) {
  return value<std::string_view>(object.at_key(key)).value_or("");
}
std::string_view text(const Row& row, Member member) {
  return value<std::string_view>(row, member).value_or("");
}

Tristate truth(const dom::object& object, std::string_view key) {
  const std::optional<bool> yes = value<bool>(object.at_key(key));
  return !yes ? Tristate::kAbsent : *yes ? Tristate::kTrue : Tristate::kFalse;
}

template <typename T>
void take(const std::optional<T>& from, T& to, AbsentFact fact, std::uint32_t& absent) {
  if (from) {
    to = *from;
  } else {
    absent |= bit(fact);
  }
}

void read_device(const Row& row, SignInRequest& r, std::vector<StringFact>& strings,
                 std::uint32_t& absent) {
  const auto device = value<dom::object>(row, Member::kDeviceDetail);
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
    return;  // the log says so of an unknown device; its state is not absent but nothing
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

std::int64_t error_of(const Row& row) {
  const auto status = value<dom::object>(row, Member::kStatus);
  return status ? value<std::int64_t>(status->at_key("errorCode")).value_or(0) : 0;
}

}  // namespace

std::string_view name(AbsentFact fact) noexcept {
  static constexpr std::array<std::string_view, kAbsentFactCount> kNames = {
      "user",    "groups and roles", "target",    "client",       "platform",  "ip",
      "country", "sign_in_risk",     "user_risk", "device state", "completed", "now"};
  return kNames[static_cast<std::size_t>(fact)];
}

struct LogReader::Impl {
  [[nodiscard]] Result<const LogRecord*> read(std::string_view json);
  [[nodiscard]] Result<void> read_audit(const Row& row, std::size_t bytes);
  [[nodiscard]] Result<void> read_entra(const Row& row);
  void read_proofs(const Row& row, std::int64_t error);
  [[nodiscard]] Result<void> read_applied(const Row& row);
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

Result<void> LogReader::Impl::read_audit(const Row& row, std::size_t bytes) {
  record_.kind = LogKind::kAudit;
  const std::string_view outcome = text(row, Member::kOutcome);
  for (const Outcome each : {Outcome::kAllow, Outcome::kChallenge, Outcome::kBlock}) {
    if (outcome == name(each)) {
      record_.outcome = each;
    }
  }
  const dom::element facts = row[Member::kFacts];
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

Result<void> LogReader::Impl::read_entra(const Row& row) {
  record_.kind = LogKind::kEntra;
  SignInRequest& r = requests_.emplace_back();
  std::uint32_t& absent = record_.absent;
  const std::int64_t error = error_of(row);
  if (failed_before_policies(error)) {
    record_.left_out = "sign-ins that failed before any policy was asked";
  }
  r.user = text(row, Member::kUserId);
  r.user_kind =
      user_kind_of_log(text(row, Member::kUserType), text(row, Member::kCrossTenantAccessType));
  if (r.user.empty()) {
    r.user = text(row, Member::kServicePrincipalId);
    r.user_kind = r.user.empty() ? r.user_kind : UserKind::kServicePrincipal;
  }
  if (r.user.empty()) {
    r.user = text(row, Member::kUserPrincipalName);
  }
  absent |= r.user.empty() ? bit(AbsentFact::kUser) : 0;
  if (const auto domain = email_domain_of(text(row, Member::kUserPrincipalName))) {
    strings_.push_back({kEmailDomainAttribute, *domain});  // the user is the object id
  }
  absent |= bit(AbsentFact::kGroups);
  if (r.user_kind != UserKind::kMember && r.user_kind != UserKind::kServicePrincipal) {
    r.external_tenant = text(row, Member::kHomeTenantId);
  }
  r.target = text(row, Member::kResourceId);
  if (r.target.empty()) {
    r.target = text(row, Member::kAppId);
  }
  absent |= r.target.empty() ? bit(AbsentFact::kTarget) : 0;
  take(client_of_log(text(row, Member::kClientAppUsed)), r.client, AbsentFact::kClient, absent);
  r.ip = text(row, Member::kIpAddress);
  absent |= r.ip.empty() ? bit(AbsentFact::kIp) : 0;
  const auto location = value<dom::object>(row, Member::kLocation);
  r.country = location ? text(*location, "countryOrRegion") : text(row, Member::kLocation);
  if (r.country.size() != 2) {
    r.country = {};
    absent |= bit(AbsentFact::kCountry);
  }
  take(risk_of_log(text(row, Member::kRiskLevelDuringSignIn)), r.sign_in_risk,
       AbsentFact::kSignInRisk, absent);
  take(risk_of_log(text(row, Member::kRiskLevelAggregated)), r.user_risk, AbsentFact::kUserRisk,
       absent);
  read_device(row, r, strings_, absent);
  if (same_word(text(row, Member::kAuthenticationProtocol), "deviceCode")) {
    r.transfer_method = TransferMethod::kDeviceCodeFlow;
  }
  for (const TransferMethod each :
       {TransferMethod::kDeviceCodeFlow, TransferMethod::kAuthenticationTransfer}) {
    if (same_word(text(row, Member::kOriginalTransferMethod), graph_name(each))) {
      r.original_transfer_method = each;
    }
  }
  r.now_unix_s = time_of_log(text(row, Member::kCreatedDateTime));
  absent |= r.now_unix_s ? 0 : bit(AbsentFact::kTime);

  read_proofs(row, error);
  r.completed = completed_;
  r.satisfied = satisfied_;
  r.strings = strings_;

  record_.outcome = outcome_of_log(text(row, Member::kConditionalAccessStatus), error);
  return read_applied(row);
}

/// Each step that succeeded; and MFA where it was required and the sign-in went through, for that
/// may rest on a claim of an earlier session.
void LogReader::Impl::read_proofs(const Row& row, std::int64_t error) {
  if (const auto steps = value<dom::array>(row, Member::kAuthenticationDetails)) {
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
      same_word(text(row, Member::kAuthenticationRequirement), "multiFactorAuthentication")) {
    satisfied_.push_back({ControlKind::kMfa, {}});
  }
}

Result<void> LogReader::Impl::read_applied(const Row& row) {
  if (const auto applied = value<dom::array>(row, Member::kAppliedConditionalAccessPolicies)) {
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
  const std::optional<dom::object> object = value<dom::object>(document.root);
  if (!object) {
    return Error{ErrorCode::kInvalidArgument, "$: must be an object"};
  }
  const Row row(*object);
  if (row.has(Member::kFacts) && row.has(Member::kPolicyDigest)) {
    GATE_TRY_VOID(read_audit(row, json.size()));
  } else if (const auto inner =
                 value<dom::object>(row, Member::kProperties)) {  // as Azure Monitor exports it
    GATE_TRY_VOID(read_entra(Row(*inner)));
  } else if (row.has(Member::kCreatedDateTime) || row.has(Member::kConditionalAccessStatus) ||
             row.has(Member::kUserPrincipalName)) {
    GATE_TRY_VOID(read_entra(row));
  } else {
    GATE_TRY_VOID(keep(readers_[0].read_element(document.root, json.size())));
  }
  record_.requests = requests_;
  record_.policies = policies_;
  return &record_;
}

}  // namespace gate::facts
