#include <gate/gate.h>
#include <gtest/gtest.h>

#include <gate/interned.hpp>

#include "runtime/c/c_testing.h"
#include "runtime/rules/decide.h"

namespace gate::c {
namespace {

using namespace testing;

constexpr std::uint32_t kBlock = GATE_OUTCOME_BLOCK;

/// A sign-in of somebody whom policies of the sample name.
struct SignIn {
  SignIn() {
    request = gate_request_new();
    request.user = gate_text("amy");
    request.groups = groups;
    request.group_count = 2;
    request.roles = roles;
    request.role_count = 1;
    request.target = gate_text("payments");
    request.app_groups = app_groups;
    request.app_group_count = 1;
    request.ip = gate_text("203.0.113.7");
    request.country = gate_text("DE");
    request.completed = done;
    request.completed_count = 1;
    request.has_now = 1;
    request.now_unix_s = 1'764'000'000;
  }
  SignIn(const SignIn&) = delete;
  SignIn& operator=(const SignIn&) = delete;
  gate_str groups[2] = {gate_text("admins"), gate_text("staff")};
  gate_str roles[1] = {gate_text("reader")};
  gate_str app_groups[1] = {gate_text("office365")};
  gate_method_done done[1] = {{GATE_METHOD_PASSWORD, 3}};
  gate_request request;
};

/// The same in the numbers of a set.
struct Interned {
  Interned(const gate_policy_set* set, const SignIn& from) {
    const auto number = [set](std::uint32_t kind, gate_str name) {
      std::uint32_t out = 0;
      EXPECT_EQ(gate_policy_set_number(set, kind, name, &out), GATE_OK);
      return out;
    };
    request = gate_interned_request_new();
    request.numbers = gate_policy_set_numbers(set);
    request.user = number(GATE_NAME_USER, from.request.user);
    for (std::size_t i = 0; i < 2; ++i) {
      groups[i] = number(GATE_NAME_GROUP, from.groups[i]);
    }
    roles[0] = number(GATE_NAME_ROLE, from.roles[0]);
    app_groups[0] = number(GATE_NAME_APP_GROUP, from.app_groups[0]);
    request.target = number(GATE_NAME_APP, from.request.target);
    EXPECT_EQ(gate_policy_set_place(set, from.request.ip, from.request.country, &request.place),
              GATE_OK);
    request.groups = groups;
    request.group_count = 2;
    request.roles = roles;
    request.role_count = 1;
    request.app_groups = app_groups;
    request.app_group_count = 1;
    request.completed = from.done;
    request.completed_count = 1;
    request.has_now = 1;
    request.now_unix_s = from.request.now_unix_s;
  }
  Interned(const Interned&) = delete;
  Interned& operator=(const Interned&) = delete;
  std::uint32_t groups[2];
  std::uint32_t roles[1];
  std::uint32_t app_groups[1];
  gate_interned_request request;
};

Handle<gate_principal> bound(const gate_policy_set* set, const gate_request& request) {
  gate_principal* raw = nullptr;
  EXPECT_EQ(gate_principal_new(set, &request, 7, &raw, nullptr), GATE_OK);
  return Handle<gate_principal>(raw);
}

void expect_verdict_of(const gate_verdict& v, const gate_decision& d) {
  EXPECT_EQ(v.outcome, d.outcome);
  EXPECT_EQ(v.error_code, d.error_code);
  if (d.outcome == GATE_OUTCOME_CHALLENGE) {
    EXPECT_EQ(v.reauthenticate, d.reauthenticate);
    EXPECT_EQ(std::memcmp(v.unmet, d.unmet, sizeof v.unmet), 0);
  }
}

TEST(CPrincipal, EveryWayInGivesTheDecisionOfTheSet) {
  const auto set = loaded();
  const SignIn sign_in;
  const Interned numbers(set.get(), sign_in);
  const auto who = bound(set.get(), sign_in.request);
  gate_decision meant = gate_decision_new();
  ASSERT_EQ(gate_policy_set_evaluate(set.get(), &sign_in.request, &meant), GATE_OK);
  ASSERT_GT(meant.applied_count, 0U) << "a sign-in that no policy concerns shows nothing";

  gate_request rest = sign_in.request;
  rest.group_count = rest.role_count = 0;
  gate_interned_request interned_rest = numbers.request;
  interned_rest.group_count = interned_rest.role_count = 0;
  gate_decision d[3] = {gate_decision_new(), gate_decision_new(), gate_decision_new()};
  gate_verdict v[4] = {gate_verdict_new(), gate_verdict_new(), gate_verdict_new(),
                       gate_verdict_new()};
  EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), &numbers.request, &d[0]), GATE_OK);
  EXPECT_EQ(gate_principal_evaluate(who.get(), set.get(), &rest, &d[1]), GATE_OK);
  EXPECT_EQ(gate_principal_evaluate_interned(who.get(), set.get(), &interned_rest, &d[2]), GATE_OK);
  for (const gate_decision& each : d) {
    EXPECT_EQ(std::memcmp(&each, &meant, sizeof meant), 0);
  }
  EXPECT_EQ(gate_policy_set_outcome(set.get(), &sign_in.request, &v[0]), GATE_OK);
  EXPECT_EQ(gate_policy_set_outcome_interned(set.get(), &numbers.request, &v[1]), GATE_OK);
  EXPECT_EQ(gate_principal_outcome(who.get(), set.get(), &rest, &v[2]), GATE_OK);
  EXPECT_EQ(gate_principal_outcome_interned(who.get(), set.get(), &interned_rest, &v[3]), GATE_OK);
  for (const gate_verdict& each : v) {
    expect_verdict_of(each, meant);
  }
  gate_bound* raw = nullptr;
  ASSERT_EQ(gate_bind(set.get(), &sign_in.request, &raw, nullptr), GATE_OK);
  const Handle<gate_bound> whole(raw);
  gate_verdict verdict = gate_verdict_new();
  EXPECT_EQ(gate_bound_outcome(whole.get(), &verdict), GATE_OK);
  expect_verdict_of(verdict, meant);
}

