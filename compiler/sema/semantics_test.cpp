#include <gtest/gtest.h>

#include <gate/compile.hpp>
#include <string>

// What conditions mean: each is compiled into a policy on all users and apps, and decided.
namespace gate {
namespace {

std::shared_ptr<const PolicySet> compiled(const std::string& text) {
  CompileOptions options;
  options.backend = Backend::kInterpreter;
  const CompileOutput output = compile({{"t.gate", text}}, options);
  EXPECT_FALSE(output.has_errors()) << text << "\n" << render_text(output, false);
  return output.policies;
}

std::string policy(const std::string& condition) {
  return "policy \"P\" { users include all, service_principals target include all apps when " +
         condition + " session persistent_browser never }\n";
}

/// 'T' applies, 'F' does not, 'U' applies because something is unknown, 'R' refused because a fact
/// that must be given is missing.
char truth(const std::string& condition, const SignInFacts& facts = {},
           const std::string& declarations = "") {
  const auto set = compiled(declarations + policy(condition));
  if (!set) {
    return '!';
  }
  const SignInView view(facts);
  const Decision decision = set->evaluate(view.request());
  for (std::size_t i = 0; i < decision.reason_count; ++i) {
    if (decision.reasons[i].code == ReasonCode::kUnknownSignal) {
      return 'U';
    }
    if (decision.reasons[i].code == ReasonCode::kFactRefused) {
      return 'R';
    }
  }
  return decision.applied_count == 0 ? 'F' : 'T';
}

SignInFacts app_sign_in() {
  SignInFacts facts;
  facts.user = "amy";
  facts.target = "portal";
  return facts;
}

TEST(Semantics, LevelsAreOrderedAndAbsentRiskIsNone) {  // conditional-access 2.4
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("sign_in_risk == none", facts), 'T');
  EXPECT_EQ(truth("sign_in_risk >= low", facts), 'F');
  facts.sign_in_risk = Risk::kMedium;
  EXPECT_EQ(truth("sign_in_risk >= medium", facts), 'T');
  EXPECT_EQ(truth("sign_in_risk > medium", facts), 'F');
  EXPECT_EQ(truth("sign_in_risk < high", facts), 'T');
  EXPECT_EQ(truth("sign_in_risk <= low", facts), 'F');
  EXPECT_EQ(truth("medium <= sign_in_risk", facts), 'T');
  EXPECT_EQ(truth("sign_in_risk between low and medium", facts), 'T');
  EXPECT_EQ(truth("sign_in_risk not between low and medium", facts), 'F');
  EXPECT_EQ(truth("sign_in_risk in [medium, high]", facts), 'T');
}

TEST(Semantics, AnUnknownPlatformIsInNoListAndOutsideEvery) {  // conditional-access 2.4
  const SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("platform in [android, ios, windows, windows_phone, macos, linux]", facts), 'F');
  EXPECT_EQ(truth("platform not in [android, ios]", facts), 'T');
  EXPECT_EQ(truth("platform != ios", facts), 'T');
}

