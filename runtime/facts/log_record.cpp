#include "runtime/facts/log_record.h"

#include <algorithm>
#include <array>
#include <vector>

#include "runtime/base/app_suites.h"
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
  kConditionalAccessAudiences,
};
constexpr std::size_t kMemberCount = 27;

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
    {"conditionalAccessAudiences", Member::kConditionalAccessAudiences},
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
      "user",     "groups and roles", "target",    "client",       "platform",  "ip",
      "country",  "sign_in_risk",     "user_risk", "device state", "completed", "now",
      "user kind"};
  return kNames[static_cast<std::size_t>(fact)];
}

struct LogReader::Impl {
  [[nodiscard]] Result<const LogRecord*> read(std::string_view json);
  [[nodiscard]] Result<void> read_audit(const Row& row, std::size_t bytes);
  [[nodiscard]] Result<void> read_entra(const Row& row);
  [[nodiscard]] bool read_user(const Row& row, SignInRequest& r);
  void read_proofs(const Row& row, std::int64_t error);
  [[nodiscard]] Result<void> read_applied(const Row& row);
  void read_outcome(const Row& row, std::int64_t error);
  void hold_what_was_met(SignInRequest& r);
  void read_targets(const Row& row, const SignInRequest& common);
  [[nodiscard]] std::string_view suite(std::string_view app) const;
  [[nodiscard]] Result<void> keep(Result<const SignInRequest*> request);

  JsonDocument document_;
  std::array<RequestReader, 2> readers_;
  std::vector<SignInRequest> requests_;
  std::vector<RecordedPolicy> policies_;
  std::vector<CompletedMethod> completed_;
  std::vector<SatisfiedControl> satisfied_;
  std::vector<StringFact> strings_;
  /// What the policies of a record say together (conditional-access 11.2).
  struct Applied {
    bool listed = false;
    bool failed = false;
    bool succeeded = false;
    bool blocked = false;          ///< one that failed blocks
    bool asked = false;            ///< one that failed asks for what a prompt can give
    bool unnamed = false;          ///< one that failed, and no control of it is named
    bool state_unmet = false;      ///< one that failed asks for a state of device or app
    std::vector<ControlWord> met;  ///< the only control of one that succeeded
  };
  Applied applied_;
  Suites suites_;
  std::vector<std::array<std::string_view, 1>> groups_;  // of each request
  std::vector<std::string_view> targets_;
  LogRecord record_;
};

