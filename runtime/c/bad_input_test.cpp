#include <gate/gate.h>
#include <gtest/gtest.h>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

TEST(CBadInput, ZeroedMemoryBlocks) {
  gate_decision d;
  std::memset(&d, 0, sizeof d);
  EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
}

TEST(CBadInput, WrongStructSizesAreErrorsThatBlock) {
  const auto set = loaded();
  for (const std::size_t size : {std::size_t{0}, sizeof(gate_request) - 1, SIZE_MAX}) {
    gate_request r = request_of("amy");
    r.struct_size = size;
    gate_decision d = gate_decision_new();
    d.outcome = GATE_OUTCOME_ALLOW;
    EXPECT_EQ(gate_policy_set_evaluate(set.get(), &r, &d), GATE_INVALID_ARGUMENT) << size;
    EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
    gate_request fine = request_of("amy");
    gate_decision small = gate_decision_new();
    small.struct_size = std::min(size, sizeof(gate_decision) - 1);
    EXPECT_EQ(gate_policy_set_evaluate(set.get(), &fine, &small), GATE_INVALID_ARGUMENT);
    EXPECT_EQ(small.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
  }
}

TEST(CBadInput, AYoungerProgramIsUnderstoodOnlyIfItAsksForNothingNew) {
  const auto set = loaded();
  struct Younger {
    gate_request known;
    std::uint64_t fresh[4];
  };
  Younger younger{request_of("amy"), {}};
  younger.known.struct_size = sizeof(Younger);
  struct YoungerDecision {
    gate_decision known;
    std::uint64_t fresh[4];
  };
  YoungerDecision d{gate_decision_new(), {1, 2, 3, 4}};
  d.known.struct_size = sizeof d;
  EXPECT_EQ(gate_policy_set_evaluate(set.get(), &younger.known, &d.known), GATE_OK);
  EXPECT_EQ(d.fresh[0] | d.fresh[1] | d.fresh[2] | d.fresh[3], 0U);
  EXPECT_EQ(d.known.struct_size, sizeof d);
  younger.fresh[3] = 1;
  EXPECT_EQ(gate_policy_set_evaluate(set.get(), &younger.known, &d.known), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(d.known.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
}

TEST(CBadInput, NullWithACountAndUnknownFlagsAreErrorsThatBlock) {
  const auto set = loaded();
  const auto status = [&set](auto change) {
    gate_request r = request_of("amy");
    change(r);
    gate_decision d = gate_decision_new();
    d.outcome = GATE_OUTCOME_ALLOW;
    const gate_status s = gate_policy_set_evaluate(set.get(), &r, &d);
    EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
    return s;
  };
  static const gate_str hollow[] = {{nullptr, 5}};
  static const gate_signal odd_signal[] = {{gate_text("s"), 3, 0, 0, {nullptr, 0}}};
  static const gate_signal odd_flag[] = {{gate_text("s"), GATE_SIGNAL_BOOLEAN, 0, 2, {nullptr, 0}}};
  static const gate_control reserved[] = {{GATE_CONTROL_MFA, 1, {nullptr, 0}}};
  static const gate_list_fact hollow_list[] = {{gate_text("l"), nullptr, 1}};
  EXPECT_EQ(status([](gate_request& r) { r.user = {nullptr, 1}; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.group_count = 1; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.role_count = SIZE_MAX; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.completed_count = 1; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.list_count = 1; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.signal_count = 1; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.groups = hollow, r.group_count = 1; }),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.signals = odd_signal, r.signal_count = 1; }),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.signals = odd_flag, r.signal_count = 1; }),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.satisfied = reserved, r.satisfied_count = 1; }),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.lists = hollow_list, r.list_count = 1; }),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.device_registered = 2; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(status([](gate_request& r) { r.has_now = 2; }), GATE_INVALID_ARGUMENT);
}