TEST(Semantics, AttributesOfAnUnregisteredDeviceAreNull) {  // conditional-access 3
  SignInFacts facts = app_sign_in();
  facts.device.compliant = Tristate::kTrue;
  facts.strings = {{"device.model", "SAW-1"}};
  facts.lists = {{"device.physical_ids", {"[OrderId]:77"}}};
  EXPECT_EQ(truth("device.compliant", facts), 'F');
  EXPECT_EQ(truth("device.compliant == false", facts), 'F');
  EXPECT_EQ(truth("device.compliant != true", facts), 'T');
  EXPECT_EQ(truth("not device.compliant", facts), 'T');
  EXPECT_EQ(truth("device.model == \"SAW-1\"", facts), 'F');
  EXPECT_EQ(truth("device.model != \"SAW-1\"", facts), 'T');
  EXPECT_EQ(truth("device.model not starts_with \"SAW\"", facts), 'T');
  EXPECT_EQ(truth("device.model not in [\"SAW-1\"]", facts), 'T');
  EXPECT_EQ(truth("device.model == absent", facts), 'T');
  EXPECT_EQ(truth("device.compliant == absent", facts), 'T');
  EXPECT_EQ(truth("device.physical_ids not contains \"[OrderId]:77\"", facts), 'T');
  facts.device.registered = true;
  EXPECT_EQ(truth("device.compliant", facts), 'T');
  EXPECT_EQ(truth("device.compliant == true", facts), 'T');
  EXPECT_EQ(truth("device.model starts_with \"saw\"", facts), 'T');
  EXPECT_EQ(truth("device.model ends_with [\"-2\", \"-1\"]", facts), 'T');
  EXPECT_EQ(truth("device.model contains \"W-\"", facts), 'T');
  EXPECT_EQ(truth("device.model != absent", facts), 'T');
  EXPECT_EQ(truth("device.trust_type == absent", facts), 'T');
  EXPECT_EQ(truth("device.ownership != personal", facts), 'T');
  EXPECT_EQ(truth("device.physical_ids contains \"[orderid]:77\"", facts), 'T');
  EXPECT_EQ(truth("device.physical_ids contains \"77\"", facts), 'F') << "elements are whole";
}

TEST(Semantics, SignalsWithoutADefaultAreUnknownAndUnknownSpreads) {
  const std::string signals =
      "signal amount : integer\nsignal new_payee : boolean\nsignal channel : string\n"
      "signal segment : one_of [retail, wealth]\n";
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("amount > 5", facts, signals), 'U');
  EXPECT_EQ(truth("not new_payee", facts, signals), 'U');
  EXPECT_EQ(truth("channel != \"web\"", facts, signals), 'U');
  EXPECT_EQ(truth("segment in [retail]", facts, signals), 'U');
  EXPECT_EQ(truth("amount > 5 and platform == ios", facts, signals), 'F');
  EXPECT_EQ(truth("amount > 5 or sign_in_risk == none", facts, signals), 'T');
  facts.signals = {{"amount", std::int64_t{5}},
                   {"new_payee", true},
                   {"channel", std::string("WEB")},
                   {"segment", std::string("wealth")}};
  EXPECT_EQ(truth("amount > 5", facts, signals), 'F');
  EXPECT_EQ(truth("amount >= 5 and amount in [4, 5]", facts, signals), 'T');
  EXPECT_EQ(truth("amount between 5 and 9", facts, signals), 'T') << "both ends belong to it";
  EXPECT_EQ(truth("new_payee == true and new_payee != false", facts, signals), 'T');
  EXPECT_EQ(truth("channel == \"web\"", facts, signals), 'T');
  EXPECT_EQ(truth("segment != retail and segment == \"wealth\"", facts, signals), 'T');
}

TEST(Semantics, SignalsWithADefaultAreNeverUnknown) {
  const std::string signals =
      "signal amount : integer default 3\nsignal new_payee : boolean default true\n"
      "signal segment : one_of [retail, wealth] default wealth\n";
  EXPECT_EQ(truth("amount == 3", app_sign_in(), signals), 'T');
  EXPECT_EQ(truth("new_payee", app_sign_in(), signals), 'T');
  EXPECT_EQ(truth("segment == retail", app_sign_in(), signals), 'F');
}

TEST(Semantics, SessionAgeAndTheTimeAreUnknownWhenAbsent) {
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("session_age > 30d", facts), 'U');
  EXPECT_EQ(truth("now.weekday in [monday] in \"UTC\"", facts), 'U');
  facts.session_age_s = 31 * 86'400;
  EXPECT_EQ(truth("session_age > 30d", facts), 'T');
  // The range is empty, and still the time is unknown (absent facts, 3).
  EXPECT_EQ(truth("now.time > 23:59", facts), 'U');
  EXPECT_EQ(truth("not now.time < 00:00", facts), 'U');
  facts.now_unix_s = 1'795'600'800;
  EXPECT_EQ(truth("now.time > 23:59 or now.time < 00:00", facts), 'F');
}