TEST(CPrincipal, IsForOneSetAndOneVersionOfTheDirectory) {
  const auto set = loaded();
  const SignIn sign_in;
  const auto who = bound(set.get(), sign_in.request);
  EXPECT_EQ(gate_principal_is_for(who.get(), set.get(), 7), 1U);
  EXPECT_EQ(gate_principal_is_for(who.get(), set.get(), 8), 0U);
  EXPECT_EQ(gate_principal_is_for(who.get(), nullptr, 7), 0U);
  EXPECT_EQ(gate_principal_is_for(nullptr, set.get(), 7), 0U);
  EXPECT_GT(gate_principal_bytes(who.get()), 0U);
  EXPECT_EQ(gate_principal_bytes(nullptr), 0U);
}

TEST(CPrincipal, DecidesForNoOtherUserAndUnderNoOtherNumbers) {
  const auto set = loaded();
  const SignIn sign_in;
  const auto who = bound(set.get(), sign_in.request);
  gate_request other = sign_in.request;
  other.user = gate_text("bob");
  gate_decision d = gate_decision_new();
  EXPECT_EQ(gate_principal_evaluate(who.get(), set.get(), &other, &d), GATE_OK);
  EXPECT_EQ(fault_of(d), RequestFault::kForeignNumbers);
  const Interned numbers(set.get(), sign_in);
  gate_interned_request wrong = numbers.request;
  wrong.numbers += 1;
  EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), &wrong, &d), GATE_OK);
  EXPECT_EQ(fault_of(d), RequestFault::kForeignNumbers);
  wrong = numbers.request;
  wrong.user = 0x7FFFFFFF;
  EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), &wrong, &d), GATE_OK);
  EXPECT_EQ(fault_of(d), RequestFault::kForeignNumbers);
}

TEST(CBadInput, AZeroedInternedRequestAndAZeroedVerdictBlock) {
  const auto set = loaded();
  gate_interned_request zero;
  std::memset(&zero, 0, sizeof zero);
  zero.struct_size = sizeof zero;
  gate_verdict v = gate_verdict_new();
  EXPECT_EQ(v.outcome, kBlock);
  v.outcome = GATE_OUTCOME_ALLOW;
  EXPECT_EQ(gate_policy_set_outcome_interned(set.get(), &zero, &v), GATE_OK);
  EXPECT_EQ(v.outcome, kBlock);
}

