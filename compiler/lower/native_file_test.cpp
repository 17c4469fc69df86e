#include "compiler/lower/native_file.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "compiler/lower/attach_native.h"
#include "runtime/aot/native_file.h"
#include "runtime/aot/policy_file.h"
#include "runtime/aot/test_keys.h"
#include "runtime/digest/sha256.h"
#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"

namespace gate::lower {
namespace {

using namespace aot::testing;

std::shared_ptr<const PolicySet> sample() {
  auto set = build_policy_set(ir::sample_program());
  GATE_CHECK(set, "the sample must build");
  return std::move(*set);
}
/// Made once: linking takes a process.
const std::string& built(bool with_key) {
  static const std::string plain = *build_native_file(*sample(), {});
  static const std::string signed_one = *build_native_file(*sample(), {kPrivate});
  return with_key ? signed_one : plain;
}
LoadOptions running() {
  LoadOptions options;
  options.run_unsigned_code = true;
  return options;
}
LoadOptions trusting(std::string_view pem) {
  LoadOptions options;
  options.trusted_key = *parse_public_key_pem(pem);
  return options;
}
/// Puts the hash of an unsigned file right, as an attacker would.
std::string rehashed(std::string file) {
  const std::size_t n = file.size() - aot::kHashBytes;
  const Sha256 hash = sha256(std::string_view(file).substr(0, n));
  file.replace(n, hash.size(), reinterpret_cast<const char*>(hash.data()), hash.size());
  return file;
}
SignInFacts random_facts(std::mt19937& random) {
  const auto one_in = [&random](unsigned n) { return random() % n == 0; };
  SignInFacts f;
  f.user = one_in(2) ? "amy" : "bob";
  if (one_in(2)) {
    f.groups = {"admins"};
  }
  if (one_in(6)) {
    f.roles = {"break glass"};
  }
  f.target = one_in(2) ? "payments" : "mail";
  f.sign_in_risk = static_cast<Risk>(random() % kRiskCount);
  f.ip = one_in(2) ? "203.0.113.9" : "198.51.100.1";
  f.country = one_in(3) ? "KP" : "DE";
  if (one_in(2)) {
    f.completed = {{Method::kPassword, 10},
                   {Method::kSmsOtp, static_cast<unsigned>(random() % 900)}};
  }
  if (one_in(2)) {
    f.signals.push_back({"amount", static_cast<std::int64_t>(random() % 2'000'000)});
  }
  if (one_in(2)) {
    f.signals.push_back({"lost_card", one_in(2)});
  }
  if (one_in(2)) {
    f.signals.push_back({"channel", std::string(one_in(2) ? "phone 7" : "web")});
  }
  if (one_in(2)) {
    f.now_unix_s = 1'720'000'000 + static_cast<std::int64_t>(random() % 700'000);
  }
  return f;
}

TEST(NativeFile, HoldsTheSetOfTheJitAndDecidesByItsOwnCode) {
  const auto jit = sample();
  ASSERT_TRUE(attach_native(*jit));
  ASSERT_EQ(jit->tier(), Tier::kMachineCode);
  const auto loaded = load_policy_set(built(false), running());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->tier(), Tier::kMachineCode);
  EXPECT_EQ((*loaded)->digest(), jit->digest());
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same sign-ins every time
  std::size_t outcomes[3] = {};
  for (int i = 0; i < 5000; ++i) {
    const SignInFacts facts = random_facts(random);
    const SignInView view(facts);
    const Decision d = (*loaded)->evaluate(view.request());
    ASSERT_EQ(d, jit->evaluate(view.request())) << i;
    ++outcomes[static_cast<std::size_t>(d.outcome)];
  }
  EXPECT_GT(outcomes[0], 100U);
  EXPECT_GT(outcomes[1], 100U);
}