TEST(Semantics, DaysAreThoseOfTheNamedZone) {
  SignInFacts facts = app_sign_in();
  const std::string christmas = "now.date between 2026-12-24 and 2026-12-25 in \"Europe/Vienna\"";
  EXPECT_EQ(truth(christmas, facts), 'U');
  const auto at = [&facts](std::int64_t utc) { facts.now_unix_s = utc; };
  at(1798066799);  // 2026-12-23 22:59:59 UTC, still the 23rd in Vienna
  EXPECT_EQ(truth(christmas, facts), 'F');
  at(1798066800);
  EXPECT_EQ(truth(christmas, facts), 'T');
  EXPECT_EQ(truth("now.date == 2026-12-23", facts), 'T') << "in UTC";
  EXPECT_EQ(truth("now.date in [2026-12-24, 2027-01-01] in \"Europe/Vienna\"", facts), 'T');
  EXPECT_EQ(truth("now.date not in [2026-12-24] in \"Europe/Vienna\"", facts), 'F');
  EXPECT_EQ(truth("now.date < 2026-12-23", facts), 'F');
  EXPECT_EQ(truth("now.date <= 2026-12-23", facts), 'T');
  EXPECT_EQ(truth("now.date > 2026-12-23", facts), 'F');
  EXPECT_EQ(truth("now.date >= 2026-12-23", facts), 'T');
  EXPECT_EQ(truth("now.date != 2026-12-23", facts), 'F');
  at(1798239599);  // 2026-12-25 22:59:59 UTC
  EXPECT_EQ(truth(christmas, facts), 'T') << "both days belong to it";
  at(1798239600);
  EXPECT_EQ(truth(christmas, facts), 'F');
}

TEST(Semantics, ADeviceHasAnAgeWhetherItIsRegisteredOrNot) {
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("device.first_seen < 7d", facts), 'U');
  EXPECT_EQ(truth("device.first_seen >= 7d", facts), 'U');
  facts.device.first_seen_s = 6 * 86'400;
  EXPECT_EQ(truth("device.first_seen < 7d", facts), 'T');
  EXPECT_EQ(truth("device.first_seen between 5d and 6d", facts), 'T');
  facts.device.registered = true;
  EXPECT_EQ(truth("device.first_seen >= 7d", facts), 'F');
}

TEST(Semantics, MethodsAreDoneWithAnAge) {
  SignInFacts facts = app_sign_in();
  facts.completed = {{Method::kPassword, 600}, {Method::kFido2, 60}};
  EXPECT_EQ(truth("completed contains password", facts), 'T');
  EXPECT_EQ(truth("completed contains [sms_otp, fido2]", facts), 'T');
  EXPECT_EQ(truth("completed not contains sms_otp", facts), 'T');
  EXPECT_EQ(truth("completed.fido2", facts), 'T');
  EXPECT_EQ(truth("completed.fido2 <= 1m", facts), 'T');
  EXPECT_EQ(truth("completed.fido2 < 1m", facts), 'F');
  EXPECT_EQ(truth("completed.password > 5m", facts), 'T');
  EXPECT_EQ(truth("completed.password >= 10m", facts), 'T');
  EXPECT_EQ(truth("completed.password > 10m", facts), 'F');
  EXPECT_EQ(truth("completed.password == 10m", facts), 'T');
  EXPECT_EQ(truth("completed.sms_otp > 5m", facts), 'F') << "what was not done has no age";
  EXPECT_EQ(truth("completed.sms_otp != 5m", facts), 'T');
}

