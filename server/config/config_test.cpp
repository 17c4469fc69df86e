#include "server/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "server/config/config_keys.h"
#include "server/config/rules.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSmallest =
    "environment = \"development\"\n[policies]\nfolder = \"p\"\n";

std::string problems_of(std::string_view more) {
  const ConfigOutcome outcome =
      parse_config(std::string(kSmallest) + std::string(more), "/etc/gate");
  return render(outcome.problems, "gated.toml");
}

TEST(Config, ABrokenRuleIsReportedBesideWrongValuesAndNotBecauseOfThem) {
  const std::string both = problems_of(
      "[http]\nport = 70000\nlisten = \"192.0.2.1\"\n[store]\nnode = \"\"\n[log]\nlevel = "
      "\"loud\"\n");
  EXPECT_THAT(both, HasSubstr("error[C005]: `http.port`"));
  EXPECT_THAT(both, HasSubstr("error[C005]: `log.level`"));
  EXPECT_THAT(both, HasSubstr("error[C006]: `http.listen`"));
  EXPECT_THAT(both, HasSubstr("error[C006]: `store.node`"));
  const std::string refused = problems_of(
      "[delivery]\nemail = \"smtp\"\n[smtp]\nhost = 7\nfrom = \"codes@bank.example\"\n");
  EXPECT_THAT(refused, HasSubstr("error[C004]: `smtp.host`"));
  EXPECT_THAT(refused, Not(HasSubstr("error[C006]: `smtp.host`")));
  EXPECT_THAT(problems_of("environment = \"developement\"\n[delivery]\nemail = \"outbox\"\n"),
              Not(HasSubstr("C006")))
      << "most rules depend on it";
}

TEST(Config, TheSmallestFileGivesDefaultsAndAbsolutePaths) {
  const ConfigOutcome outcome = parse_config(kSmallest, "/etc/gate");
  ASSERT_TRUE(outcome.ok()) << render(outcome.problems, "f");
  EXPECT_EQ(outcome.config.http_port, 9090);
  EXPECT_EQ(outcome.config.policies_folder, "/etc/gate/p");
  EXPECT_EQ(outcome.config.store_url, "sqlite:/etc/gate/data/gated.sqlite3");
  EXPECT_EQ(outcome.config.http_tls_key, "");
}

TEST(Config, S11_AccessTokensOutliveTheRenewalOffsetOfMsal) {
  constexpr std::int64_t kRenewalOffsetSeconds = 300;
  const ConfigOutcome outcome = parse_config(kSmallest, "/etc/gate");
  EXPECT_EQ(outcome.config.sign_in_access_token_seconds, 600);
  EXPECT_GT(outcome.config.sign_in_access_token_seconds, kRenewalOffsetSeconds);
}

TEST(Config, EveryMistakeIsReportedWithItsLineAndAStableCode) {
  EXPECT_EQ(problems_of("[http]\nprot = 1\nlisten = 7\nport = 65536\n[logg]\n"),
            "gated.toml:5: error[C003]: unknown key `http.prot`; did you mean `http.port`?\n"
            "gated.toml:6: error[C004]: `http.listen` must be a string\n"
            "gated.toml:7: error[C005]: `http.port` is 65536; it must lie between 0 and 65535\n"
            "gated.toml:8: error[C003]: unknown key `logg`; did you mean `log`?\n");
  EXPECT_THAT(
      problems_of("[sign_in]\nrevealing_tenants = [\"t\"]\n"),
      HasSubstr("gated.toml:5: error[C003]: `sign_in.revealing_tenants` is no longer a key; "
                "each tenant says it in its own entry: write `\"answers\": "
                "\"compatible\"`"));
  EXPECT_THAT(problems_of("[http\n"), HasSubstr("gated.toml:4: error[C002]: "));
  EXPECT_THAT(
      problems_of("[log]\nlevel = \"loud\"\n"),
      HasSubstr("error[C005]: `log.level` is `loud`; it must be one of debug|info|warning|error"));
  EXPECT_THAT(problems_of("[log]\nlevel = \"debug|info\"\n"), HasSubstr("error[C005]"));
  EXPECT_THAT(problems_of("[http]\ntrusted_proxies = [\"10.0.0.1\", 3]\n"),
              HasSubstr("error[C004]: `http.trusted_proxies` must be a list of strings"));
  EXPECT_THAT(problems_of("[http]\nbehind_proxy = \"yes\"\n"),
              HasSubstr("error[C004]: `http.behind_proxy` must be true or false"));
  EXPECT_THAT(problems_of("[http]\npublic_url = \"http://a\\u0007\"\n"), HasSubstr("error[C005]"));
  EXPECT_THAT(render(load_config("/nowhere/gated.toml").problems, "x"),
              HasSubstr("error[C001]: cannot be read: No such file"));
}

