#include "runtime/aot/policy_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gate/policy_file.hpp>

#include "runtime/aot/test_keys.h"
#include "runtime/digest/sha256.h"
#include "runtime/ir/binary.h"
#include "runtime/ir/sample_program.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

using namespace aot::testing;

std::unique_ptr<PolicySet> sample() {
  auto set = build_policy_set(ir::sample_program());
  GATE_CHECK(set, "the sample must build");
  return std::move(*set);
}
std::string saved(std::string_view key = "") {
  auto file = save_policy_set(*sample(), {key});
  GATE_CHECK(file, "the sample must be written");
  return std::move(*file);
}
LoadOptions trusting(std::string_view pem) {
  return {*parse_public_key_pem(pem)};
}
/// Puts the hash of the content right, as an attacker would.
std::string rehashed(std::string file) {
  const std::size_t n = file.size() - aot::kHashBytes;
  const Sha256 hash = sha256(std::string_view(file).substr(0, n));
  file.replace(n, hash.size(), reinterpret_cast<const char*>(hash.data()), hash.size());
  return file;
}

TEST(PolicyFile, GivesBackTheSetThatWasSaved) {
  const auto original = sample();
  const std::string file = saved();
  const auto loaded = load_policy_set(file);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->digest(), original->digest());
  EXPECT_EQ(internal::state_of(**loaded).program(), internal::state_of(*original).program());
  EXPECT_EQ(*save_policy_set(**loaded), file) << "the same set gives the same bytes";
  SignInFacts facts;
  facts.user = "bob";
  facts.sign_in_risk = Risk::kHigh;
  const SignInView view(facts);
  EXPECT_EQ((*loaded)->evaluate(view.request()), original->evaluate(view.request()));
  EXPECT_EQ((*loaded)->evaluate(view.request()).outcome, Outcome::kChallenge);
}

TEST(PolicyFile, EveryCutAndEveryFlippedBitIsRefused) {
  for (const std::string& file : {saved(), saved(kPrivate)}) {
    for (std::size_t cut = 0; cut < file.size(); ++cut) {
      const bool signature_cut_off = cut == saved().size();
      ASSERT_EQ(load_policy_set(std::string_view(file).substr(0, cut)).has_value(),
                signature_cut_off)
          << cut;
    }
    for (std::size_t at = 0; at < saved().size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string bad = file;
        bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
        ASSERT_FALSE(load_policy_set(bad)) << at << " bit " << bit;
      }
    }
  }
  EXPECT_FALSE(load_policy_set(saved() + "x"));
}

TEST(PolicyFile, AHostileFileWithARightHashIsStillJudged) {
  const std::string file = saved();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < file.size() - aot::kHashBytes; ++at) {
    for (const int flip : {1, 2, 0x80, 0xFF}) {
      std::string bad = file;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      const auto loaded = load_policy_set(rehashed(bad));
      refused += loaded ? 0U : 1U;
      if (loaded) {  // descriptions and sources are no part of the meaning, all else is
        EXPECT_EQ((*loaded)->digest(), sample()->digest()) << at;
      }
    }
  }
  EXPECT_GT(refused, 4 * (file.size() - aot::kHashBytes) * 9 / 10);
}

TEST(PolicyFile, SaysWhatIsWrong) {
  const auto refuse = [](std::string file) { return load_policy_set(file).error(); };
  EXPECT_EQ(refuse("#!/bin/sh\n").code, ErrorCode::kInvalidArgument);
  std::string file = saved();
  file[8] = 3;
  EXPECT_EQ(refuse(file).message, "policy file: version 3, this library knows version 2");
  file = saved();
  file[12] = 1;
  EXPECT_EQ(refuse(file).message, "policy file: unknown flags");
  file = saved();
  file[23] = '\x7F';
  EXPECT_TRUE(refuse(file).message.find("do not fit a file of") != std::string::npos);
  file = saved();
  file[24] = static_cast<char>(file[24] ^ 1);
  EXPECT_EQ(refuse(rehashed(file)).message, "policy file: its digest is not that of its policies");
  EXPECT_EQ(refuse(saved().substr(0, 60)).message, "policy file: it was cut short");
}

TEST(PolicyFile, ATrustedKeyDemandsItsOwnSignature) {
  const std::string file = saved(kPrivate);
  EXPECT_EQ(file, saved(kPrivate)) << "signing is deterministic";
  ASSERT_TRUE(load_policy_set(file, trusting(kPublic)));
  EXPECT_TRUE(load_policy_set(file)) << "without a trusted key a signature is not asked for";

  const auto code = [](const std::string& f, std::string_view key) {
    return load_policy_set(f, trusting(key)).error().code;
  };
  EXPECT_EQ(code(saved(), kPublic), ErrorCode::kDenied) << "unsigned";
  EXPECT_EQ(code(file, kOtherPublic), ErrorCode::kDenied) << "another key";
  std::string bad = file;
  bad.back() = static_cast<char>(bad.back() ^ 1);
  EXPECT_EQ(code(bad, kPublic), ErrorCode::kDenied) << "a changed signature";
  std::string swapped = rehashed(saved()) + file.substr(saved().size());
  swapped[60] = static_cast<char>(swapped[60] ^ 1);
  EXPECT_EQ(code(swapped, kPublic), ErrorCode::kCorrupt) << "changed content, right signature";
  std::string other = saved();
  other[60] = static_cast<char>(other[60] ^ 1);
  EXPECT_EQ(code(rehashed(other) + file.substr(saved().size()), kPublic), ErrorCode::kDenied)
      << "changed content with a right hash";
}

TEST(PolicyFile, TakesOnlyEd25519Keys) {
  EXPECT_EQ(save_policy_set(*sample(), {"no key"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(save_policy_set(*sample(), {kPublic}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(parse_public_key_pem(kPrivate).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(parse_public_key_pem("").error().code, ErrorCode::kInvalidArgument);
  constexpr std::string_view kP256 = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5Fq0knpByrq7gguNFCslGYCSAsL5
Hz0oHtEXc96Rtfc1Ht7kza5QGrH0cADJqOo4MIokmlTBTYejiOqMPA0Rwg==
-----END PUBLIC KEY-----
)";
  EXPECT_EQ(parse_public_key_pem(kP256).error().code, ErrorCode::kInvalidArgument);
}

TEST(PolicyFile, IsReadFromDisk) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("gate_policy_file_test_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto path = folder / "set.gateset";
  std::ofstream(path, std::ios::binary) << saved();
  EXPECT_TRUE(load_policy_set_file(path));
  EXPECT_EQ(load_policy_set_file(folder / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(load_policy_set_file(folder).error().code, ErrorCode::kUnavailable);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gate