TEST(Semantics, UsersInConditions) {
  const std::string sets = "users Staff = group \"staff\", role \"Auditor\", user \"amy\"\n";
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("user in Staff", facts, sets), 'T');
  facts.user = "ben";
  EXPECT_EQ(truth("user in Staff", facts, sets), 'F');
  facts.roles = {"Auditor"};
  EXPECT_EQ(truth("user in [Staff, user \"cem\"]", facts, sets), 'T');
  EXPECT_EQ(truth("user.roles contains \"Auditor\"", facts), 'T');
  EXPECT_EQ(truth("user.groups contains [\"a\", \"b\"]", facts), 'F');
  EXPECT_EQ(truth("user.id == \"ben\" and user == \"ben\"", facts), 'T');
  EXPECT_EQ(truth("user.id in [\"amy\", \"cem\"]", facts), 'F');
  EXPECT_EQ(truth("user.kind == member", facts), 'T');
  facts.user_kind = UserKind::kServiceProvider;
  facts.external_tenant = "t1";
  EXPECT_EQ(truth("user.tenant == \"t1\"", facts), 'T');
  EXPECT_EQ(truth("user in guests(service_provider, tenant \"t2\")", facts), 'F');
  facts.strings = {{"user.department", "Sales"}};
  EXPECT_EQ(truth("user.department == \"sales\"", facts), 'T');
}

// P36: `user` is a user in every form of the test; `user.id` is the id of any principal.
TEST(Semantics, P36_AUserIsNoServicePrincipal) {
  const std::string sets = "users Eve = user \"eve\"\nusers Robot = service_principal \"eve\"\n";
  SignInFacts facts = app_sign_in();
  facts.user = "eve";
  for (const char* test :
       {"user == \"eve\"", "user in [\"eve\"]", "user in Eve", "user.id == \"eve\""}) {
    EXPECT_EQ(truth(test, facts, sets), 'T') << test;
  }
  EXPECT_EQ(truth("user in Robot", facts, sets), 'F');
  facts.user_kind = UserKind::kServicePrincipal;
  for (const char* test : {"user == \"eve\"", "user in [\"eve\"]", "user in Eve"}) {
    EXPECT_EQ(truth(test, facts, sets), 'F') << test;
  }
  EXPECT_EQ(truth("user in Robot", facts, sets), 'T');
  EXPECT_EQ(truth("user.id == \"eve\"", facts, sets), 'T');
}

// P35: of several values a test holds where one does, and its negation where none does.
TEST(Semantics, P35_SeveralValuesOfOneAttribute) {
  SignInFacts facts = app_sign_in();
  facts.lists = {{"app.attributes.Zone", {"Red", "Blue"}}};
  const struct {
    const char* positive;
    const char* negative;
    char holds;
  } pairs[] = {
      {"app.attributes.Zone == \"red\"", "app.attributes.Zone != \"red\"", 'T'},
      {"app.attributes.Zone == \"green\"", "app.attributes.Zone != \"green\"", 'F'},
      {"app.attributes.Zone in [\"green\", \"blue\"]",
       "app.attributes.Zone not in [\"green\", \"blue\"]", 'T'},
      {"app.attributes.Zone in [\"green\"]", "app.attributes.Zone not in [\"green\"]", 'F'},
      {"app.attributes.Zone starts_with \"bl\"", "app.attributes.Zone not starts_with \"bl\"", 'T'},
      {"app.attributes.Zone starts_with \"gr\"", "app.attributes.Zone not starts_with \"gr\"", 'F'},
      {"app.attributes.Zone ends_with \"ed\"", "app.attributes.Zone not ends_with \"ed\"", 'T'},
      {"app.attributes.Zone ends_with \"en\"", "app.attributes.Zone not ends_with \"en\"", 'F'},
      {"app.attributes.Zone contains \"blue\"", "app.attributes.Zone not contains \"blue\"", 'T'},
      {"app.attributes.Zone contains \"blu\"", "app.attributes.Zone not contains \"blu\"", 'F'},
      {"app.attributes.Zone != absent", "app.attributes.Zone == absent", 'T'},
  };
  for (const auto& each : pairs) {
    EXPECT_EQ(truth(each.positive, facts), each.holds) << each.positive;
    EXPECT_EQ(truth(each.negative, facts), each.holds == 'T' ? 'F' : 'T') << each.negative;
  }
}

