// Hostile requests, given to every executor at once. Each is an error or the
// stricter decision, and all executors say the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <gate/request_json.hpp>
#include <limits>

#include "runtime/ir/sample_program.h"
#include "runtime/rules/decide.h"
#include "runtime/set/build.h"
#include "tests/differential/executors.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"

namespace gate::differential {
namespace {

class EveryExecutor {
 public:
  explicit EveryExecutor(ir::Program program) : program_(std::move(program)) {
    auto reference = build_policy_set(program_, Backend::kInterpreter);
    GATE_CHECK(reference, "the program builds");
    reference_ = std::move(*reference);
    bool ignored = false;
    std::string problem;
    executors_ = make_executors(program_, {}, nullptr, ignored, problem);
    EXPECT_EQ(problem, "");
    EXPECT_GE(executors_.size(), executor_names().size());
  }

  /// What all of them say, in both plans; fails the running test when one says something else.
  Decision decide(const SignInFacts& facts) const {
    const SignInView view(facts);
    for (const Plan plan : {Plan::kReportOnly, Plan::kEnforced}) {
      const Decision meant = plan == Plan::kEnforced
                                 ? reference_->evaluate(view.request())
                                 : reference_->evaluate_report_only(view.request());
      for (const auto& executor : executors_) {
        const auto said = executor->decide(facts, plan);
        // JSON spells enumerators by name, and what has none is left out or refused.
        const bool unspoken =
            executor->name() == "JSON" && was_rejected(meant) &&
            meant.reasons[0].detail == static_cast<std::uint16_t>(RequestFault::kEnumOutOfRange);
        EXPECT_TRUE(said ? *said == meant || unspoken
                         : !executor->refuses(facts) || was_rejected(meant))
            << executor->name() << " on " << to_json(facts);
        EXPECT_EQ(executor->verdict(facts, plan).value_or(verdict_of(meant)), verdict_of(meant))
            << executor->name();
      }
      if (plan == Plan::kEnforced) {
        return meant;
      }
    }
    return {};
  }
  static bool was_rejected(const Decision& d) {
    return d.outcome == Outcome::kBlock && d.reasons[0].code == ReasonCode::kRequestRejected;
  }
  RequestFault fault(const SignInFacts& facts) const {
    const Decision d = decide(facts);
    return was_rejected(d) ? static_cast<RequestFault>(d.reasons[0].detail) : RequestFault::kNone;
  }