TEST(CBadInput, WhatBreaksARuleIsAnAnswerThatBlocks) {
  const auto set = loaded();
  static const std::vector<gate_str> many(2049, gate_text("g"));
  static const std::string megabytes(4U << 20U, 'a');
  static const gate_method_done unknown_method[] = {{256, 0}};
  static const std::vector<gate_str> values(1025, gate_text("v"));
  static const gate_list_fact long_list[] = {{gate_text("l"), values.data(), values.size()}};
  const auto fault = [&set](auto change) {
    gate_request r = request_of("amy");
    change(r);
    gate_decision d = gate_decision_new();
    EXPECT_EQ(gate_policy_set_evaluate(set.get(), &r, &d), GATE_OK);
    return fault_of(d);
  };
  EXPECT_EQ(fault([](gate_request& r) { r.groups = many.data(), r.group_count = 2049; }),
            RequestFault::kTooManyPrincipals);
  EXPECT_EQ(fault([](gate_request& r) {
              r.groups = r.roles = many.data();
              r.group_count = 2048, r.role_count = 1;
            }),
            RequestFault::kTooManyPrincipals);
  EXPECT_EQ(fault([](gate_request& r) { r.groups = many.data(), r.group_count = SIZE_MAX; }),
            RequestFault::kTooManyPrincipals)
      << "a count is believed only after it is within the limits";
  EXPECT_EQ(fault([](gate_request& r) { r.app_groups = many.data(), r.app_group_count = 257; }),
            RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](gate_request& r) { r.lists = long_list, r.list_count = 1; }),
            RequestFault::kTooManyFacts);
  EXPECT_EQ(fault([](gate_request& r) { r.user = gate_text(megabytes.c_str()); }),
            RequestFault::kStringTooLong);
  EXPECT_EQ(fault([](gate_request& r) { r.ip = gate_text(megabytes.c_str()); }),
            RequestFault::kStringTooLong);
  EXPECT_EQ(fault([](gate_request& r) { r.user = gate_text("\xFF\xFE"); }),
            RequestFault::kMalformedText);
  EXPECT_EQ(fault([](gate_request& r) { r.ip = gate_text("1.2.3"); }), RequestFault::kMalformedIp);
  EXPECT_EQ(fault([](gate_request& r) { r.country = gate_text("D1"); }),
            RequestFault::kMalformedCountry);
  for (const std::uint32_t bad : {5U, 255U, 256U, 0xFFFFFFFFU}) {
    EXPECT_EQ(fault([bad](gate_request& r) { r.client = bad; }), RequestFault::kEnumOutOfRange)
        << bad << " must not wrap into the range";
  }
  EXPECT_EQ(fault([](gate_request& r) { r.completed = unknown_method, r.completed_count = 1; }),
            RequestFault::kEnumOutOfRange);
}

TEST(CBadInput, NullHandlesAreErrorsOrEmpty) {
  gate_request r = request_of("amy");
  gate_decision d = gate_decision_new();
  d.outcome = GATE_OUTCOME_ALLOW;
  EXPECT_EQ(gate_policy_set_evaluate(nullptr, &r, &d), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
  EXPECT_EQ(gate_policy_set_evaluate(loaded().get(), nullptr, &d), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_evaluate(loaded().get(), &r, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_evaluator_evaluate(nullptr, &r, &d), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_bound_evaluate(nullptr, &d), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_digest(nullptr).size, 0U);
  EXPECT_EQ(gate_policy_set_policy_count(nullptr), 0U);
  EXPECT_EQ(gate_policy_set_clause(nullptr, 0).size, 0U);
  EXPECT_EQ(gate_policy_set_fact(nullptr, 0).size, 0U);
  EXPECT_EQ(gate_explanation_policy_count(nullptr), 0U);
  EXPECT_EQ(gate_policy_set_load(nullptr, 9, nullptr, nullptr, nullptr), GATE_INVALID_ARGUMENT);
  gate_policy_set* set = nullptr;
  EXPECT_EQ(gate_policy_set_load(nullptr, 9, nullptr, &set, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_load_file(nullptr, nullptr, &set, nullptr), GATE_NOT_FOUND);
  gate_policy_set_release(nullptr);
  gate_evaluator_free(nullptr);
  gate_bound_free(nullptr);
  gate_explanation_free(nullptr);
  gate_error_free(nullptr);
  EXPECT_STREQ(gate_error_message(nullptr), "");
  EXPECT_EQ(gate_error_status(nullptr), GATE_OK);
}

TEST(CErrors, SayWhatIsWrongAndLeaveNoHandle) {
  auto* set = reinterpret_cast<gate_policy_set*>(&fault_of);
  gate_error* raw = nullptr;
  EXPECT_EQ(gate_policy_set_load("junk", 4, nullptr, &set, &raw), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(set, nullptr);
  const Handle<gate_error> error(raw);
  EXPECT_EQ(gate_error_status(error.get()), GATE_INVALID_ARGUMENT);
  EXPECT_STREQ(gate_error_message(error.get()), "policy file: this is no compiled policy set");

  const std::string file = *save_policy_set(*sample());
  gate_load_options options = gate_load_options_new();
  options.trusted_key_pem = gate_text("no key");
  EXPECT_EQ(gate_policy_set_load(file.data(), file.size(), &options, &set, nullptr),
            GATE_INVALID_ARGUMENT);
  options.trusted_key_pem = {nullptr, 4};
  EXPECT_EQ(gate_policy_set_load(file.data(), file.size(), &options, &set, nullptr),
            GATE_INVALID_ARGUMENT);
  options = gate_load_options_new();
  options.struct_size = 1;
  EXPECT_EQ(gate_policy_set_load(file.data(), file.size(), &options, &set, nullptr),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_policy_set_load(file.data(), file.size() - 1, nullptr, &set, nullptr),
            GATE_CORRUPT);
  raw = reinterpret_cast<gate_error*>(&options);
  const gate_status good = gate_policy_set_load(file.data(), file.size(), nullptr, &set, &raw);
  EXPECT_EQ(good, GATE_OK);
  EXPECT_EQ(raw, nullptr);
  gate_policy_set_release(set);
}

}  // namespace
}  // namespace gate::c