/// Every function that decides by an interned request or gives a verdict, with one thing wrong.
struct Calls {
  gate_interned_request interned;
  gate_request request;
  const gate_policy_set* set;
  const gate_principal* who;

  [[nodiscard]] std::vector<gate_status> by_numbers() const {
    gate_decision d[2] = {gate_decision_new(), gate_decision_new()};
    gate_verdict v[2] = {gate_verdict_new(), gate_verdict_new()};
    d[0].outcome = d[1].outcome = v[0].outcome = v[1].outcome = GATE_OUTCOME_ALLOW;
    const std::vector<gate_status> out = {
        gate_policy_set_evaluate_interned(set, &interned, &d[0]),
        gate_policy_set_outcome_interned(set, &interned, &v[0]),
        gate_principal_evaluate_interned(who, set, &interned, &d[1]),
        gate_principal_outcome_interned(who, set, &interned, &v[1])};
    for (const std::uint32_t outcome : {d[0].outcome, d[1].outcome, v[0].outcome, v[1].outcome}) {
      EXPECT_EQ(outcome, kBlock);
    }
    return out;
  }
  [[nodiscard]] std::vector<gate_status> by_names() const {
    gate_decision d = gate_decision_new();
    gate_verdict v[2] = {gate_verdict_new(), gate_verdict_new()};
    d.outcome = v[0].outcome = v[1].outcome = GATE_OUTCOME_ALLOW;
    const std::vector<gate_status> out = {gate_principal_evaluate(who, set, &request, &d),
                                          gate_principal_outcome(who, set, &request, &v[0]),
                                          gate_policy_set_outcome(set, &request, &v[1])};
    for (const std::uint32_t outcome : {d.outcome, v[0].outcome, v[1].outcome}) {
      EXPECT_EQ(outcome, kBlock);
    }
    return out;
  }
};

TEST(CBadInput, WrongSizesOfTheNewStructsAreErrorsThatBlock) {
  const auto set = loaded();
  const SignIn sign_in;
  const Interned numbers(set.get(), sign_in);
  const auto who = bound(set.get(), sign_in.request);
  for (const std::size_t size : {std::size_t{0}, sizeof(gate_interned_request) - 1,
                                 sizeof(gate_interned_request) + 4097, SIZE_MAX}) {
    Calls calls{numbers.request, sign_in.request, set.get(), who.get()};
    calls.interned.struct_size = size;
    calls.request.struct_size = std::min(size, sizeof(gate_request) - 1);
    for (const gate_status status : calls.by_numbers()) {
      EXPECT_EQ(status, GATE_INVALID_ARGUMENT) << size;
    }
    for (const gate_status status : calls.by_names()) {
      EXPECT_EQ(status, GATE_INVALID_ARGUMENT) << size;
    }
    gate_principal* raw = nullptr;
    EXPECT_EQ(gate_principal_new(set.get(), &calls.request, 0, &raw, nullptr),
              GATE_INVALID_ARGUMENT);
    EXPECT_EQ(raw, nullptr);
  }
  for (const std::size_t size : {std::size_t{0}, sizeof(gate_verdict) - 1, SIZE_MAX}) {
    gate_verdict v = gate_verdict_new();
    v.struct_size = size;
    EXPECT_EQ(gate_policy_set_outcome(set.get(), &sign_in.request, &v), GATE_INVALID_ARGUMENT);
    EXPECT_EQ(gate_principal_outcome(who.get(), set.get(), &sign_in.request, &v),
              GATE_INVALID_ARGUMENT);
    EXPECT_EQ(gate_bound_outcome(nullptr, &v), GATE_INVALID_ARGUMENT);
    EXPECT_EQ(v.outcome, kBlock);
  }
}