TEST(Config, S8_AProxyThatIsNotTrustedToNameItsClientsIsAWarning) {
  const auto warnings = [](std::string_view http) {
    const ConfigOutcome outcome =
        parse_config(std::string(kSmallest) + "[http]\n" + std::string(http), "/");
    EXPECT_TRUE(outcome.ok());
    std::string keys;
    check_warnings(outcome.config, [&](std::string_view key, const std::string&) { keys += key; });
    return keys;
  };
  EXPECT_EQ(warnings("behind_proxy = true\n"), "http.trusted_proxies");
  EXPECT_EQ(warnings("behind_proxy = true\ntrusted_proxies = [\"10.0.0.1\"]\n"), "");
  EXPECT_EQ(warnings("behind_proxy = false\n"), "");
}

TEST(Config, ARiskEngineIsAskedOverTlsOrOnThisMachine) {
  for (const char* good : {"https://risk.bank.example", "https://risk.bank.example:8443/v1/assess",
                           "http://127.0.0.1:9000/", "http://localhost/a", ""}) {
    EXPECT_EQ(problems_of("[risk]\nengine_url = \"" + std::string(good) + "\"\n"), "") << good;
  }
  for (const char* bad :
       {"http://risk.bank.example/", "risk.bank.example", "https://", "https://u:p@risk.example/",
        "https://risk.example/?a=1", "ftp://risk.example/", "https:///path"}) {
    EXPECT_THAT(problems_of("[risk]\nengine_url = \"" + std::string(bad) + "\"\n"),
                HasSubstr("error[C006]: `risk.engine_url`"))
        << bad;
  }
}

TEST(Config, EachIntegerAcceptsItsBoundsAndRefusesOneMore) {
  for (const ConfigKey& key : config_keys()) {
    const auto* integer = std::get_if<IntegerKey>(&key.kind);
    if (integer == nullptr) {
      continue;
    }
    const auto with = [&](std::int64_t value) {
      const ConfigOutcome outcome = parse_config(
          std::string(kSmallest) +
              (key.section == "policies" ? "" : "[" + std::string(key.section) + "]\n") +
              std::string(key.key) + " = " + std::to_string(value) + "\n",
          "/");
      return outcome.ok();
    };
    EXPECT_TRUE(with(integer->min)) << key.full_name();
    EXPECT_TRUE(with(integer->max)) << key.full_name();
    EXPECT_FALSE(with(integer->min - 1)) << key.full_name();
    EXPECT_FALSE(with(integer->max + 1)) << key.full_name();
  }
}