 private:
  ir::Program program_;
  std::shared_ptr<const PolicySet> reference_;
  Executors executors_;
};

const EveryExecutor& sample() {
  static const EveryExecutor kSample{ir::sample_program()};
  return kSample;
}

SignInFacts ordinary() {
  SignInFacts f;
  f.user = "amy";
  f.groups = {"admins", "staff"};
  f.roles = {"reader"};
  f.target = "payments";
  f.app_groups = {"office365"};
  f.ip = "203.0.113.7";
  f.country = "AT";
  f.external_tenant = "partner";
  f.completed = {{Method::kPassword, 10}};
  f.satisfied = {{ControlKind::kTermsOfUse, "Terms 2024"}};
  f.strings = {{"device.model", "Pixel"}};
  f.lists = {{"device.system_labels", {"kiosk"}}};
  f.signals = {{"channel", std::string("phone")}, {"amount", std::int64_t{5}}};
  return f;
}

TEST(Issue4BadInput, OutOfRangeIdsOfEveryEnumerationBlock) {
  ASSERT_EQ(sample().fault(ordinary()), RequestFault::kNone);
  const auto refused = [](auto member, std::size_t count) {
    for (const std::size_t value : {count, std::size_t{127}, std::size_t{128}, std::size_t{255}}) {
      SignInFacts f = ordinary();
      auto& field = member(f);
      field = static_cast<std::remove_reference_t<decltype(field)>>(value);
      EXPECT_EQ(sample().fault(f), RequestFault::kEnumOutOfRange) << value;
    }
  };
  refused([](SignInFacts& f) -> auto& { return f.flow; }, kFlowCount);
  refused([](SignInFacts& f) -> auto& { return f.user_kind; }, kUserKindCount);
  refused([](SignInFacts& f) -> auto& { return f.target_kind; }, 3);
  refused([](SignInFacts& f) -> auto& { return f.client; }, kClientAppCount);
  refused([](SignInFacts& f) -> auto& { return f.platform; }, kPlatformCount);
  refused([](SignInFacts& f) -> auto& { return f.sign_in_risk; }, kRiskCount);
  refused([](SignInFacts& f) -> auto& { return f.user_risk; }, kRiskCount);
  refused([](SignInFacts& f) -> auto& { return f.service_principal_risk; }, kRiskCount);
  refused([](SignInFacts& f) -> auto& { return f.insider_risk; }, kInsiderRiskCount);
  refused([](SignInFacts& f) -> auto& { return f.transfer_method; }, kTransferMethodCount);
  refused([](SignInFacts& f) -> auto& { return f.original_transfer_method; }, kTransferMethodCount);
  refused([](SignInFacts& f) -> auto& { return f.device.compliant; }, kTristateCount);
  refused([](SignInFacts& f) -> auto& { return f.device.managed; }, kTristateCount);
  refused([](SignInFacts& f) -> auto& { return f.device.trust; }, kDeviceTrustCount);
  refused([](SignInFacts& f) -> auto& { return f.device.ownership; }, kDeviceOwnershipCount);
  refused([](SignInFacts& f) -> auto& { return f.completed[0].method; }, kMethodCount);
  refused([](SignInFacts& f) -> auto& { return f.satisfied[0].kind; }, kControlKindCount);
}

TEST(Issue4BadInput, TenThousandGroupsBlockAndAsManyAsAreAllowedDecide) {
  SignInFacts f = ordinary();
  f.roles.clear();
  f.groups.assign(10'000, "g");
  EXPECT_EQ(sample().fault(f), RequestFault::kTooManyPrincipals);
  f.groups.assign(ir::kPrincipalsMax, "g");
  EXPECT_EQ(sample().fault(f), RequestFault::kNone);
  f.roles = {"one more"};
  EXPECT_EQ(sample().fault(f), RequestFault::kTooManyPrincipals);
}

TEST(Issue4BadInput, MoreEntriesThanAllowedBlock) {
  const auto at = [](std::size_t count, auto fill) {
    SignInFacts f = ordinary();
    fill(f, count);
    return sample().fault(f);
  };
  const auto expect_limit = [&at](std::size_t limit, auto fill) {
    EXPECT_EQ(at(limit, fill), RequestFault::kNone);
    EXPECT_EQ(at(limit + 1, fill), RequestFault::kTooManyFacts);
    EXPECT_EQ(at(limit * 40, fill), RequestFault::kTooManyFacts);
  };
  expect_limit(kFactsMax, [](SignInFacts& f, std::size_t n) { f.app_groups.assign(n, "a"); });
  expect_limit(kFactsMax,
               [](SignInFacts& f, std::size_t n) { f.completed.assign(n, {Method::kVoice, 1}); });
  expect_limit(kFactsMax, [](SignInFacts& f, std::size_t n) {
    f.satisfied.assign(n, {ControlKind::kMfa, ""});
  });
  expect_limit(kFactsMax, [](SignInFacts& f, std::size_t n) {
    f.strings.clear();
    for (std::size_t i = 0; i < n; ++i) {
      f.strings.emplace_back("user.x" + std::to_string(i), "v");
    }
  });
  expect_limit(kFactsMax, [](SignInFacts& f, std::size_t n) {
    f.signals.clear();
    for (std::size_t i = 0; i < n; ++i) {
      f.signals.push_back({"s" + std::to_string(i), true});
    }
  });
  expect_limit(kListValuesMax, [](SignInFacts& f, std::size_t n) {
    f.lists = {{"user.tags", std::vector<std::string>(n, "v")}};
  });
}

/// Every text of a request, one after the other.
std::vector<std::string*> texts_of(SignInFacts& f) {
  return {&f.user,
          &f.external_tenant,
          &f.target,
          &f.groups[1],
          &f.roles[0],
          &f.app_groups[0],
          &f.satisfied[0].name,
          &f.strings[0].first,
          &f.strings[0].second,
          &f.lists[0].name,
          &f.lists[0].values[0],
          &f.signals[0].name,
          &std::get<std::string>(f.signals[0].value)};
}

TEST(Issue4BadInput, InvalidUtf8InEveryTextBlocks) {
  SignInFacts counted = ordinary();
  for (std::size_t which = 0; which < texts_of(counted).size(); ++which) {
    for (const char* bad : {"\x80", "\xC0\xAF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xFF\xFE", "ok so far \xE2\x82", "\xF0\x9F\x94"}) {
      SignInFacts f = ordinary();
      *texts_of(f)[which] = bad;
      EXPECT_EQ(sample().fault(f), RequestFault::kMalformedText) << which << " " << bad;
    }
  }
  for (const char* bad : {"\xC3", "\xFF\xFE"}) {
    SignInFacts f = ordinary();
    f.country = bad;
    EXPECT_EQ(sample().fault(f), RequestFault::kMalformedCountry);
    f = ordinary();
    f.ip = bad;
    EXPECT_EQ(sample().fault(f), RequestFault::kMalformedIp);
  }
}

TEST(Issue4BadInput, TextsBeyondTheLimitBlockWhereverTheyStand) {
  SignInFacts counted = ordinary();
  for (std::size_t which = 0; which < texts_of(counted).size(); ++which) {
    SignInFacts f = ordinary();
    *texts_of(f)[which] = std::string(kFactBytesMax, 'x');
    EXPECT_NE(sample().fault(f), RequestFault::kStringTooLong) << which;
    *texts_of(f)[which] += 'x';
    EXPECT_EQ(sample().fault(f), RequestFault::kStringTooLong) << which;
  }
}

/// As sets the lists mean the same, in whatever order and however often a member stands there.
TEST(Issue4BadInput, UnsortedAndDuplicateIdsDecideAsTheSortedOnes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    property::Dice dice(seed);
    const EveryExecutor executors(property::random_program(dice, 1 + dice.below(80)));
    for (int i = 0; i < 40; ++i) {
      SignInFacts f = property::random_sign_in(dice);
      for (auto* list : {&f.groups, &f.roles, &f.app_groups}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
      }
      const Decision sorted = executors.decide(f);
      for (auto* list : {&f.groups, &f.roles, &f.app_groups}) {
        const std::vector<std::string> once = *list;
        list->insert(list->end(), once.begin(), once.end());
        for (std::size_t n = list->size(); n > 1; --n) {
          std::swap((*list)[n - 1], (*list)[dice.below(n)]);
        }
      }
      EXPECT_EQ(sorted, executors.decide(f)) << "seed " << seed << ", sign-in " << i;
    }
  }
}

TEST(Issue4BadInput, NumbersAtTheEndsOfTheirTypesBlockOrDecide) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t now : {lowest, kNowMin - 1, kNowMax + 1, highest}) {
    SignInFacts f = ordinary();
    f.now_unix_s = now;
    EXPECT_EQ(sample().fault(f), RequestFault::kNumberOutOfRange) << now;
  }
  for (const std::int64_t age : {lowest, std::int64_t{-1}}) {
    SignInFacts f = ordinary();
    f.session_age_s = age;
    EXPECT_EQ(sample().fault(f), RequestFault::kNumberOutOfRange) << age;
    f = ordinary();
    f.device.first_seen_s = age;
    EXPECT_EQ(sample().fault(f), RequestFault::kNumberOutOfRange) << age;
  }
  for (const std::int64_t value : {lowest, highest}) {
    SignInFacts f = ordinary();
    f.signals.push_back({"velocity", value});
    f.now_unix_s = value < 0 ? kNowMin : kNowMax;
    f.session_age_s = highest;
    f.completed = {{Method::kPassword, 0xFFFFFFFF}};
    EXPECT_EQ(sample().fault(f), RequestFault::kNone) << value;
  }
}

}  // namespace
}  // namespace gate::differential