TEST(Semantics, TheEmailDomainFollowsFromTheNameOfTheUser) {
  SignInFacts facts = app_sign_in();
  const auto is = [&facts](const char* user, const char* condition) {
    facts.user = user;
    return truth(condition, facts);
  };
  const char* equal = "user.email_domain == \"bank.example\"";
  EXPECT_EQ(is("amy@bank.example", equal), 'T');
  EXPECT_EQ(is("amy@Bank.EXAMPLE", equal), 'T');
  EXPECT_EQ(is("\"a@b\"@bank.example", equal), 'T') << "the last @";
  EXPECT_EQ(is("amy@bank.example.evil.example", equal), 'F');
  EXPECT_EQ(is("amy@notbank.example", equal), 'F');
  EXPECT_EQ(is("bank.example", equal), 'F');
  EXPECT_EQ(is("amy@bank.example", "user.email_domain in [\"a.example\", \"bank.example\"]"), 'T');
  EXPECT_EQ(is("amy@eu.bank.example", "user.email_domain ends_with \".bank.example\""), 'T');
  for (const char* without : {"3f2c9a1e-0000-4000-8000-000000000001", "", "amy@"}) {
    EXPECT_EQ(is(without, "user.email_domain == absent"), 'T') << without;
    EXPECT_EQ(is(without, "user.email_domain not in [\"bank.example\"]"), 'T') << without;
  }
  facts.strings = {{"user.email_domain", "other.example"}};
  EXPECT_EQ(is("amy@bank.example", equal), 'F') << "what the request gives comes first";
  EXPECT_EQ(is("amy", "user.email_domain == \"other.example\""), 'T');
}

TEST(Semantics, AppsInConditions) {
  SignInFacts facts = app_sign_in();
  facts.app_groups = {"office365"};
  facts.strings = {{"app.attributes.Apps_Tier", "0"}};
  const std::string sets = "apps Banking = app \"portal\"\n";
  EXPECT_EQ(truth("app in Banking", facts, sets), 'T');
  EXPECT_EQ(truth("app == \"portal\"", facts), 'T');
  EXPECT_EQ(truth("app not in [app \"other\", office365]", facts), 'F');
  EXPECT_EQ(truth("app.attributes.Apps_Tier == \"0\"", facts), 'T');
  EXPECT_EQ(truth("app.attributes.Apps_Owner == absent", facts), 'T');
}

// conditional-access 1.1, AFL: an app may have several values of a custom security attribute.
TEST(Semantics, AttributesOfSeveralValues) {
  SignInFacts facts = app_sign_in();
  const std::string one = "app.attributes.CA_Requires";
  facts.lists = {{one, {"requireMFA", "blockGuests"}}};
  EXPECT_EQ(truth(one + " contains \"RequireMfa\"", facts), 'T');
  EXPECT_EQ(truth(one + " contains \"require\"", facts), 'F') << "a part of a value";
  EXPECT_EQ(truth(one + " not contains \"require\"", facts), 'T');
  EXPECT_EQ(truth(one + " == \"blockGuests\"", facts), 'T');
  EXPECT_EQ(truth(one + " != \"blockGuests\"", facts), 'F');
  EXPECT_EQ(truth(one + " in [\"x\", \"requireMFA\"]", facts), 'T');
  EXPECT_EQ(truth(one + " starts_with \"block\"", facts), 'T');
  EXPECT_EQ(truth(one + " ends_with [\"x\", \"mfa\"]", facts), 'T');
  EXPECT_EQ(truth(one + " == absent", facts), 'F');
  facts.strings = {{one, "text"}};
  EXPECT_EQ(truth(one + " == \"text\" and " + one + " != \"blockGuests\"", facts), 'T');
  facts.strings.clear();
  facts.lists = {{one, {}}};
  EXPECT_EQ(truth(one + " == absent", facts), 'T') << "a list of nothing says nothing";
}

