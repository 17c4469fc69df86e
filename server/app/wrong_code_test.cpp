// gated keeps serving when machine code is wrong, and says so: log and /readyz.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gate/compile.hpp>
#include <iterator>
#include <string>

#include "compiler/lower/planted_code.h"
#include "server/app/policies.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

namespace fs = std::filesystem;

std::string policy(const std::string& who, const std::string& grant) {
  return "policy \"" + who + "\" {\n  users include all\n  target include all apps\n  grant " +
         grant + "\n}\n";
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

TEST(PolicyKeeper, TakesASetWithTablesWhenItsMachineCodeIsWrongAndTellsOnce) {
  const fs::path folder =
      fs::path(::testing::TempDir()) / ("wrong_code_" + std::to_string(getpid()));
  fs::create_directories(folder / "set");
  const auto write = [&](const std::string& text) {
    std::ofstream(folder / "set" / "a.gate", std::ios::trunc) << text;
  };
  const auto logged = [&] {
    std::ifstream in(folder / "log");
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  write(policy("A", "block"));
  const CompileOutput output = compile_folder(folder / "set", {.native_code = NativeCode::kNever});
  ASSERT_NE(output.policies, nullptr);
  const auto code = lower::planted::in_process(*output.policies, lower::planted::nothing_applies);

  std::FILE* file = std::fopen((folder / "log").c_str(), "w");
  ASSERT_NE(file, nullptr);
  Logger log(fileno(file), LogLevel::kInfo, LogFormat::kJson);
  PolicyKeeper keeper((folder / "set").string(), CompileOptions{}, log);
  SignInRequest request;
  request.user = "u";
  request.target = "app";
  EXPECT_EQ(keeper.status().wrong_code, 0U);
  for (const std::string who : {"A", "B"}) {
    write(policy(who, "block"));
    ASSERT_TRUE(keeper.load()) << logged();
    EXPECT_EQ(keeper.evaluator().evaluate(request).outcome, Outcome::kBlock);
    EXPECT_EQ(keeper.evaluator().snapshot().policies->tier(), Tier::kTables);
    EXPECT_EQ(keeper.status().wrong_code, 1U);
    EXPECT_EQ(keeper.status().failed_loads, 0U);
    keeper.look();
    EXPECT_EQ(count(logged(), "machine_code_wrong"), 1U) << logged();
    EXPECT_EQ(count(logged(), "G0511"), 1U) << logged();
  }
  std::fclose(file);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace gate::server
