#include <gtest/gtest.h>

#include <gate/compile.hpp>

#include "compiler/driver/temporary_folder.h"

// A folder compiled again parses only what changed, and means what it says.
namespace gate::compiler {
namespace {

std::string policy(const std::string& name, const std::string& condition) {
  return "policy \"" + name + "\" {\n  users include all\n  target include all apps\n  when " +
         condition + "\n  grant require mfa\n}\n";
}

/// Compiles with and without the cache; both must say the same.
CompileOutput compile_both_ways(const TemporaryFolder& folder, CompileCache& cache,
                                CompileOptions options = {}) {
  options.backend = Backend::kInterpreter;
  const CompileOutput fresh = compile_folder(folder.path(), options);
  options.cache = &cache;
  CompileOutput out = compile_folder(folder.path(), options);
  EXPECT_EQ(render_text(out, false), render_text(fresh, false));
  EXPECT_EQ(out.policies == nullptr, fresh.policies == nullptr);
  if (out.policies != nullptr && fresh.policies != nullptr) {
    EXPECT_EQ(out.policies->digest(), fresh.policies->digest());
  }
  EXPECT_EQ(out.tests.size(), fresh.tests.size());
  return out;
}

TEST(CompileCache, S2_PoliciesAreHeldAgainstWhatIsSuppliedNow) {
  const TemporaryFolder folder;
  folder.write("a.gate", policy("A", "abroad") + policy("B", "user_risk == high"));
  folder.write("names.gate", "let abroad = country != AT\n");
  CompileCache cache;
  CompileOptions options;
  EXPECT_NE(compile_both_ways(folder, cache).policies, nullptr);
  options.facts.emplace().supplied = {"user", "app", "user_risk"};
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(compile_both_ways(folder, cache, options).policies, nullptr);
  }
  options.facts->accepted = {"country"};
  for (int times = 0; times < 2; ++times) {
    const CompileOutput accepted = compile_both_ways(folder, cache, options);
    EXPECT_NE(accepted.policies, nullptr);
    EXPECT_EQ(accepted.diagnostics.size(), 1U);
  }
  EXPECT_EQ(cache.statistics().policies_lowered, 0U);
  EXPECT_EQ(compile_both_ways(folder, cache).diagnostics.size(), 0U);
}

TEST(CompileCache, EditsMistakesAndNewFilesAreSeenAndTheRestIsNotParsedAgain) {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "p" + std::to_string(10 + i);
    folder.write(name + ".gate", policy(name + "a", "risky") + policy(name + "b", "risky"));
  }
  folder.write("names.gate",
               "let risky = sign_in_risk >= medium\n"
               "test \"t\" {\n  given app \"x\", sign_in_risk high\n  expect challenge mfa\n}\n");
  CompileCache cache;
  const std::string before(compile_both_ways(folder, cache).policies->digest());
  EXPECT_EQ(cache.statistics().files_parsed, 21U);

  EXPECT_EQ(compile_both_ways(folder, cache).policies->digest(), before);
  EXPECT_EQ(cache.statistics().files_parsed, 0U);
  EXPECT_EQ(cache.statistics().files_reused, 21U);

  folder.write("p15.gate", policy("p15a", "risky") + policy("p15b", "user_risk == high"));
  EXPECT_NE(compile_both_ways(folder, cache).policies->digest(), before);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
  EXPECT_EQ(cache.statistics().declarations_reused, 1U);

  folder.write("p15.gate", policy("p15a", "riskyy"));
  EXPECT_EQ(compile_both_ways(folder, cache).policies, nullptr);
  folder.write("p15.gate", policy("p15a", "risky") + "policy \"half\" {");
  EXPECT_EQ(compile_both_ways(folder, cache).policies, nullptr);

  folder.write("p15.gate", policy("p15a", "risky") + policy("p15b", "risky"));
  folder.write("p14b.gate", policy("p14c", "risky"));  // every later file gets another number
  EXPECT_NE(compile_both_ways(folder, cache).policies, nullptr);
  EXPECT_EQ(cache.statistics().files_parsed, 2U);

  // The names that unchanged files use may change under them.
  folder.write("names.gate", "let risky = sign_in_risk == high\n");
  EXPECT_NE(compile_both_ways(folder, cache).policies->digest(), before);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
  folder.write("names.gate", "let risk = sign_in_risk == high\n");
  EXPECT_EQ(compile_both_ways(folder, cache).policies, nullptr);
  EXPECT_EQ(cache.statistics().files_parsed, 1U);
}

TEST(CompileCache, TemplatesAreExpandedAfreshEachTime) {
  const TemporaryFolder folder;
  folder.write("t.gate",
               "template T(who: users) {\n  users include who\n  target include all apps\n"
               "  grant block\n}\n");
  folder.write("p.gate", "policy \"P\" {\n  apply T(who group \"A\")\n}\n");
  CompileCache cache;
  const std::string first(compile_both_ways(folder, cache).policies->digest());
  EXPECT_EQ(compile_both_ways(folder, cache).policies->digest(), first);
  folder.write("p.gate", "policy \"P\" {\n  apply T(who group \"B\")\n}\n");
  EXPECT_NE(compile_both_ways(folder, cache).policies->digest(), first);
}

}  // namespace
}  // namespace gate::compiler
