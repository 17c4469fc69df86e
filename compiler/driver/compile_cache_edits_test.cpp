#include <gtest/gtest.h>

#include <gate/compile.hpp>
#include <gate/policy_file.hpp>
#include <random>

// Whatever is edited, a compilation with a cache says and gives what one without
// does: the same diagnostics, in the same order, at the same places, and the same program.
namespace gate::compiler {
namespace {

using Rng = std::mt19937_64;

std::size_t below(Rng& rng, std::size_t count) {
  return rng() % count;
}
bool one_in(Rng& rng, std::size_t count) {
  return below(rng, count) == 0;
}
template <std::size_t N>
std::string pick(Rng& rng, const char* const (&from)[N]) {
  return from[below(rng, N)];
}
std::string number(Rng& rng, std::size_t count) {
  return std::to_string(below(rng, count));
}

/// Some are wrong in some sets: no such name, a circle, another kind.
std::string who(Rng& rng) {
  static constexpr const char* kWho[] = {
      "user \"a\"", "group \"g\"", "role \"Global Administrator\"",
      "A0",         "A1",          "A2",
      "all",        "group \"h\"", "guests(b2b_collaboration_guest, tenant \"t\")"};
  return one_in(rng, 200) ? "A9" : pick(rng, kWho);
}

std::string place(Rng& rng) {
  static constexpr const char* kPlaces[] = {"ip \"203.0.113.0/24\"",
                                            "trusted ip \"10.0.0.0/8\"",
                                            "country AT",
                                            "country unknown",
                                            "L0",
                                            "L1",
                                            "trusted",
                                            "gps country AT"};
  return one_in(rng, 200) ? "L9" : pick(rng, kPlaces);
}

std::string test(Rng& rng) {
  static constexpr const char* kTests[] = {"sign_in_risk >= medium",
                                           "s0 > 5",
                                           "s1",
                                           "s2 == x",
                                           "l0",
                                           "l1",
                                           "device.compliant",
                                           "device.model == \"m\"",
                                           "completed contains fido2",
                                           "platform == android",
                                           "now.time between 07:00 and 19:00 in \"Europe/Vienna\"",
                                           "now.weekday in [saturday]",
                                           "user in A0",
                                           "app in [app \"p\"]",
                                           "session_age > 4h",
                                           "true"};
  if (one_in(rng, 4)) {
    return "location in [" + place(rng) + ", " + place(rng) + "]";
  }
  return one_in(rng, 200) ? "nothing_such" : pick(rng, kTests);
}

std::string condition(Rng& rng) {
  std::string out = test(rng);
  for (std::size_t more = below(rng, 3); more > 0; --more) {
    out +=
        (one_in(rng, 2) ? " and " : " or ") + std::string(one_in(rng, 4) ? "not " : "") + test(rng);
  }
  return out;
}

std::string grant(Rng& rng) {
  static constexpr const char* kGrants[] = {"block",
                                            "require mfa",
                                            "require strength S0",
                                            "require any of (mfa, compliant_device)",
                                            "require all of (strength S1, compliant_device)",
                                            "require password_change",
                                            "require terms_of_use \"T\"",
                                            "require nonsense"};
  return kGrants[below(rng, one_in(rng, 20) ? 8 : 7)];
}

std::string policy(Rng& rng) {
  const std::string name = "P" + number(rng, one_in(rng, 10) ? 40 : 100'000);
  std::string out = one_in(rng, 4) ? "## What " + name + " is for.\n" : "";
  out += "policy \"" + name + "\" {\n";
  if (one_in(rng, 8)) {
    out += "  id \"id-" + number(rng, one_in(rng, 10) ? 5 : 100'000) + "\"\n";
  }
  if (one_in(rng, 6)) {
    return out + "  apply T" + number(rng, 2) + "(who " + who(rng) + ", age 4h)\n}\n";
  }
  if (one_in(rng, 4)) {
    out += "  state " + std::string(one_in(rng, 2) ? "report_only until 2026-06-01\n" : "off\n");
  }
  out += "  users include " + who(rng) + ", " + who(rng);
  if (one_in(rng, 2)) {
    out +=
        "\n        exclude " + who(rng) + (one_in(rng, 2) ? " until 2026-03-01 because \"x\"" : "");
  }
  out += one_in(rng, 3) ? "\n  target include app \"p\"" : "\n  target include all apps";
  if (!one_in(rng, 3)) {
    out += "\n  when " + condition(rng);
  }
  out += "\n  grant " + grant(rng);
  if (one_in(rng, 5)) {
    out += "\n  session sign_in_frequency " + std::to_string(1 + below(rng, 9)) + "h";
  }
  return out + "\n}\n";
}

std::string declaration(Rng& rng) {
  static constexpr const char* kOthers[] = {
      "default deny\n",
      "profile workforce\n",
      "context C0 = \"c1\" \"Pay\"\n",
      "signal s0 : integer\n",
      "signal s0 : integer default 7\n",
      "signal s1 : boolean default false\n",
      "signal s2 : one_of [x, y]\n",
      "strength S0 = any of [fido2], [password, sms_otp]\n",
      "strength S0 = any of [fido2(aaguid \"AB\")]\n",
      "strength S1 = any of [windows_hello], [x509_multi_factor(issuer \"ca\")]\n",
      "template T0(who: users, age: duration) {\n  users include who\n  target include all apps\n"
      "  grant require mfa\n  session sign_in_frequency age\n}\n",
      "template T1(who: users, age: duration) {\n  users include who exclude A1\n  target include "
      "all apps\n  when l0 or s0 > 3\n  grant block\n}\n",
      "# only a comment\n",
      "assert \"x\" {\n  every sign_in where user in A0 is blocked\n}\n",
      "test \"t\" {\n  given user \"a\", app \"p\", sign_in_risk high\n  expect block because "
      "\"P1\"\n}\n",
      "user A0 = group \"misspelt\"\n"};
  switch (below(rng, 9)) {
    case 0:
      return "users A" + number(rng, 3) + " = " + who(rng) + ", " + who(rng) + "\n";
    case 1:
      return "locations L" + number(rng, 2) + " = " + place(rng) + ", " + place(rng) + "\n";
    case 2:
      return "let l" + number(rng, 2) + " = " + condition(rng) + "\n";
    case 3:
      return pick(rng, kOthers);
    default:
      return policy(rng);
  }
}

/// A set as lists of declarations, so that edits are those an author makes.
struct Draft {
  std::vector<std::pair<std::string, std::vector<std::string>>> files;

  static Draft make(Rng& rng) {
    Draft out;
    out.files.push_back(
        {"0.gate",
         {"users A0 = group \"a0\"\n", "users A1 = user \"a1\", A0\n",
          "users A2 = A1, role \"Security Administrator\"\n",
          "locations L0 = trusted ip \"198.51.100.0/24\"\n", "locations L1 = country CH, L0\n",
          "let l0 = sign_in_risk == high\n", "let l1 = l0 or location in [L1]\n",
          "signal s0 : integer\n", "signal s1 : boolean\n", "signal s2 : one_of [x, y]\n",
          "strength S0 = any of [fido2]\n", "strength S1 = any of [password, email_otp]\n",
          "template T0(who: users, age: duration) {\n  users include who\n  target "
          "include all apps\n  grant require mfa\n  session sign_in_frequency "
          "age\n}\n",
          "template T1(who: users, age: duration) {\n  users include who\n  target "
          "include all apps\n  when l1\n  grant block\n}\n"}});
    for (int i = 1; i < 4; ++i) {
      std::vector<std::string> some;
      for (int j = 0; j < 8; ++j) {
        some.push_back(policy(rng));
      }
      out.files.push_back({std::to_string(i) + ".gate", std::move(some)});
    }
    return out;
  }

  void edit(Rng& rng) {
    auto& [name, list] = files[below(rng, files.size())];
    const std::size_t at = below(rng, list.size() + 1);
    switch (below(rng, 9)) {
      case 0:
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), declaration(rng));
        break;
      case 1:
        if (at < list.size()) {
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
        }
        break;
      case 2:
        std::shuffle(list.begin(), list.end(), rng);
        break;
      case 3:
        std::swap(files[below(rng, files.size())].second, list);
        break;
      case 4:
        name = number(rng, 3) + name;
        break;
      case 5:  // a slip of the hand
        if (at < list.size() && !list[at].empty()) {
          list[at].erase(below(rng, list[at].size()), 1 + below(rng, 3));
        }
        break;
      default:
        if (at < list.size()) {
          list[at] = declaration(rng);
        }
    }
  }

  [[nodiscard]] std::vector<SourceFile> text() const {
    std::vector<SourceFile> out;
    for (const auto& [name, list] : files) {
      std::string all;
      for (const std::string& each : list) {
        all += each;
      }
      out.push_back({name, std::move(all)});
    }
    return out;
  }
};

struct Counts {
  std::size_t good = 0;
  std::size_t bad = 0;
  std::size_t reused = 0;
};

void compare(const Draft& draft, CompileOptions options, CompileCache& cache, Counts& counts) {
  const CompileOutput fresh = compile(draft.text(), options);
  options.cache = &cache;
  const CompileOutput cached = compile(draft.text(), options);
  ASSERT_EQ(render_text(cached, false), render_text(fresh, false));
  ASSERT_EQ(render_json(cached), render_json(fresh));
  ASSERT_EQ(cached.policies == nullptr, fresh.policies == nullptr);
  ASSERT_EQ(cached.tests.size(), fresh.tests.size());
  if (fresh.policies != nullptr) {
    ASSERT_EQ(cached.policies->digest(), fresh.policies->digest());
    ASSERT_EQ(*save_policy_set(*cached.policies), *save_policy_set(*fresh.policies));
    counts.reused += fresh.policies->policy_count() - cache.statistics().policies_lowered;
  }
  ++(fresh.policies != nullptr ? counts.good : counts.bad);
}

void walk(std::uint64_t seed, Counts& counts) {
  Rng rng(seed);
  CompileOptions options;
  options.backend = Backend::kInterpreter;
  Draft draft = Draft::make(rng);
  while (compile(draft.text(), options).policies == nullptr) {
    draft = Draft::make(rng);
  }
  Draft good = draft;
  CompileCache cache;
  for (int step = 0; step < 60; ++step) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
    if (one_in(rng, 15)) {
      options.today = Date{2026, static_cast<std::uint8_t>(1 + below(rng, 12)), 1};
    }
    options.profile = one_in(rng, 15) ? "external_id" : "";
    options.lints = one_in(rng, 10);
    options.keep_test_blocks = !one_in(rng, 5);
    const std::size_t before = counts.good;
    compare(draft, options, cache, counts);
    if (testing::Test::HasFatalFailure()) {
      return;
    }
    if (counts.good > before) {
      good = draft;
    } else if (!one_in(rng, 3)) {
      draft = good;  // the author mends it
    }
    draft.edit(rng);
  }
}

TEST(CompileCacheEdits, RandomEditsGiveWhatACompilationFromNothingGives) {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= 24 && !HasFatalFailure(); ++seed) {
    walk(seed, counts);
  }
  // A walk through wrong sets alone, or one that reuses nothing, would show nothing.
  EXPECT_GT(counts.good, 200U);
  EXPECT_GT(counts.bad, 100U);
  EXPECT_GT(counts.reused, 2'000U);
}

}  // namespace
}  // namespace gate::compiler