LogReader::LogReader() : impl_(std::make_unique<Impl>()) {}
LogReader::~LogReader() = default;
Result<const LogRecord*> LogReader::read(std::string_view json) {
  return impl_->read(json);
}
void LogReader::add_suites(Suites suites) {
  impl_->suites_ = suites;
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

/// False: who signed in cannot be told.
bool LogReader::Impl::read_user(const Row& row, SignInRequest& r) {
  r.user = text(row, Member::kUserId);
  const auto type = text(row, Member::kUserType);
  record_.absent |= type.empty() ? bit(AbsentFact::kUserKind) : 0;
  auto kind = user_kind_of_log(type, text(row, Member::kCrossTenantAccessType));
  if (r.user.empty()) {
    r.user = text(row, Member::kServicePrincipalId);
    kind = r.user.empty() ? kind : UserKind::kServicePrincipal;
  }
  if (r.user.empty()) {
    r.user = text(row, Member::kUserPrincipalName);
  }
  record_.absent |= r.user.empty() ? bit(AbsentFact::kUser) : 0;
  record_.absent |= bit(AbsentFact::kGroups);
  if (!kind) {
    record_.absent |= bit(AbsentFact::kUserKind);
    record_.left_out = "sign-ins of a kind of user that is not known";
    return false;
  }
  r.user_kind = *kind;
  if (r.user_kind != UserKind::kMember && r.user_kind != UserKind::kServicePrincipal) {
    r.external_tenant = text(row, Member::kHomeTenantId);
  }
  return true;
}

namespace {

/// A risk that is written and cannot be read may be the highest; one that is hidden or not written
/// is not known, and counts as none (conditional-access 2.4).
void take_risk(std::string_view word, Risk& to, AbsentFact fact, std::uint32_t& absent) {
  const auto known = risk_of_log(word);
  if (known) {
    to = *known;
    return;
  }
  absent |= bit(fact);
  if (!word.empty() && !same_word(word, "hidden")) {
    to = Risk::kHigh;
  }
}

}  // namespace

Result<void> LogReader::Impl::read_entra(const Row& row) {
  record_.kind = LogKind::kEntra;
  SignInRequest& r = requests_.emplace_back();
  std::uint32_t& absent = record_.absent;
  const std::int64_t error = error_of(row);
  if (!read_user(row, r)) {
    return {};
  }
  if (const auto domain = email_domain_of(text(row, Member::kUserPrincipalName))) {
    strings_.push_back({kEmailDomainAttribute, *domain});  // the user is the object id
  }
  take(client_of_log(text(row, Member::kClientAppUsed)), r.client, AbsentFact::kClient, absent);
  r.ip = text(row, Member::kIpAddress);
  absent |= r.ip.empty() ? bit(AbsentFact::kIp) : 0;
  const auto location = value<dom::object>(row, Member::kLocation);
  r.country = location ? text(*location, "countryOrRegion") : text(row, Member::kLocation);
  if (r.country.size() != 2) {
    r.country = {};
    absent |= bit(AbsentFact::kCountry);
  }
  take_risk(text(row, Member::kRiskLevelDuringSignIn), r.sign_in_risk, AbsentFact::kSignInRisk,
            absent);
  take_risk(text(row, Member::kRiskLevelAggregated), r.user_risk, AbsentFact::kUserRisk, absent);
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

  GATE_TRY_VOID(read_applied(row));
  read_outcome(row, error);
  read_proofs(row, error);
  hold_what_was_met(r);
  r.completed = completed_;
  r.satisfied = satisfied_;
  r.strings = strings_;
  read_targets(row, SignInRequest(r));
  return {};
}

/// Each step that succeeded; and MFA where the record says that it was done, or where it was asked
/// for, the sign-in went through and nothing says that it was waived (conditional-access 11.1).
void LogReader::Impl::read_proofs(const Row& row, std::int64_t error) {
  bool done = false;
  bool waived = false;
  const auto hear = [&](std::string_view detail) {
    const MfaDetail said = mfa_of_detail(detail);
    done = done || said == MfaDetail::kDone;
    waived = waived || said == MfaDetail::kNotDone;
  };
  if (const auto steps = value<dom::array>(row, Member::kAuthenticationDetails)) {
    for (const dom::element step : *steps) {
      dom::object each;
      if (step.get_object().get(each) != simdjson::SUCCESS) {
        continue;
      }
      if (truth(each, "succeeded") != Tristate::kTrue) {
        continue;
      }
      hear(text(each, "authenticationStepResultDetail"));
      const std::string_view word = text(each, "authenticationMethod");
      if (const auto method = method_of_log(word)) {
        completed_.push_back({*method, 0});
      } else if (!same_word(word, "Previously satisfied")) {
        record_.absent |= bit(AbsentFact::kMethods);
      }
    }
  } else {
    record_.absent |= bit(AbsentFact::kMethods);
  }
  if (const auto status = value<dom::object>(row, Member::kStatus)) {
    hear(text(*status, "additionalDetails"));
  }
  const bool went_through =
      error == 0 && !waived &&
      same_word(text(row, Member::kAuthenticationRequirement), "multiFactorAuthentication");
  const bool unmet = applied_.failed;  // MFA is not proven where a policy still asked for something
  const bool met =
      std::find(applied_.met.begin(), applied_.met.end(), ControlWord::kMfa) != applied_.met.end();
  if (!unmet && (done || went_through || met)) {
    satisfied_.push_back({ControlKind::kMfa, {}});
  }
}

/// The only control of a policy that was applied and met holds, whatever else the record tells.
void LogReader::Impl::hold_what_was_met(SignInRequest& r) {
  for (const ControlWord each : applied_.met) {
    switch (each) {
      case ControlWord::kCompliantDevice:
        r.device.registered = true;
        r.device.compliant = Tristate::kTrue;
        break;
      case ControlWord::kHybridJoinedDevice:
        r.device.registered = true;
        r.device.trust = DeviceTrust::kServerAd;
        break;
      case ControlWord::kApprovedApp:
        satisfied_.push_back({ControlKind::kApprovedApp, {}});
        break;
      case ControlWord::kAppProtection:
        satisfied_.push_back({ControlKind::kAppProtection, {}});
        break;
      case ControlWord::kPasswordChange:
        satisfied_.push_back({ControlKind::kPasswordChange, {}});
        break;
      case ControlWord::kBlock:
      case ControlWord::kMfa:  // read_proofs
      case ControlWord::kOther:
        break;
    }
  }
}

std::string_view LogReader::Impl::suite(std::string_view app) const {
  const auto added = std::find_if(suites_.begin(), suites_.end(),
                                  [app](const auto& each) { return same_word(each.first, app); });
  return added != suites_.end() ? std::string_view(added->second) : suite_of(app);
}

/// All apps whose tokens the sign-in asked for, each a request (conditional-access 2.10, 11.1).
void LogReader::Impl::read_targets(const Row& row, const SignInRequest& common) {
  targets_.clear();
  const auto add = [this](std::string_view app) {
    if (!app.empty() && targets_.size() < kRequestsMax &&
        std::find(targets_.begin(), targets_.end(), app) == targets_.end()) {
      targets_.push_back(app);
    }
  };
  add(text(row, Member::kResourceId));
  if (const auto audiences = value<dom::array>(row, Member::kConditionalAccessAudiences)) {
    for (const dom::element each : *audiences) {
      if (dom::object named; each.get_object().get(named) == simdjson::SUCCESS) {
        add(text(named, "applicationId"));
      } else {
        add(value<std::string_view>(each).value_or(""));
      }
    }
  }
  if (targets_.empty()) {
    add(text(row, Member::kAppId));
  }
  record_.absent |= targets_.empty() ? bit(AbsentFact::kTarget) : 0;
  requests_.assign(std::max<std::size_t>(targets_.size(), 1), common);
  groups_.resize(requests_.size());
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    requests_[i].target = targets_[i];
    if (const auto group = suite(targets_[i]); !group.empty()) {
      groups_[i] = {group};
      requests_[i].app_groups = groups_[i];
    }
  }
}

