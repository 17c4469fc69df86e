#include <gate/gate_compile.h>
#include <gtest/gtest.h>

#include <gate/compile.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace {

struct Release {
  void operator()(gate_policy_set* set) const { gate_policy_set_release(set); }
  void operator()(gate_compilation* compilation) const { gate_compilation_free(compilation); }
  void operator()(gate_error* error) const { gate_error_free(error); }
};
template <typename T>
using Handle = std::unique_ptr<T, Release>;

std::string_view view(gate_str s) {
  return {s.data, s.size};
}
constexpr const char* kBlock =
    "policy \"Nobody\" { users include all target include all apps grant block }";

Handle<gate_compilation> compiled(const char* text) {
  const gate_source file = {gate_text("a.gate"), gate_text(text)};
  gate_compilation* compilation = nullptr;
  EXPECT_EQ(gate_compile(&file, 1, nullptr, &compilation, nullptr), GATE_OK);
  return Handle<gate_compilation>(compilation);
}

TEST(CCompile, GivesTheSetThatCppGives) {
  const auto compilation = compiled(kBlock);
  const Handle<gate_policy_set> set(gate_compilation_policy_set(compilation.get()));
  ASSERT_NE(set, nullptr);
  const gate::CompileOutput same = gate::compile({{"a.gate", kBlock}});
  EXPECT_EQ(view(gate_policy_set_digest(set.get())), same.policies->digest());
  gate_request r = gate_request_new();
  r.user = gate_text("amy");
  gate_decision d = gate_decision_new();
  ASSERT_EQ(gate_policy_set_evaluate(set.get(), &r, &d), GATE_OK);
  EXPECT_EQ(d.outcome, static_cast<unsigned>(GATE_OUTCOME_BLOCK));
  EXPECT_EQ(d.applied_count, 1U);
}

TEST(CCompile, ASetOutlivesItsCompilation) {
  auto compilation = compiled(kBlock);
  const Handle<gate_policy_set> set(gate_compilation_policy_set(compilation.get()));
  compilation.reset();
  EXPECT_EQ(gate_policy_set_policy_count(set.get()), 1U);
}

TEST(CCompile, AFileWithMachineCodeLoadsAgain) {
  const auto compilation = compiled(
      "signal amount : integer "
      "policy \"p\" { users include all target include all apps when amount > 5 grant block }");
  const Handle<gate_policy_set> set(gate_compilation_policy_set(compilation.get()));
  gate_bytes* bytes = nullptr;
  ASSERT_EQ(gate_compile_native_file(set.get(), nullptr, &bytes, nullptr), GATE_OK);
  gate_load_options options = gate_load_options_new();
  options.run_unsigned_code = 1;
  gate_policy_set* raw = nullptr;
  ASSERT_EQ(
      gate_policy_set_load(gate_bytes_data(bytes), gate_bytes_size(bytes), &options, &raw, nullptr),
      GATE_OK);
  gate_bytes_free(bytes);
  const Handle<gate_policy_set> loaded(raw);
  EXPECT_EQ(gate_policy_set_tier(raw), static_cast<unsigned>(GATE_TIER_MACHINE_CODE));
  EXPECT_EQ(view(gate_policy_set_digest(raw)), view(gate_policy_set_digest(set.get())));
  options.run_unsigned_code = 2;
  EXPECT_EQ(gate_policy_set_load("", 0, &options, &raw, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_compile_native_file(nullptr, nullptr, &bytes, nullptr), GATE_INVALID_ARGUMENT);
}

TEST(CCompile, MistakesAreToldAndGiveNoSet) {
  const auto compilation = compiled("policy \"p\" { users include all grant blokc }");
  EXPECT_EQ(gate_compilation_policy_set(compilation.get()), nullptr);
  EXPECT_GE(gate_compilation_error_count(compilation.get()), 1U);
  EXPECT_NE(view(gate_compilation_text(compilation.get())).find("a.gate:1:"),
            std::string_view::npos);
  EXPECT_EQ(view(gate_compilation_json(compilation.get())).substr(0, 1), "[");
  gate_compilation* folder = nullptr;
  ASSERT_EQ(gate_compile_folder("/nowhere/at/all", nullptr, &folder, nullptr), GATE_OK);
  const Handle<gate_compilation> unreadable(folder);
  EXPECT_EQ(gate_compilation_policy_set(folder), nullptr);
  EXPECT_EQ(gate_compilation_error_count(folder), 1U);
}

TEST(CCompile, NonsenseIsRefused) {
  gate_compilation* compilation = nullptr;
  const gate_source hollow = {gate_text("a"), {nullptr, 7}};
  gate_error* raw = nullptr;
  EXPECT_EQ(gate_compile(&hollow, 1, nullptr, &compilation, &raw), GATE_INVALID_ARGUMENT);
  const Handle<gate_error> error(raw);
  EXPECT_STREQ(gate_error_message(raw), "gate_compile: NULL with a size");
  EXPECT_EQ(gate_compile(nullptr, 1, nullptr, &compilation, nullptr), GATE_INVALID_ARGUMENT);
  const gate_source fine = {gate_text("a.gate"), gate_text(kBlock)};
  EXPECT_EQ(gate_compile(&fine, 1, nullptr, nullptr, nullptr), GATE_INVALID_ARGUMENT);
  const auto with = [&](auto change) {
    gate_compile_options o = gate_compile_options_new();
    change(o);
    const gate_status status = gate_compile(&fine, 1, &o, &compilation, nullptr);
    gate_compilation_free(compilation);
    return status;
  };
  EXPECT_EQ(with([](gate_compile_options&) {}), GATE_OK);
  EXPECT_EQ(with([](gate_compile_options& o) { o.struct_size = 3; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(with([](gate_compile_options& o) { o.backend = 2; }), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(with([](gate_compile_options& o) { o.today_day = 1; }), GATE_INVALID_ARGUMENT);
  gate_compilation_free(nullptr);
  EXPECT_EQ(gate_compilation_policy_set(nullptr), nullptr);
  EXPECT_EQ(gate_compilation_text(nullptr).size, 0U);
}

}  // namespace
