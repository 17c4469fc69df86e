// Every public way to a decision says what PolicySet::evaluate of the interpreter says.
#include "tests/property/entry_points.h"

#include <gtest/gtest.h>

#include <gate/interned.hpp>
#include <gate/policy_set.hpp>
#include <memory>

#include "compiler/lower/attach_native.h"
#include "runtime/ir/builder.h"
#include "runtime/rules/decide.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/property/describe.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/property/rounds.h"

namespace gate::property {
namespace {

std::shared_ptr<const PolicySet> set_of(const ir::Program& program, Backend backend) {
  auto built = build_policy_set(ir::Program(program), backend);
  GATE_CHECK(built, "random programs are valid");
  return std::shared_ptr<const PolicySet>(std::move(*built));
}
void give_code(const PolicySet& set) {
  auto compiled = lower::compile_native(*internal::state_of(set).index);
  ASSERT_TRUE(compiled) << compiled.error().message;
  if (*compiled != nullptr) {
    ASSERT_TRUE(attach_code(set, std::move(*compiled)));
  }
}

struct Sets {
  std::shared_ptr<const PolicySet> meaning;
  std::shared_ptr<const PolicySet> set;
};
struct Seen {
  std::size_t whole = 0;
  std::size_t challenges = 0;
  std::size_t refused = 0;
};

void expect_same(const Decision& meant, std::string_view who, const Decision& d) {
  EXPECT_TRUE(d == meant) << difference("interpreter", meant, std::string(who).c_str(), d);
}

void compare(const Sets& sets, const SignInFacts& facts, Seen& seen) {
  const SignInView view(facts);
  const SignInRequest& request = view.request();
  const Decision meant = sets.meaning->evaluate(request);
  const Verdict verdict = verdict_of(meant);
  EXPECT_EQ(sets.meaning->outcome(request), verdict);
  ++seen.whole;
  seen.challenges += meant.outcome == Outcome::kChallenge ? 1 : 0;
  for (const EntryPoint& entry : entry_points()) {
    const auto answer = entry.ask(sets.set, request);
    if (!answer) {
      EXPECT_EQ(meant.reasons[0].code, ReasonCode::kRequestRejected) << entry.name;
      continue;
    }
    if (answer->whole) {
      expect_same(meant, entry.name, *answer->whole);
    }
    EXPECT_EQ(answer->verdict.value_or(verdict), verdict) << entry.name;
  }
  // What is refused stays refused, also when a caller passes it on.
  const PolicySet& set = *sets.set;
  const InternedSignIn interned(set, request);
  if (interned.fault() != RequestFault::kNone) {
    ++seen.refused;
    EXPECT_EQ(set.evaluate(interned.request()), rejected(RequestFault::kForeignNumbers));
    EXPECT_EQ(set.outcome(interned.request()).outcome, Outcome::kBlock);
  }
  const PreparedPrincipal who(set, request, 7);
  EXPECT_EQ(who.is_for(set, 7), who.fault() == RequestFault::kNone);
  if (who.fault() != RequestFault::kNone) {
    EXPECT_EQ(set.evaluate(who, request), rejected(who.fault()));
  } else {
    expect_same(meant, "bound principal, whole request", set.evaluate(who, request));
  }
}

TEST(EntryPoints, EachDecidesAsTheInterpreter) {
  Seen seen;
  for (Rounds rounds("EntryPoints"); rounds.next();) {
    SCOPED_TRACE(rounds.trace());
    Dice dice(rounds.seed());
    const ir::Program program =
        random_program(dice, dice.one_in(10) ? 1030 + dice.below(200) : dice.below(300));
    const Sets sets{set_of(program, Backend::kInterpreter), set_of(program, Backend::kNative)};
    if (dice.one_in(8)) {
      give_code(*sets.set);
    }
    for (int i = 0; i < 30; ++i) {
      SignInFacts facts = random_sign_in(dice);
      if (!program.policies.empty() && !dice.one_in(4)) {
        aim_at(dice, program, dice.pick(program.policies), facts);
      }
      compare(sets, facts, seen);
      if (::testing::Test::HasFailure()) {
        return;
      }
    }
  }
  if (seen.whole > 5'000) {
    EXPECT_GT(seen.challenges, seen.whole / 50);
    EXPECT_GT(seen.refused, seen.whole / 500);
  }
}

/// A program, a sign-in that its policies are about, and the numbers of both.
struct Fixture {
  explicit Fixture(std::uint64_t seed) {
    Dice dice(seed);
    program = random_program(dice, 60);
    set = set_of(program, Backend::kNative);
    facts.user = named(ir::SymbolKind::kUser);
    facts.groups = {named(ir::SymbolKind::kGroup), "nobody's group"};
    facts.target = named(ir::SymbolKind::kApp);
    view = std::make_unique<SignInView>(facts);
    interned = std::make_unique<InternedSignIn>(*set, view->request());
  }
  /// The first name of a kind.
  [[nodiscard]] std::string named(ir::SymbolKind kind) const {
    for (const ir::Symbol& symbol : program.symbols) {
      if (symbol.kind == kind) {
        return symbol.name;
      }
    }
    ADD_FAILURE() << "no such name";
    return {};
  }
  ir::Program program;
  std::shared_ptr<const PolicySet> set;
  SignInFacts facts;
  std::unique_ptr<SignInView> view;
  std::unique_ptr<InternedSignIn> interned;
};

TEST(EntryPoints, NumbersOfAnotherSetAreRefused) {
  const Fixture a(1);
  const Fixture b(2);
  ASSERT_NE(a.set->numbers(), b.set->numbers());
  ASSERT_EQ(a.interned->fault(), RequestFault::kNone);
  const Decision refused = rejected(RequestFault::kForeignNumbers);
  EXPECT_EQ(b.set->evaluate(a.interned->request()), refused);
  EXPECT_EQ(b.set->outcome(a.interned->request()), verdict_of(refused));
  const PreparedPrincipal who(*a.set, a.view->request(), 1);
  EXPECT_FALSE(who.is_for(*b.set, 1));
  EXPECT_FALSE(who.is_for(*a.set, 2));
  EXPECT_EQ(b.set->evaluate(who, a.view->request()), refused);
  EXPECT_EQ(b.set->evaluate(who, b.interned->request()), refused);
  EXPECT_EQ(b.set->outcome(who, a.view->request()), verdict_of(refused));
}

TEST(EntryPoints, EqualDigestsShareNumbersAndBoundPrincipals) {
  const Fixture a(1);
  const Fixture b(1);
  EXPECT_EQ(a.set->digest(), b.set->digest());
  const PreparedPrincipal who(*a.set, a.view->request());
  const Decision meant = a.set->evaluate(a.view->request());
  EXPECT_EQ(b.set->evaluate(a.interned->request()), meant);
  EXPECT_EQ(b.set->evaluate(who, a.interned->request()), meant);
}

TEST(EntryPoints, NumbersThatTheSetHasNotGivenAreRefused) {
  const Fixture f(1);
  const Decision refused = rejected(RequestFault::kForeignNumbers);
  const auto with = [&f](auto change) {
    InternedRequest r = f.interned->request();
    change(r);
    return f.set->evaluate(r);
  };
  const std::vector<NameNumber> bad = {0x7FFFFFFF, 0xFFFFFFFE};
  for (const NameNumber number : bad) {
    EXPECT_EQ(with([&](InternedRequest& r) { r.user = number; }), refused);
    EXPECT_EQ(with([&](InternedRequest& r) { r.target = number; }), refused);
    EXPECT_EQ(with([&](InternedRequest& r) { r.external_tenant = number; }), refused);
    EXPECT_EQ(with([&](InternedRequest& r) { r.place.range = number; }), refused);
    EXPECT_EQ(with([&](InternedRequest& r) { r.place.country = number; }), refused);
  }
  EXPECT_EQ(with([&](InternedRequest& r) { r.groups = bad; }), refused);
  EXPECT_EQ(with([&](InternedRequest& r) { r.roles = bad; }), refused);
  EXPECT_EQ(with([&](InternedRequest& r) { r.app_groups = bad; }), refused);
  const InternedString text{bad[0], "x"};
  EXPECT_EQ(with([&](InternedRequest& r) { r.strings = {&text, 1}; }), refused);
  const InternedList list{bad[0], {}};
  EXPECT_EQ(with([&](InternedRequest& r) { r.lists = {&list, 1}; }), refused);
  const InternedSignal signal{bad[0], true};
  EXPECT_EQ(with([&](InternedRequest& r) { r.signals = {&signal, 1}; }), refused);
  const InternedControl control{ControlKind::kCustom, bad[0]};
  EXPECT_EQ(with([&](InternedRequest& r) { r.satisfied = {&control, 1}; }), refused);
  // A number of another kind of name.
  const NameNumber app = f.set->number(NameKind::kApp, f.facts.target);
  ASSERT_NE(app, kUnnamed);
  EXPECT_EQ(with([&](InternedRequest& r) { r.groups = {&app, 1}; }), refused);
  EXPECT_EQ(with([&](InternedRequest& r) { r.user = app; }), refused);
}

/// conditional-access 2.5: only who names the action displaces strengths, and an action without a
/// number is not the one that has no number either.
TEST(EntryPoints, AnUnknownActionIsNotTheRegistrationThatTheSetDoesNotName) {
  ir::ProgramBuilder b;
  const std::uint32_t strength = b.strength({"Strong", {MethodSet::of(Method::kFido2)}});
  ir::Effect effect;
  effect.clauses = {b.clause({{{ControlKind::kStrength, strength}}})};
  const std::uint32_t asks = b.effect(effect);
  for (const TargetKind kind : {TargetKind::kApp, TargetKind::kUserAction}) {
    ir::Policy p;
    p.id = p.name = kind == TargetKind::kApp ? "all resources" : "every action";
    p.include.all_users = true;
    p.include_targets = {kind, true, {}};
    p.condition = b.all_of({});
    p.effect = asks;
    b.policy(std::move(p));
  }
  const auto set = set_of(b.finish(), Backend::kNative);
  SignInRequest request;
  request.user = "amy";
  request.target_kind = TargetKind::kUserAction;
  for (const char* action : {"register_security_info", "something else"}) {
    request.target = action;
    const Decision meant = set->evaluate(request);
    EXPECT_EQ(meant.reason_count, 2) << action;
    EXPECT_EQ(set->evaluate(InternedSignIn(*set, request).request()), meant) << action;
  }
}

TEST(EntryPoints, OrderAndDoublesOfNumbersMeanNothing) {
  const Fixture f(1);
  InternedRequest r = f.interned->request();
  const Decision meant = f.set->evaluate(r);
  std::vector<NameNumber> groups(r.groups.rbegin(), r.groups.rend());
  groups.insert(groups.end(), r.groups.begin(), r.groups.end());
  groups.push_back(kUnnamed);
  r.groups = groups;
  EXPECT_EQ(f.set->evaluate(r), meant);
}

TEST(EntryPoints, APrincipalDecidesForNoOtherUser) {
  const Fixture f(1);
  const PreparedPrincipal who(*f.set, f.view->request());
  const Decision refused = rejected(RequestFault::kForeignNumbers);
  SignInRequest other = f.view->request();
  other.user = "somebody else";
  EXPECT_EQ(f.set->evaluate(who, other), refused);
  other = f.view->request();
  other.user_kind = UserKind::kB2bCollaborationGuest;
  EXPECT_EQ(f.set->evaluate(who, other), refused);
  other = f.view->request();
  other.external_tenant = "elsewhere";
  EXPECT_EQ(f.set->evaluate(who, other), refused);
}

// policy_set.hpp: "groups and roles of the request are not looked at", whatever they hold.
TEST(EntryPoints, GroupsAndRolesOfABoundPrincipalAreNotLookedAt) {
  const Fixture f(1);
  const PreparedPrincipal who(*f.set, f.view->request());
  const Decision meant = f.set->evaluate(f.view->request());
  const std::vector<std::string_view> malformed(3000, "\xFF");
  SignInRequest by_name = f.view->request();
  by_name.groups = malformed;
  by_name.roles = malformed;
  ASSERT_EQ(f.set->evaluate(by_name), rejected(RequestFault::kTooManyPrincipals));
  EXPECT_EQ(f.set->evaluate(who, by_name), meant);
  EXPECT_EQ(f.set->outcome(who, by_name), verdict_of(meant));
  const std::vector<NameNumber> foreign(3000, 0x7FFFFFFF);
  InternedRequest by_number = f.interned->request();
  by_number.groups = foreign;
  by_number.roles = foreign;
  ASSERT_EQ(f.set->evaluate(by_number), rejected(RequestFault::kTooManyPrincipals));
  EXPECT_EQ(f.set->evaluate(who, by_number), meant);
  // All else is held to the same rules as without a bound principal.
  by_number.app_groups = std::span(foreign).first(1);
  EXPECT_EQ(f.set->evaluate(who, by_number), rejected(RequestFault::kForeignNumbers));
  by_name.strings = {};
  by_name.target = malformed.front();
  EXPECT_EQ(f.set->evaluate(who, by_name), rejected(RequestFault::kMalformedText));
}

// A request with several faults is refused for the first of them, in the order of the checks.
TEST(EntryPoints, TheFirstFaultOfSeveralIsReported) {
  const Fixture f(1);
  const std::string long_text(kFactBytesMax + 1, 'x');
  const std::vector<StringFact> strings = {{"a", "\xFF"}, {"b", long_text}};
  SignInRequest r = f.view->request();
  r.country = "1";
  EXPECT_EQ(f.set->evaluate(r), rejected(RequestFault::kMalformedCountry));
  r.strings = std::span(strings).first(1);
  EXPECT_EQ(f.set->evaluate(r), rejected(RequestFault::kMalformedText));
  r.strings = strings;
  EXPECT_EQ(f.set->evaluate(r), rejected(RequestFault::kStringTooLong));
  const std::vector<StringFact> many(kFactsMax + 1, strings[0]);
  r.strings = many;
  EXPECT_EQ(f.set->evaluate(r), rejected(RequestFault::kTooManyFacts));
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): what is tested
  r.platform = static_cast<Platform>(200);
  EXPECT_EQ(f.set->evaluate(r), rejected(RequestFault::kEnumOutOfRange));