TEST(Semantics, PlacesByAddressAndCountry) {
  const std::string sets =
      "locations Offices = trusted ip \"203.0.113.0/24\", ip \"198.51.100.0/24\"\n"
      "locations Home = country AT, country unknown\n"
      "locations Both = Offices, country CH\n";
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("location in Home", facts, sets), 'T') << "no country is `country unknown`";
  EXPECT_EQ(truth("country == unknown", facts), 'T');
  EXPECT_EQ(truth("country != AT", facts), 'T');
  EXPECT_EQ(truth("ip in [\"203.0.113.0/24\"]", facts), 'F');
  facts.country = "ch";
  facts.ip = "198.51.100.9";
  EXPECT_EQ(truth("location in Home", facts, sets), 'F');
  EXPECT_EQ(truth("location in Both", facts, sets), 'T');
  EXPECT_EQ(truth("location in Offices", facts, sets), 'T');
  EXPECT_EQ(truth("location in trusted", facts, sets), 'F') << "the other range is trusted";
  EXPECT_EQ(truth("country in [AT, CH]", facts), 'T');
  facts.ip = "203.0.113.9";
  EXPECT_EQ(truth("location in trusted", facts, sets), 'T');
  EXPECT_EQ(truth("ip == \"203.0.113.9\" and ip not in [\"2001:db8::/32\"]", facts), 'T');
  EXPECT_EQ(truth("location not in trusted", facts), 'T') << "nothing is trusted in this set";
}

TEST(Semantics, ThePositionOfTheAppRefusesWhenItIsMissing) {  // conditional-access 2.4
  const std::string sets = "locations Here = gps country AT\n";
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("location not in Here", facts, sets), 'R');
  facts.signals = {{"gps_country", std::string("AT")}};
  EXPECT_EQ(truth("location in Here", facts, sets), 'T');
  facts.signals = {{"gps_country", std::string("unknown")}};
  EXPECT_EQ(truth("location in Here", facts, sets), 'F');
  EXPECT_EQ(truth("location in [gps country unknown]", facts), 'T');
}