namespace {

/// A result or status in words, or as a number (before 2019).
std::string_view word_of(const dom::object& object, std::string_view key,
                         std::span<const std::string_view> numbers) {
  if (const auto number = value<std::uint64_t>(object.at_key(key))) {
    return *number < numbers.size() ? numbers[*number] : std::string_view();
  }
  return text(object, key);
}
constexpr std::array<std::string_view, 5> kResults = {"success", "failure", "notApplied",
                                                      "notEnabled", "unknown"};
constexpr std::array<std::string_view, 3> kStatuses = {"success", "failure", "notApplied"};

}  // namespace

Result<void> LogReader::Impl::read_applied(const Row& row) {
  const auto applied = value<dom::array>(row, Member::kAppliedConditionalAccessPolicies);
  if (!applied) {
    return {};
  }
  record_.knows_policies = true;
  for (const dom::element element : *applied) {
    dom::object policy;
    if (element.get_object().get(policy) != simdjson::SUCCESS) {
      return Error{ErrorCode::kInvalidArgument,
                   "$.appliedConditionalAccessPolicies: must hold objects"};
    }
    applied_.listed = true;
    const std::string_view result = word_of(policy, "result", kResults);
    const bool failed = same_word(result, "failure");
    if (!failed && !same_word(result, "success")) {
      continue;
    }
    policies_.push_back({text(policy, "id"), text(policy, "displayName")});
    applied_.failed = applied_.failed || failed;
    applied_.succeeded = applied_.succeeded || !failed;
    std::size_t count = 0;
    ControlWord last = ControlWord::kOther;
    if (const auto controls = value<dom::array>(policy.at_key("enforcedGrantControls"))) {
      for (const dom::element each : *controls) {
        last = control_of_log(value<std::string_view>(each).value_or(""));
        ++count;
        applied_.blocked = applied_.blocked || (failed && last == ControlWord::kBlock);
        applied_.state_unmet = applied_.state_unmet || (failed && is_state(last));
        applied_.asked =
            applied_.asked || (failed && last != ControlWord::kBlock && !is_state(last));
      }
    }
    if (!failed && count == 1) {
      applied_.met.push_back(last);
    }
    // The word for a strength is not known, and v1.0 writes none: a prompt could have met it.
    applied_.unnamed = applied_.unnamed || (failed && count == 0);
  }
  return {};
}

/// The table of conditional-access 11.2: the first row that fits.
void LogReader::Impl::read_outcome(const Row& row, std::int64_t error) {
  std::string_view status = text(row, Member::kConditionalAccessStatus);
  if (const auto number = value<std::uint64_t>(row, Member::kConditionalAccessStatus)) {
    status = *number < kStatuses.size() ? kStatuses[*number] : std::string_view();
  }
  const bool refused = (error >= 53'000 && error <= 53'003) || error == 53'009;
  const bool identification = error == 50'097 || error == 50'129 || error == 501'314;
  if (applied_.blocked || (applied_.unnamed && refused)) {
    record_.outcome = Outcome::kBlock;
  } else if (applied_.asked || applied_.unnamed) {
    record_.outcome = applied_.state_unmet && refused ? Outcome::kBlock : Outcome::kChallenge;
  } else if (applied_.failed && identification) {
    record_.left_out = "sign-ins that were not finished: the device was asked who it is";
  } else if (applied_.failed) {
    record_.outcome = Outcome::kBlock;
  } else if (applied_.succeeded || same_word(status, "success")) {
    record_.outcome = Outcome::kAllow;
  } else if (same_word(status, "failure")) {
    record_.left_out = "sign-ins that Conditional Access refused, without a word by which policy";
  } else if (error == 0) {
    record_.outcome = Outcome::kAllow;
  } else {
    record_.left_out = "sign-ins that ended before any policy was asked";
  }
}

Result<const LogRecord*> LogReader::Impl::read(std::string_view json) {
  record_ = LogRecord{};
  requests_.clear();
  policies_.clear();
  applied_ = Applied{};
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