  InternedRequest n = f.interned->request();
  const InternedString both[] = {{0x7FFFFFFF, "x"}, {kUnnamed, "\xFF"}};
  n.strings = std::span(both).first(1);
  EXPECT_EQ(f.set->evaluate(n), rejected(RequestFault::kForeignNumbers));
  n.strings = both;
  EXPECT_EQ(f.set->evaluate(n), rejected(RequestFault::kMalformedText));
}

TEST(EntryPoints, ASetForTheInterpreterGivesNoNumbers) {
  const Fixture f(1);
  const auto set = set_of(f.program, Backend::kInterpreter);
  EXPECT_EQ(set->digest(), f.set->digest());
  EXPECT_EQ(set->numbers(), 0U);
  EXPECT_EQ(set->number(NameKind::kApp, f.facts.target), kUnnamed);
  const Decision refused = rejected(RequestFault::kForeignNumbers);
  EXPECT_EQ(set->evaluate(f.interned->request()), refused);
  EXPECT_EQ(set->evaluate(InternedRequest{}), refused);
  const PreparedPrincipal who(*set, f.view->request());
  EXPECT_EQ(who.fault(), RequestFault::kForeignNumbers);
  EXPECT_FALSE(who.is_for(*set, 0));
  EXPECT_EQ(f.set->evaluate(who, f.view->request()), refused);
}

}  // namespace
}  // namespace gate::property