TEST(Config, RulesBetweenKeysNameTheKeyToBlame) {
  const auto production = [](std::string_view more) {
    return render(parse_config("[policies]\nfolder = \"p\"\n" + std::string(more), "/").problems,
                  "f");
  };
  EXPECT_THAT(production(""), HasSubstr("error[C006]: `http.public_url`: production needs"));
  EXPECT_THAT(production("[http]\npublic_url = \"http://a.example\"\n"),
              HasSubstr("`http.public_url`"));
  EXPECT_EQ(production("[http]\npublic_url = \"https://a.example\"\n"), "");
  EXPECT_THAT(production("[delivery]\nemail = \"outbox\"\n"),
              HasSubstr("f:4: error[C006]: `delivery.email`: the outbox file"));
  EXPECT_THAT(production("[development]\nclock_file = \"c\"\n"),
              HasSubstr("`development.clock_file`"));
  EXPECT_THAT(problems_of("[http]\ntls_key = \"k\"\n"), HasSubstr("belong together"));
  EXPECT_THAT(problems_of("[http]\nlisten = \"0.0.0.0\"\n"),
              HasSubstr("`http.listen`: listening beyond loopback needs TLS"));
  EXPECT_THAT(problems_of("[http]\npublic_url = \"https://a.example/\"\n"),
              HasSubstr("without a path"));
  EXPECT_THAT(problems_of("[delivery]\nemail = \"smtp\"\n"),
              ::testing::AllOf(HasSubstr("`smtp.host`"), HasSubstr("`smtp.from`")));
  EXPECT_THAT(problems_of("[delivery]\nemail = \"smtp\"\n[smtp]\nhost = \"m.example\"\nfrom = "
                          "\"a@b.example\"\ntls = \"none\"\n"),
              HasSubstr("`smtp.tls`"));
  EXPECT_THAT(problems_of("[delivery]\nemail = \"smtp\"\n[smtp]\nhost = \"127.example\"\nfrom = "
                          "\"a@b.example\"\ntls = \"none\"\n"),
              HasSubstr("`smtp.tls`"))
      << "a name that looks like a loopback address is none";
  EXPECT_THAT(
      problems_of("[delivery]\nsms = \"twilio\"\n[twilio]\nbase_url = \"http://x.example\"\n"),
      ::testing::AllOf(HasSubstr("`twilio.account_sid`"), HasSubstr("`twilio.auth_token_file`"),
                       HasSubstr("`twilio.from`"), HasSubstr("`twilio.base_url`")));
  EXPECT_EQ(problems_of("[sign_in]\nsms_home_prefixes = [\"43\", \"1212\"]\n"), "");
  for (const char* prefix : {"+43", "0043", "", "12345678"}) {
    EXPECT_THAT(problems_of("[sign_in]\nsms_home_prefixes = [\"" + std::string(prefix) + "\"]\n"),
                HasSubstr("error[C006]: `sign_in.sms_home_prefixes`"));
  }
  EXPECT_THAT(problems_of("[http]\nport = 7\nmetrics_port = 7\n"),
              HasSubstr("error[C006]: `http.metrics_port`"));
  EXPECT_THAT(problems_of("[delivery]\nlanguage = \"Deutsch\"\n"),
              HasSubstr("error[C006]: `delivery.language`: write a language tag"));
  EXPECT_THAT(problems_of("[store]\nnode = \"\"\n"), HasSubstr("error[C006]: `store.node`"));
  EXPECT_THAT(problems_of("[passwords]\nblocklist_file = \"\"\n"),
              HasSubstr("error[C006]: `passwords.blocklist_file`: required"));
  EXPECT_THAT(problems_of("[passwords]\nmin_length = 7\n"), HasSubstr("between 8 and 64"));
  EXPECT_THAT(
      problems_of("tenants_folder = \"t\"\n"),
      HasSubstr("error[C006]: `policies.tenants_folder`: set this for a policy set of each"));
  EXPECT_EQ(render(parse_config(
                       "environment = \"development\"\n[policies]\ntenants_folder = \"t\"\n", "/")
                       .problems,
                   "f"),
            "");
  EXPECT_THAT(render(parse_config("environment = \"development\"\n", "/").problems, "f"),
              HasSubstr("f: error[C006]: `policies.folder`: required"));
}