TEST(NativeFile, UntrustedCodeIsNotRun) {
  const auto cautious = load_policy_set(built(false));
  ASSERT_TRUE(cautious) << cautious.error().message;
  EXPECT_EQ((*cautious)->tier(), Tier::kTables);
  const auto unchecked = load_policy_set(built(true));
  ASSERT_TRUE(unchecked);
  EXPECT_EQ((*unchecked)->tier(), Tier::kTables) << "signed, but no key was trusted";
  const auto trusted = load_policy_set(built(true), trusting(kPublic));
  ASSERT_TRUE(trusted) << trusted.error().message;
  EXPECT_EQ((*trusted)->tier(), Tier::kMachineCode);
  EXPECT_EQ(load_policy_set(built(true), trusting(kOtherPublic)).error().code, ErrorCode::kDenied);
  EXPECT_EQ(load_policy_set(built(false), trusting(kPublic)).error().code, ErrorCode::kDenied);
}

TEST(NativeFile, IsTheSameEveryTime) {
  EXPECT_EQ(*build_native_file(*sample(), {}), built(false));
  EXPECT_EQ(*build_native_file(*sample(), {kPrivate}), built(true));
}

TEST(NativeFile, EveryCutAndEveryFlippedByteIsRefused) {
  for (const bool with_key : {false, true}) {
    const std::string& file = built(with_key);
    const std::size_t without_signature = built(false).size();
    for (std::size_t cut = 0; cut < file.size(); ++cut) {
      if (cut == without_signature) {
        continue;  // the signature alone is missing: an unsigned file
      }
      ASSERT_FALSE(load_policy_set(std::string_view(file).substr(0, cut), running())) << cut;
    }
    for (std::size_t at = 0; at < without_signature; ++at) {
      std::string bad = file;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      ASSERT_FALSE(load_policy_set(bad, running())) << at;
    }
  }
}

TEST(NativeFile, AHostileFooterWithARightHashIsRefused) {
  const std::string file = built(false);
  const std::size_t footer = file.size() - aot::kHashBytes - aot::kFooterBytes;
  const auto error = [&](std::size_t at, char value) {
    std::string bad = file;
    bad[footer + at] = value;
    const auto loaded = load_policy_set(rehashed(bad), running());
    return loaded ? std::string("loaded") : loaded.error().message;
  };
  EXPECT_EQ(error(0, 'X'),
            "policy file: a shared object, but no compiled policy set (or cut short)");
  EXPECT_EQ(error(12, 1), "policy file: unknown flags, or no policy set inside");
  EXPECT_EQ(error(16, static_cast<char>(file[footer + 16] + 1)),
            "policy file: the sizes of its parts do not add up");
  EXPECT_EQ(error(23, '\x7F'), "policy file: the sizes of its parts do not add up");
  // A file within the file, to make the loader call itself.
  std::string nested = std::string(aot::kElfMagic) + file + file.substr(footer);
  nested[nested.size() - aot::kHashBytes - aot::kFooterBytes + 16] = 4;
  EXPECT_FALSE(load_policy_set(rehashed(nested), running()));
}

TEST(NativeFile, CodeOfAnotherPlanIsLeftAlone) {
  std::string other = built(false);
  const std::size_t identity = other.size() - aot::kHashBytes - aot::kFooterBytes + 32;
  other[identity] = static_cast<char>(other[identity] ^ 1);
  const auto loaded = load_policy_set(rehashed(other), running());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->tier(), Tier::kTables);
}

TEST(NativeFile, CodeThatCannotBeLoadedIsAnError) {
  std::string other = built(false);
  other[18] = 0x3F;  // e_machine: a machine that this is not
  const auto loaded = load_policy_set(rehashed(other), running());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidArgument);
}

TEST(NativeFile, CodeIsFreedWithItsSetAndManyLiveSideBySide) {
  std::vector<std::shared_ptr<const PolicySet>> sets;
  for (int i = 0; i < 50; ++i) {
    auto loaded = load_policy_set(built(false), running());
    ASSERT_TRUE(loaded) << loaded.error().message;
    sets.push_back(*loaded);
    if (i % 3 == 0) {
      sets.erase(sets.begin());  // its descriptor, and so its name, is free for the next
    }
  }
  for (const auto& set : sets) {
    EXPECT_EQ(set->tier(), Tier::kMachineCode);
    EXPECT_EQ(set->evaluate(SignInRequest{}), sample()->evaluate(SignInRequest{}));
  }
}

}  // namespace
}  // namespace gate::lower