TEST(Semantics, TimesOfDayAreThoseOfTheZone) {
  SignInFacts facts = app_sign_in();
  const auto at = [&](std::int64_t utc) { facts.now_unix_s = utc; };
  const std::string night = "now.time between 22:00 and 06:00 in \"Europe/Vienna\"";
  at(1'795'600'800);  // Wednesday 2026-11-25, 10:00 UTC, 11:00 in Vienna
  EXPECT_EQ(truth(night, facts), 'F');
  EXPECT_EQ(truth("now.time between 11:00 and 11:01 in \"Europe/Vienna\"", facts), 'T');
  EXPECT_EQ(truth("now.time >= 10:00 and now.time < 10:01", facts), 'T');
  EXPECT_EQ(truth("now.time == 10:00 and now.time <= 10:00 and not now.time > 10:00", facts), 'T');
  EXPECT_EQ(truth("now.weekday == wednesday", facts), 'T');
  at(1'795'600'800 + 11 * 3600 + 1800);  // 22:30 in Vienna
  EXPECT_EQ(truth(night, facts), 'T');
  at(1'782'856'800);  // 2026-06-30, 22:00 UTC: midnight in Vienna, summer time
  EXPECT_EQ(truth("now.weekday in [wednesday] in \"Europe/Vienna\"", facts), 'T');
  EXPECT_EQ(truth("now.weekday in [wednesday] in \"UTC\"", facts), 'F');
}

TEST(Semantics, LetsStandForTheirConditionWhereverTheyAreDeclared) {
  const std::string lets =
      "let risky = high or user_risk >= low\nlet high = sign_in_risk == high\n";
  SignInFacts facts = app_sign_in();
  EXPECT_EQ(truth("risky", facts, lets), 'F');
  facts.user_risk = Risk::kLow;
  EXPECT_EQ(truth("risky and not high", facts, lets), 'T');
}

TEST(Semantics, OrderOfFilesDeclarationsAndMembersMeansNothing) {
  const std::string first =
      "users A = group \"a\", group \"b\"\nlocations L = country AT, country CH\n";
  const std::string second =
      "locations L = country CH, country AT\nusers A = group \"b\", group \"a\"\n";
  const std::string one =
      "policy \"P\" { users include A target include all apps when location in L and platform in "
      "[ios, android] grant require any of (mfa, compliant_device) }\n";
  const std::string two =
      "policy \"P\" { grant require any of (compliant_device, mfa) when platform in [android, ios] "
      "and location in L target include all apps users include A }\n";
  const auto digest = [](std::vector<SourceFile> files) {
    const auto output = compile(std::move(files));
    return output.policies ? std::string(output.policies->digest()) : render_text(output, false);
  };
  EXPECT_EQ(digest({{"a.gate", first}, {"b.gate", one}}),
            digest({{"b.gate", two}, {"a.gate", second}}));
}

TEST(Semantics, PoliciesHaveIdsFromTheirNames) {
  const auto set = compiled(
      "policy \"CA001: Admins\" { users include all target include all apps grant block }\n"
      "policy \"CA001 Admins\" { users include all target include all apps grant block }\n"
      "policy \"CA002\" { id \"own\" users include all target include all apps grant block }\n");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->policy(0).id.starts_with("ca001-admins-"));
  EXPECT_TRUE(set->policy(1).id.starts_with("ca001-admins-"));
  EXPECT_NE(set->policy(0).id, set->policy(1).id) << "names that look alike stay apart";
  EXPECT_EQ(set->policy(2).id, "own");
}

TEST(Semantics, ASetWithAnErrorIsNoSet) {
  const auto output =
      compile({{"a.gate", policy("sign_in_risk >= hihg")}, {"b.gate", "default deny\n"}});
  EXPECT_TRUE(output.has_errors());
  EXPECT_EQ(output.policies, nullptr);
}

TEST(Semantics, LongChainsOfNamesAreRefusedAndDoNotExhaustTheStack) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "users S" + std::to_string(i) + " = S" + std::to_string(i + 1) + "\n";
    text += "let l" + std::to_string(i) + " = l" + std::to_string(i + 1) + "\n";
  }
  const auto output = compile({{"t.gate", text + "users S20000 = all\nlet l20000 = true\n"}});
  EXPECT_EQ(output.policies, nullptr);
  ASSERT_EQ(output.diagnostics.size(), 2U) << render_text(output, false).substr(0, 2'000);
  EXPECT_EQ(output.diagnostics[0].code, "G0005");
  EXPECT_EQ(output.diagnostics[1].code, "G0005");
}

TEST(Semantics, DefaultDenyRefusesWhatNoPolicySpeaksAbout) {
  const auto set = compiled("default deny\n" + policy("platform == ios"));
  SignInFacts facts = app_sign_in();
  const SignInView view(facts);
  EXPECT_EQ(set->evaluate(view.request()).outcome, Outcome::kBlock);
}

TEST(Semantics, AWorkforceTenantTakesNoEmailCodeForMfa) {  // conditional-access 1.5
  const std::string text =
      "policy \"P\" { users include all target include all apps grant require mfa }\n";
  SignInFacts facts = app_sign_in();
  facts.completed = {{Method::kPassword, 0}, {Method::kEmailOtp, 0}};
  const SignInView view(facts);
  EXPECT_EQ(compiled(text)->evaluate(view.request()).outcome, Outcome::kAllow);
  EXPECT_EQ(compiled("profile workforce\n" + text)->evaluate(view.request()).outcome,
            Outcome::kChallenge);
}

}  // namespace
}  // namespace gate