TEST(Config, TheStoreIsNamedByAUrl) {
  const auto url_of = [](const std::string& url) {
    const ConfigOutcome outcome =
        parse_config(std::string(kSmallest) + "[store]\nurl = \"" + url + "\"\n", "/etc/gate");
    return outcome.ok() ? outcome.config.store_url : render(outcome.problems, "f");
  };
  EXPECT_EQ(url_of("sqlite:store/x.db"), "sqlite:/etc/gate/store/x.db");
  EXPECT_EQ(url_of("sqlite:/var/x.db"), "sqlite:/var/x.db");
  for (const std::string good :
       {"postgres://gated@db.example/gated?sslmode=verify-full", "postgresql:///gated?host=/run/pg",
        "postgres://gated@[2001:db8::1]:5433/gated", "postgres://a,b:5433/gated?passfile=/etc/p"}) {
    EXPECT_EQ(url_of(good), good);
  }
  for (const char* bad : {"/var/x.db", "mysql://h/d", "postgres:/h/d", "sqlite", "host=h"}) {
    EXPECT_THAT(url_of(bad), HasSubstr("error[C006]: `store.url`: write `sqlite:PATH` or"));
  }
}

// The effective configuration is printed, and parts of it are logged.
TEST(Config, APasswordInTheStoreUrlIsRefusedAndNotRepeated) {
  for (const char* url :
       {"postgres://gated:hunter2@db/gated", "postgresql://gated:hunter2@db:5432/gated?x=y",
        "postgres://gated:hun/ter2@db/gated", "postgres://:hunter2@db/gated",
        "postgres://db/gated?password=hunter2", "postgres://db/gated?a=b&PassWord=hunter2",
        "postgres://db/gated?sslpassword=hunter2", "postgres://db/gated?pass%77ord=hunter2"}) {
    const std::string text = problems_of("[store]\nurl = \"" + std::string(url) + "\"\n");
    EXPECT_THAT(text, HasSubstr("put it into a password file")) << url;
    EXPECT_THAT(text, ::testing::Not(HasSubstr("ter2"))) << url;
  }
}

TEST(Config, TheOldNameOfTheStoreSaysWhatToWrite) {
  EXPECT_THAT(
      problems_of("[store]\nfile = \"x.db\"\n"),
      HasSubstr("error[C003]: `store.file` is `store.url` now: write `url = \"sqlite:PATH"));
}

TEST(Config, S20_ASenderThatNoMailCanComeFromIsRefused) {
  const auto sender = [](const std::string& from) {
    return problems_of("[delivery]\nemail = \"smtp\"\n[smtp]\nhost = \"m.example\"\nfrom = '" +
                       from + "'\n");
  };
  EXPECT_EQ(sender("codes@bank.example"), "");
  EXPECT_EQ(sender("codes@localhost"), "");
  for (const char* bad :
       {"", "codes", "@", "codes@", "Bank <codes@bank.example>", "codes@b\xc3\xa4nk.example",
        "codes @bank.example", "a@b@c", "-codes@bank.example"}) {
    EXPECT_THAT(sender(bad), HasSubstr("error[C006]: `smtp.from`")) << bad;
  }
}

TEST(Config, WhatIsPrintedParsesBackToTheSame) {
  const ConfigOutcome first =
      parse_config(std::string(kSmallest) +
                       "[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nport = "
                       "1\n[smtp]\nfrom_name = 'a \"b\" \\c'\n",
                   "/etc");
  ASSERT_TRUE(first.ok());
  const std::string printed = print_config(first.config);
  const ConfigOutcome second = parse_config(printed, "/elsewhere");
  ASSERT_TRUE(second.ok()) << render(second.problems, "printed");
  EXPECT_EQ(print_config(second.config), printed);
}

TEST(Config, NamesAreUnique) {
  std::set<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(key.key.empty() || names.insert(key.full_name()).second) << key.full_name();
    EXPECT_FALSE(key.doc.empty());
  }
}

TEST(Config, TheReferencePageListsEveryKey) {
  const std::filesystem::path page =
      std::filesystem::path(GATE_SOURCE_DIR) / "docs/configuration.md";
  if (std::getenv("GATE_UPDATE") != nullptr) {
    std::filesystem::create_directories(page.parent_path());
    std::ofstream(page) << configuration_reference();
  }
  std::ifstream file(page);
  const std::string written((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
  EXPECT_EQ(written, configuration_reference()) << "run GATE_UPDATE=1 server_config_test";
}

}  // namespace
}  // namespace gate::server