TEST(CBadInput, NonsenseInAnInternedRequestIsAnErrorThatBlocks) {
  const auto set = loaded();
  const SignIn sign_in;
  const Interned numbers(set.get(), sign_in);
  const auto who = bound(set.get(), sign_in.request);
  const auto nonsense = [&](auto change) {
    Calls calls{numbers.request, sign_in.request, set.get(), who.get()};
    change(calls.interned);
    for (const gate_status status : calls.by_numbers()) {
      EXPECT_EQ(status, GATE_INVALID_ARGUMENT);
    }
  };
  using R = gate_interned_request;
  static const gate_str hollow[] = {{nullptr, 5}};
  static const gate_interned_string string[] = {{0, 0, {nullptr, 5}}};
  static const gate_interned_string odd_string[] = {{0, 1, {nullptr, 0}}};
  static const gate_interned_list list[] = {{0, 0, nullptr, 1}};
  static const gate_interned_list hollow_list[] = {{0, 0, hollow, 1}};
  static const gate_interned_list odd_list[] = {{0, 1, nullptr, 0}};
  static const gate_interned_signal type[] = {{0, 3, 0, {nullptr, 0}}};
  static const gate_interned_signal flag[] = {{0, GATE_SIGNAL_BOOLEAN, 2, {nullptr, 0}}};
  static const gate_interned_signal text[] = {{0, GATE_SIGNAL_TEXT, 0, {nullptr, 5}}};
  nonsense([](R& r) { r.groups = nullptr; });
  nonsense([](R& r) { r.roles = nullptr; });
  nonsense([](R& r) { r.app_groups = nullptr; });
  nonsense([](R& r) { r.completed = nullptr; });
  nonsense([](R& r) { r.satisfied_count = 1; });
  nonsense([](R& r) { r.string_count = 1; });
  nonsense([](R& r) { r.list_count = 1; });
  nonsense([](R& r) { r.signal_count = 1; });
  nonsense([](R& r) { r.strings = string, r.string_count = 1; });
  nonsense([](R& r) { r.strings = odd_string, r.string_count = 1; });
  nonsense([](R& r) { r.lists = list, r.list_count = 1; });
  nonsense([](R& r) { r.lists = hollow_list, r.list_count = 1; });
  nonsense([](R& r) { r.lists = odd_list, r.list_count = 1; });
  nonsense([](R& r) { r.signals = type, r.signal_count = 1; });
  nonsense([](R& r) { r.signals = flag, r.signal_count = 1; });
  nonsense([](R& r) { r.signals = text, r.signal_count = 1; });
  nonsense([](R& r) { r.device_registered = 2; });
  nonsense([](R& r) { r.has_now = 2; });
  nonsense([](R& r) { r.reserved2 = 1; });
}

TEST(CBadInput, AnInternedRequestBeyondTheLimitsIsAnAnswerThatBlocks) {
  const auto set = loaded();
  const SignIn sign_in;
  const Interned numbers(set.get(), sign_in);
  static const std::vector<std::uint32_t> many(2049, GATE_UNNAMED);
  static const std::vector<gate_str> values(1025, gate_text("v"));
  static const gate_interned_list long_list[] = {{GATE_UNNAMED, 0, values.data(), values.size()}};
  static const gate_method_done method[] = {{256, 0}};
  static const gate_interned_control control[] = {{256, GATE_UNNAMED}};
  const auto fault = [&](auto change) {
    gate_interned_request r = numbers.request;
    change(r);
    gate_decision d = gate_decision_new();
    EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), &r, &d), GATE_OK);
    return fault_of(d);
  };
  using R = gate_interned_request;
  EXPECT_EQ(fault([](R& r) { r.groups = many.data(), r.group_count = 2049; }),
            RequestFault::kTooManyPrincipals);
  EXPECT_EQ(fault([](R& r) { r.group_count = SIZE_MAX; }), RequestFault::kTooManyPrincipals)
      << "a count is believed only after it is within the limits";
  EXPECT_EQ(fault([](R& r) { r.role_count = SIZE_MAX; }), RequestFault::kTooManyPrincipals);
  EXPECT_EQ(fault([](R& r) { r.app_group_count = 257; }), RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](R& r) { r.completed_count = SIZE_MAX; }), RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](R& r) { r.lists = long_list, r.list_count = 1; }),
            RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](R& r) { r.client = 256; }), RequestFault::kEnumOutOfRange);
  EXPECT_EQ(fault([](R& r) { r.completed = method; }), RequestFault::kEnumOutOfRange);
  EXPECT_EQ(fault([](R& r) { r.satisfied = control, r.satisfied_count = 1; }),
            RequestFault::kEnumOutOfRange);
}

