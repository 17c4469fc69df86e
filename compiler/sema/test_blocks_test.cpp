#include "compiler/sema/test_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <gate/compile.hpp>

#include "compiler/sema/given_values.h"

// `test` blocks (grammar/README.md, "Tests"): what they mean, and what is
// said when they mean nothing.
namespace gate::compiler::sema {
namespace {

constexpr std::string_view kSet =
    "users Bosses = user \"bo\", group \"Bosses\", role \"CEO\"\n"
    "users Two = user \"eve\", user \"mallory\"\n"
    "users Partners = guests(service_provider, internal_guest, tenant \"t1\")\n"
    "users Robots = service_principal \"batch\"\n"
    "users Nested = Robots, Bosses\n"
    "users Others = group \"A\", group \"B\", group \"X\", group \"Y\", role \"R\"\n"
    "context Seventh = \"c7\"\n"
    "apps Bank = app \"ledger\", app \"portal\"\n"
    "apps Office = office365\n"
    "strength Strong = any of [fido2], [password, sms_otp]\n"
    "context Pay = \"c1\"\n"
    "signal amount : integer\n"
    "signal fresh : boolean\n"
    "signal channel : one_of [web, branch]\n"
    "signal note : string\n"
    "let risky = sign_in_risk >= medium\n"
    "policy \"P1\" {\n  users include all\n  target include all apps\n"
    "  grant require any of (compliant_device, strength Strong)\n}\n";

struct Compiled {
  CompileOutput output;
  std::vector<std::string> errors;  // codes
  [[nodiscard]] const SignInFacts& facts(std::size_t i = 0) const {
    return output.tests.at(i).facts;
  }
};

Compiled compile_tests(const std::string& tests) {
  CompileOptions options;
  options.backend = Backend::kInterpreter;
  Compiled out;
  out.output = compile({{"set.gate", std::string(kSet)}, {"tests.gate", tests}}, options);
  for (const Diagnostic& d : out.output.diagnostics) {
    if (d.severity == Severity::kError) {
      out.errors.push_back(d.code);
    }
  }
  return out;
}

Compiled given(const std::string& facts) {
  return compile_tests("test \"t\" {\n  given " + facts + "\n  expect allow\n}\n");
}

std::string render(const Compiled& compiled) {
  return render_text(compiled.output, false);
}

using Texts = std::vector<std::string>;

TEST(TestBlocks, EachFactReachesItsFieldOfTheSignIn) {
  const Compiled c = given(
      "user \"amy\", user.kind member, user.groups [\"A\", \"B\"], user.roles \"R\","
      " user.tenant \"t9\", user.department \"IT\", app \"ledger\", app.groups [office365],"
      " client browser, platform ios, ip \"2001:db8::1\", country AT, sign_in_risk low,"
      " user_risk high, service_principal_risk medium, insider_risk minor,"
      " transfer_method device_code_flow, original_transfer_method authentication_transfer,"
      " flow refresh, session_age 2h,"
      " now \"2026-11-25T10:00:00Z\", completed [password 10m, sms_otp],"
      " satisfied [mfa, terms_of_use \"General\"], device.compliant false, device.managed true,"
      " device.trust_type workplace, device.ownership company, device.model \"X1\","
      " device.physical_ids [\"[ZTDId]\"], device.reported_lost, amount 5, fresh, channel web,"
      " note \"hello\"");
  ASSERT_EQ(c.errors, Texts{}) << render(c);
  const SignInFacts& f = c.facts();
  EXPECT_EQ(f.user, "amy");
  EXPECT_EQ(f.groups, (Texts{"A", "B"}));
  EXPECT_EQ(f.roles, Texts{"R"});
  EXPECT_EQ(f.external_tenant, "t9");
  EXPECT_EQ(f.target, "ledger");
  EXPECT_EQ(f.target_kind, TargetKind::kApp);
  EXPECT_EQ(f.app_groups, Texts{"office365"});
  EXPECT_EQ(f.client, ClientApp::kBrowser);
  EXPECT_EQ(f.platform, Platform::kIos);
  EXPECT_EQ(f.ip, "2001:db8::1");
  EXPECT_EQ(f.country, "AT");
  EXPECT_EQ(f.sign_in_risk, Risk::kLow);
  EXPECT_EQ(f.user_risk, Risk::kHigh);
  EXPECT_EQ(f.service_principal_risk, Risk::kMedium);
  EXPECT_EQ(f.insider_risk, InsiderRisk::kMinor);
  EXPECT_EQ(f.transfer_method, TransferMethod::kDeviceCodeFlow);
  EXPECT_EQ(f.original_transfer_method, TransferMethod::kAuthenticationTransfer);
  EXPECT_EQ(f.flow, Flow::kRefresh);
  EXPECT_EQ(f.session_age_s, 7200);
  EXPECT_EQ(f.now_unix_s, 1795600800);
  ASSERT_EQ(f.completed.size(), 2U);
  EXPECT_EQ(f.completed[0].age_s, 600U);
  EXPECT_EQ(f.completed[1].method, Method::kSmsOtp);
  ASSERT_EQ(f.satisfied.size(), 2U);
  EXPECT_EQ(f.satisfied[1].name, "General");
  EXPECT_EQ(f.device.compliant, Tristate::kFalse);
  EXPECT_EQ(f.device.managed, Tristate::kTrue);
  EXPECT_EQ(f.device.trust, DeviceTrust::kWorkplace);
  EXPECT_EQ(f.device.ownership, DeviceOwnership::kCompany);
  EXPECT_TRUE(f.device.reported_lost);
  ASSERT_EQ(f.strings.size(), 2U);
  EXPECT_EQ(f.strings[1].first, "device.model");
  ASSERT_EQ(f.lists.size(), 1U);
  EXPECT_EQ(f.lists[0].values, Texts{"[ZTDId]"});
  ASSERT_EQ(f.signals.size(), 4U);
  EXPECT_EQ(std::get<std::int64_t>(f.signals[0].value), 5);
  EXPECT_TRUE(std::get<bool>(f.signals[1].value));
  EXPECT_EQ(std::get<std::string>(f.signals[2].value), "web");
}

TEST(TestBlocks, TargetsAreAnAppAnActionOrAContextByNameOrId) {
  EXPECT_EQ(given("context Pay").facts().target, "c1");
  EXPECT_EQ(given("context \"c7\"").facts().target, "c7");
  EXPECT_EQ(given("context Pay").facts().target_kind, TargetKind::kAuthContext);
  EXPECT_EQ(given("action register_device").facts().target_kind, TargetKind::kUserAction);
}

TEST(TestBlocks, ADeviceWithAttributesIsRegisteredUnlessTheTestSaysOtherwise) {
  EXPECT_TRUE(given("device.compliant true").facts().device.registered);
  EXPECT_FALSE(given("device.compliant true, device.registered false").facts().device.registered);
  EXPECT_FALSE(given("device.reported_lost true").facts().device.registered);
  EXPECT_FALSE(given("device.compliant unknown").facts().device.registered);
}

TEST(TestBlocks, UnknownLeavesAFactOut) {
  const Compiled c = given("amount unknown, country unknown, ip unknown, platform unknown");
  ASSERT_EQ(c.errors, Texts{}) << render(c);
  EXPECT_TRUE(c.facts().signals.empty());
  EXPECT_TRUE(c.facts().country.empty());
}

TEST(TestBlocks, MembershipTakesTheFirstAlternativeThatCanHold) {
  EXPECT_EQ(given("user \"amy\" in Bosses").facts().groups, Texts{"Bosses"});
  EXPECT_EQ(given("user \"bo\" in Bosses").facts().groups, Texts{}) << "the set names him";
  EXPECT_EQ(given("user in Bosses").facts().user, "bo") << "nothing said: the first member";
  EXPECT_EQ(given("user \"amy\" in [role \"CEO\"]").facts().roles, Texts{"CEO"});
  EXPECT_EQ(given("user \"amy\" in [group \"X\", group \"Y\"]").facts().groups, (Texts{"X", "Y"}))
      << "a list: a member of each";
  EXPECT_EQ(given("user \"amy\" in Nested").facts().groups, Texts{"Bosses"});
  EXPECT_EQ(given("user \"eve\" in Two").errors, Texts{});
}

TEST(TestBlocks, MembersOfGuestsAndServicePrincipalsChangeTheKindOfUser) {
  const Compiled guest = given("user \"amy\" in Partners");
  EXPECT_EQ(guest.facts().user_kind, UserKind::kInternalGuest);
  EXPECT_EQ(guest.facts().external_tenant, "t1");
  const Compiled chosen = given("user \"amy\" in Partners, user.kind service_provider");
  ASSERT_EQ(chosen.errors, Texts{}) << render(chosen);
  EXPECT_EQ(chosen.facts().user_kind, UserKind::kServiceProvider);
  EXPECT_EQ(given("user in Robots").facts().user, "batch");
  EXPECT_EQ(given("user in Robots").facts().user_kind, UserKind::kServicePrincipal);
  EXPECT_EQ(given("user \"x\" in [service_principals]").facts().user_kind,
            UserKind::kServicePrincipal);
}

TEST(TestBlocks, MembershipThatCannotHoldIsAnError) {
  EXPECT_EQ(given("user \"amy\" in Two").errors, Texts{"G0305"});
  EXPECT_EQ(given("user \"amy\" in [none]").errors, Texts{"G0305"});
  EXPECT_EQ(given("user \"amy\" in Partners, user.kind member").errors, Texts{"G0305"});
  EXPECT_EQ(given("user \"amy\" in Partners, user.tenant \"t2\"").errors, Texts{"G0305"});
  EXPECT_EQ(given("user \"amy\" in [guests(service_provider), guests(internal_guest)]").errors,
            Texts{"G0305"});
  EXPECT_EQ(given("app \"other\" in Bank").errors, Texts{"G0305"});
  EXPECT_EQ(given("country AT in Bank").errors, Texts{"G0305"});
}

TEST(TestBlocks, AppsBelongToSetsOfApps) {
  EXPECT_EQ(given("app in Bank").facts().target, "ledger");
  EXPECT_EQ(given("app \"portal\" in Bank").facts().target, "portal");
  EXPECT_EQ(given("app \"word\" in Office").facts().app_groups, Texts{"office365"});
}

TEST(TestBlocks, RowsAddTheirCellsToWhatIsGiven) {
  const Compiled c = compile_tests(
      "test \"t\" (amount, completed -> expected) {\n  given user \"amy\"\n"
      "  5 | [password]  -> allow\n  6 | [] -> block because \"P1\"\n}\n");
  ASSERT_EQ(c.errors, Texts{}) << render(c);
  ASSERT_EQ(c.output.tests.size(), 2U);
  EXPECT_EQ(c.output.tests[0].row, "5 | [password]");
  EXPECT_EQ(c.facts(0).user, "amy");
  EXPECT_EQ(c.facts(1).user, "amy");
  EXPECT_EQ(c.facts(0).completed.size(), 1U);
  EXPECT_EQ(c.facts(1).completed.size(), 0U);
  EXPECT_EQ(c.output.tests[1].expected.because, Texts{"P1"});
  const SourceSpan span = c.output.tests[1].span;
  EXPECT_EQ(c.output.files[span.file].text.substr(span.begin, 6), "6 | []");
}

TEST(TestBlocks, ExpectedClausesAreSpelledAsThePolicySetSpellsThem) {
  const auto clauses = [](const std::string& expectation) {
    const Compiled c =
        compile_tests("test \"t\" {\n  given user \"amy\"\n  expect " + expectation + "\n}\n");
    EXPECT_EQ(c.errors, Texts{}) << render(c);
    return c.output.tests.at(0).expected.requires_any;
  };
  const std::string clause(given("user \"amy\"").output.policies->clause(0));
  EXPECT_EQ(clauses("challenge any of (compliant_device, Strong)"), Texts{clause});
  EXPECT_EQ(clauses("challenge any of (strength Strong, compliant_device)"), Texts{clause});
  EXPECT_EQ(clauses("challenge Strong"), Texts{"strength Strong"});
  EXPECT_EQ(clauses("challenge all of (mfa, Strong)"), (Texts{"mfa", "strength Strong"}));
  EXPECT_EQ(clauses("challenge all of (terms_of_use \"General\")"),
            Texts{"terms_of_use \"General\""});
  EXPECT_EQ(clauses("challenge reauthenticate"), Texts{});
}

struct Mistake {
  const char* facts;
  const char* code;
  const char* help;  // what the help line must hold; empty: no matter
};

TEST(TestBlocks, EveryMistakeInAFactHasItsDiagnostic) {
  for (const Mistake& mistake :
       std::initializer_list<Mistake>{{"sign_in_rsik low", "G0201", "sign_in_risk"},
                                      {"amout 5", "G0201", "amount"},
                                      {"device.complient true", "G0202", "compliant"},
                                      {"risky true", "G0207", ""},
                                      {"location Bank", "G0205", "ip"},
                                      {"completed.fido2", "G0205", "completed"},
                                      {"now.time 22:00", "G0205", "now"},
                                      {"sign_in_risk hihg", "G0304", "high"},
                                      {"sign_in_risk 5", "G0310", ""},
                                      {"sign_in_risk", "G0311", ""},
                                      {"channel wbe", "G0304", "web"},
                                      {"amount \"5\"", "G0310", ""},
                                      {"amount", "G0311", ""},
                                      {"fresh 3", "G0310", ""},
                                      {"device.registered 1", "G0310", ""},
                                      {"user amy", "G0310", "quotation"},
                                      {"user", "G0311", ""},
                                      {"user \"\"", "G0310", ""},
                                      {"user \"amy\" in Bossses", "G0203", "Bosses"},
                                      {"user \"amy\" in Bank", "G0207", ""},
                                      {"ip \"203.0.113.300\"", "G0307", ""},
                                      {"ip \"203.0.113.0/24\"", "G0307", ""},
                                      {"country Austria", "G0308", ""},
                                      {"country at", "G0308", "AT"},
                                      {"now \"yesterday\"", "G0310", ""},
                                      {"now \"2026-02-30T10:00:00Z\"", "G0310", ""},
                                      {"session_age 5", "G0310", ""},
                                      {"action register_devise", "G0205", "register_device"},
                                      {"context Pya", "G0203", "Pay"},
                                      {"app \"a\", context Pay", "G0410", ""},
                                      {"app.groups [office356]", "G0205", "office365"},
                                      {"completed [pasword]", "G0304", "password"},
                                      {"completed [password sms_otp]", "G0314", ""},
                                      {"completed [password until 2026-01-01]", "G0415", ""},
                                      {"satisfied [mfaa]", "G0205", "mfa"},
                                      {"satisfied [compliant_device]", "G0205", "device.compliant"},
                                      {"satisfied [terms_of_use]", "G0311", ""},
                                      {"user.groups [group \"A\"]", "G0310", ""},
                                      {"sign_in_risk low, sign_in_risk high", "G0418", ""},
                                      {"device.first_seen 3", "G0310", ""}}) {
    const Compiled c = given(mistake.facts);
    EXPECT_EQ(c.errors, Texts{mistake.code}) << mistake.facts << "\n" << render(c);
    const bool helps = std::ranges::any_of(c.output.diagnostics, [&](const Diagnostic& d) {
      return d.help.find(mistake.help) != std::string::npos;
    });
    EXPECT_TRUE(helps) << mistake.facts << "\n" << render(c);
    EXPECT_EQ(c.output.policies, nullptr) << "a set with an error is not loaded";
  }
}

TEST(TestBlocks, EveryMistakeInABlockHasItsDiagnostic) {
  const auto errors = [](const std::string& text) { return compile_tests(text).errors; };
  EXPECT_EQ(errors("test \"t\" { given user \"amy\" }"), Texts{"G0417"});
  EXPECT_EQ(errors("test \"t\" (amount -> expected) { given user \"amy\" }"), Texts{"G0417"});
  EXPECT_EQ(errors("test \"t\" (amount, fresh -> expected) { 5 -> allow }"), Texts{"G0416"});
  EXPECT_EQ(errors("test \"t\" { 5 -> allow }"), Texts{"G0416"});
  EXPECT_EQ(errors("test \"t\" (amount -> expected) { 5 -> allow  expect allow }"), Texts{"G0312"});
  EXPECT_EQ(errors("test \"t\" (amount -> expected) { given amount 4  5 -> allow }"),
            Texts{"G0418"});
  EXPECT_EQ(errors("test \"t\" (amount, amount -> expected) { 5 | 6 -> allow }"), Texts{"G0418"});
  EXPECT_EQ(errors("test \"t\" { given user \"amy\"  expect block because \"P2\" }"),
            Texts{"G0211"});
  EXPECT_EQ(errors("test \"t\" { given user \"amy\"  expect challenge Stronk }"), Texts{"G0203"});
  EXPECT_EQ(errors("test \"t\" { given user \"amy\"  expect challenge Bank }"), Texts{"G0207"});
  EXPECT_EQ(errors("test \"t\" { given user \"amy\"  expect challenge all of (terms_of_use) }"),
            Texts{"G0311"});
}

TEST(TestBlocks, ADamagedFileGivesNoConsequences) {
  EXPECT_EQ(compile_tests("signal amuont : integer integer\n"
                          "test \"t\" { given amuont 5  expect allow }")
                .errors,
            Texts{"G0101"});
  EXPECT_EQ(compile_tests("test \"t\" { given user  = \"amy\" }").errors, Texts{"G0101"});
}

TEST(TestBlocks, MomentsAreReadInTheCalendarAndInAnyOffset) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_instant("2026-11-25T11:00:00+01:00"), parse_instant("2026-11-25T10:00Z"));
  EXPECT_EQ(parse_instant("2026-11-25T05:30:00-04:30"), parse_instant("2026-11-25T10:00:00Z"));
  EXPECT_EQ(parse_instant("2024-02-29T00:00:00Z"), 1709164800);
  for (const char* wrong :
       {"", "2026-11-25", "2026-11-25T10:00:00", "2026-11-25 10:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-25T24:00:00Z", "2026-11-25T10:60:00Z", "2026-11-25T10:00:00Zx",
        "2026-11-25T10:00:00+99:00", "2026-02-29T00:00:00Z", "-026-11-25T10:00:00Z"}) {
    EXPECT_EQ(parse_instant(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace gate::compiler::sema
