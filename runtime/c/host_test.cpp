#include <gate/gate.h>
#include <gtest/gtest.h>

#include <thread>

#include "runtime/c/c_testing.h"

namespace gate::c {
namespace {

using namespace testing;

Handle<gate_host> host_of(const gate_host_limits* limits = nullptr) {
  gate_host* raw = nullptr;
  EXPECT_EQ(gate_host_new(limits, nullptr, &raw, nullptr), GATE_OK);
  return Handle<gate_host>(raw);
}
gate_status put(gate_host* host, const char* tenant, const std::string& file) {
  return gate_host_put(host, gate_text(tenant), file.data(), file.size(), nullptr);
}
gate_host_counts counts_of(const gate_host* host) {
  gate_host_counts c = gate_host_counts_new();
  EXPECT_EQ(gate_host_count(host, &c), GATE_OK);
  return c;
}
std::string file() {
  return *save_policy_set(*sample());
}
constexpr std::uint32_t kLong = 10'000;

TEST(CHost, BuildsATenantsSetAtItsFirstUseAndKeepsIt) {
  const auto host = host_of();
  ASSERT_EQ(put(host.get(), "contoso", file()), GATE_OK);
  EXPECT_EQ(counts_of(host.get()).tenants, 1U);
  EXPECT_EQ(counts_of(host.get()).warm, 0U);
  for (int i = 0; i < 2; ++i) {
    gate_policy_set* raw = nullptr;
    ASSERT_EQ(gate_host_get(host.get(), gate_text("contoso"), kLong, &raw, nullptr), GATE_OK);
    const Handle<gate_policy_set> set(raw);
    const gate_str digest = gate_policy_set_digest(set.get());
    EXPECT_EQ(std::string(digest.data, digest.size), sample()->digest());
    const gate_request request = request_of("amy");
    gate_decision d = gate_decision_new();
    EXPECT_EQ(gate_policy_set_evaluate(set.get(), &request, &d), GATE_OK);
    expect_same(d, sample()->evaluate([] {
      SignInRequest r;
      r.user = "amy";
      return r;
    }()));
  }
  const gate_host_counts counts = counts_of(host.get());
  EXPECT_EQ(counts.builds, 1U);
  EXPECT_EQ(counts.hits, 1U);
  EXPECT_EQ(counts.warm, 1U);
  EXPECT_GT(counts.warm_bytes, 0U);
}

TEST(CHost, AnUnknownOrRemovedTenantHasNoSetAndASetInUseStays) {
  const auto host = host_of();
  gate_policy_set* raw = reinterpret_cast<gate_policy_set*>(host.get());
  EXPECT_EQ(gate_host_get(host.get(), gate_text("contoso"), 0, &raw, nullptr), GATE_NOT_FOUND);
  EXPECT_EQ(raw, nullptr);
  ASSERT_EQ(put(host.get(), "contoso", file()), GATE_OK);
  ASSERT_EQ(gate_host_get(host.get(), gate_text("contoso"), kLong, &raw, nullptr), GATE_OK);
  const Handle<gate_policy_set> kept(raw);
  EXPECT_EQ(gate_host_remove(host.get(), gate_text("contoso")), GATE_OK);
  EXPECT_EQ(gate_host_remove(host.get(), gate_text("contoso")), GATE_NOT_FOUND);
  EXPECT_EQ(gate_host_get(host.get(), gate_text("contoso"), 0, &raw, nullptr), GATE_NOT_FOUND);
  EXPECT_EQ(gate_policy_set_digest(kept.get()).size, 64U);
}

TEST(CHost, ATenantWhoseFileIsJunkHasAnErrorAndNoSet) {
  const auto host = host_of();
  ASSERT_EQ(put(host.get(), "contoso", "junk"), GATE_OK);
  gate_policy_set* set = nullptr;
  gate_error* raw = nullptr;
  EXPECT_EQ(gate_host_get(host.get(), gate_text("contoso"), kLong, &set, &raw),
            GATE_INVALID_ARGUMENT);
  EXPECT_EQ(set, nullptr);
  const Handle<gate_error> error(raw);
  EXPECT_NE(std::string(gate_error_message(error.get())), "");
  EXPECT_EQ(counts_of(host.get()).failures, 1U);
}

TEST(CHost, LoadOptionsHoldForEveryTenant) {
  gate_load_options options = gate_load_options_new();
  options.trusted_key_pem = gate_text(
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PUBLIC KEY-----\n");
  gate_host* raw = nullptr;
  ASSERT_EQ(gate_host_new(nullptr, &options, &raw, nullptr), GATE_OK);
  const Handle<gate_host> host(raw);
  ASSERT_EQ(put(host.get(), "contoso", file()), GATE_OK);
  gate_policy_set* set = nullptr;
  EXPECT_EQ(gate_host_get(host.get(), gate_text("contoso"), kLong, &set, nullptr), GATE_DENIED)
      << "an unsigned set where a signature is asked for";
  EXPECT_EQ(set, nullptr);
}

TEST(CHost, LimitsAreKept) {
  gate_host_limits limits = gate_host_limits_new();
  limits.tenants_max = 1;
  limits.file_bytes_max = file().size();
  const auto host = host_of(&limits);
  EXPECT_EQ(put(host.get(), "contoso", file()), GATE_OK);
  EXPECT_EQ(put(host.get(), "fabrikam", file()), GATE_LIMIT_EXCEEDED);
  EXPECT_EQ(put(host.get(), "contoso", file() + "x"), GATE_LIMIT_EXCEEDED);
}

TEST(CHost, ThreadsShareOneHost) {
  const auto host = host_of();
  ASSERT_EQ(put(host.get(), "contoso", file()), GATE_OK);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&host] {
      for (int i = 0; i < 50; ++i) {
        gate_policy_set* set = nullptr;
        GATE_CHECK(gate_host_get(host.get(), gate_text("contoso"), kLong, &set, nullptr) == GATE_OK,
                   "the tenant is there");
        gate_policy_set_release(set);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(counts_of(host.get()).builds, 1U);
}

TEST(CBadInput, WrongSizesAndLimitsOfAHostAreErrors) {
  gate_host* host = nullptr;
  for (const std::size_t size : {std::size_t{0}, sizeof(gate_host_limits) - 1, SIZE_MAX}) {
    gate_host_limits limits = gate_host_limits_new();
    limits.struct_size = size;
    EXPECT_EQ(gate_host_new(&limits, nullptr, &host, nullptr), GATE_INVALID_ARGUMENT);
    EXPECT_EQ(host, nullptr);
    gate_host_counts counts = gate_host_counts_new();
    counts.struct_size = std::min(size, sizeof(gate_host_counts) - 1);
    EXPECT_EQ(gate_host_count(host_of().get(), &counts), GATE_INVALID_ARGUMENT);
  }
  gate_host_limits limits = gate_host_limits_new();
  limits.builder_threads = 65;
  EXPECT_EQ(gate_host_new(&limits, nullptr, &host, nullptr), GATE_INVALID_ARGUMENT);
  gate_load_options options = gate_load_options_new();
  options.run_unsigned_code = 2;
  EXPECT_EQ(gate_host_new(nullptr, &options, &host, nullptr), GATE_INVALID_ARGUMENT);
  options = gate_load_options_new();
  options.struct_size = 1;
  EXPECT_EQ(gate_host_new(nullptr, &options, &host, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(host, nullptr);
}

TEST(CBadInput, NullsOfAHostAreErrors) {
  const auto host = host_of();
  gate_policy_set* set = nullptr;
  gate_host_counts counts = gate_host_counts_new();
  const gate_str hollow = {nullptr, 1};
  EXPECT_EQ(gate_host_new(nullptr, nullptr, nullptr, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(put(nullptr, "contoso", "x"), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_put(host.get(), hollow, "x", 1, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_put(host.get(), gate_text("t"), nullptr, 1, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_remove(nullptr, gate_text("t")), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_remove(host.get(), hollow), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_get(nullptr, gate_text("t"), 0, &set, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_get(host.get(), hollow, 0, &set, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_get(host.get(), gate_text("t"), 0, nullptr, nullptr), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_count(nullptr, &counts), GATE_INVALID_ARGUMENT);
  EXPECT_EQ(gate_host_count(host.get(), nullptr), GATE_INVALID_ARGUMENT);
  gate_host_free(nullptr);
}

}  // namespace
}  // namespace gate::c