TEST(CBadInput, NullsOfTheNewFunctionsAreErrorsThatBlock) {
  const auto set = loaded();
  const SignIn sign_in;
  const Interned numbers(set.get(), sign_in);
  const auto who = bound(set.get(), sign_in.request);
  for (const Calls& calls : {Calls{numbers.request, sign_in.request, nullptr, nullptr},
                             Calls{numbers.request, sign_in.request, nullptr, who.get()}}) {
    for (const gate_status status : calls.by_numbers()) {
      EXPECT_EQ(status, GATE_INVALID_ARGUMENT);
    }
    for (const gate_status status : calls.by_names()) {
      EXPECT_EQ(status, GATE_INVALID_ARGUMENT);
    }
  }
  gate_decision d = gate_decision_new();
  gate_verdict v = gate_verdict_new();
  v.outcome = GATE_OUTCOME_ALLOW;
  EXPECT_EQ(gate_principal_evaluate(nullptr, set.get(), &sign_in.request, &d),
            GATE_INVALID_ARGUMENT)
      << "no principal is not everybody";
  EXPECT_EQ(gate_principal_outcome_interned(nullptr, set.get(), &numbers.request, &v),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(v.outcome, kBlock);
  EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), nullptr, &d), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_evaluate_interned(set.get(), &numbers.request, nullptr),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_outcome(set.get(), &sign_in.request, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_outcome(set.get(), nullptr, &v), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_numbers(nullptr), 0U);
  gate_principal_free(nullptr);
}

TEST(CBadInput, NamesAndPlacesThatMakeNoSenseHaveNoNumber) {
  const auto set = loaded();
  std::uint32_t number = 5;
  EXPECT_EQ(gate_policy_set_number(nullptr, GATE_NAME_USER, gate_text("amy"), &number),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(number, GATE_UNNAMED);
  number = 5;
  EXPECT_EQ(gate_policy_set_number(set.get(), GATE_NAME_LIST + 1, gate_text("amy"), &number),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(number, GATE_UNNAMED);
  EXPECT_EQ(gate_policy_set_number(set.get(), GATE_NAME_USER, {nullptr, 1}, &number),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_number(set.get(), GATE_NAME_USER, gate_text("amy"), nullptr),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_number(set.get(), GATE_NAME_USER, gate_text("nobody at all"), &number),
            GATE_OK);
  EXPECT_EQ(number, GATE_UNNAMED);
  gate_place place = {1, 1};
  EXPECT_EQ(gate_policy_set_place(set.get(), gate_text("1.2.3"), gate_text(""), &place),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(place.range, GATE_UNNAMED);
  EXPECT_EQ(gate_policy_set_place(set.get(), gate_text(""), gate_text("D1"), &place),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_place(nullptr, gate_text(""), gate_text(""), &place),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_place(set.get(), {nullptr, 1}, gate_text(""), &place),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_place(set.get(), gate_text(""), gate_text(""), nullptr),
            GATE_INVALID_ARGUMENT);
}

TEST(CErrors, APrincipalThatIsRefusedSaysWhy) {
  const auto set = loaded();
  static const std::vector<gate_str> many(2049, gate_text("g"));
  gate_request r = request_of("amy");
  r.groups = many.data();
  r.group_count = many.size();
  gate_principal* principal = nullptr;
  gate_error* raw = nullptr;
  EXPECT_EQ(gate_principal_new(set.get(), &r, 0, &principal, &raw), GATE_LIMIT_EXCEEDED);
  EXPECT_EQ(principal, nullptr);
  const Handle<gate_error> error(raw);
  EXPECT_NE(std::strstr(gate_error_message(error.get()), "principals"), nullptr)
      << gate_error_message(error.get());
  r = request_of("\xFF\xFE");
  EXPECT_EQ(gate_principal_new(set.get(), &r, 0, &principal, nullptr), GATE_INVALID_ARGUMENT);
  r = request_of("amy");
  r.user_kind = 99;
  EXPECT_EQ(gate_principal_new(set.get(), &r, 0, &principal, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_principal_new(nullptr, &r, 0, &principal, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_principal_new(set.get(), nullptr, 0, &principal, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_principal_new(set.get(), &r, 0, nullptr, nullptr), GATE_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace gate::c
