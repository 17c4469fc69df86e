#include "runtime/ir/binary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "runtime/ir/sample_program.h"
#include "runtime/ir/text.h"
#include "runtime/ir/verify.h"

namespace gate::ir {
namespace {

TEST(IrBinary, ReadsBackTheSameProgramWithItsSources) {
  const Program program = sample_program();
  ASSERT_TRUE(verify(program)) << verify(program).error().message;
  const std::string bytes = encode_binary(program);
  const auto again = decode_binary(bytes);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, program);
  EXPECT_EQ(encode_binary(*again), bytes);
  EXPECT_LT(bytes.size() * 2, print_text(program, Sources::kKeep).size());
}

TEST(IrBinary, EveryTableOfTheSampleIsInUse) {
  const Program p = sample_program();
  EXPECT_FALSE(p.symbols.empty() || p.locations.empty() || p.names.empty() || p.int_slots.empty() ||
               p.bool_slots.empty() || p.string_slots.empty() || p.list_slots.empty() ||
               p.zones.empty() || p.principal_sets.empty() || p.app_sets.empty() ||
               p.location_sets.empty() || p.method_tests.empty() || p.int_tests.empty() ||
               p.string_tests.empty() || p.list_tests.empty() || p.time_tests.empty() ||
               p.operands.empty() || p.restrictions.empty() || p.strengths.size() < 2 ||
               p.clauses.size() < 2 || p.effects.size() < 2 || p.policies.size() < 2);
}

// The seed of the fuzzer is also the pin of the format: files of version 1 must stay readable.
TEST(IrBinary, TheBytesOfVersion1StayAsTheyAre) {
  const std::string path = GATE_SOURCE_DIR "/tests/fuzz/corpus/gateset_fuzz/sample.bin";
  if (std::getenv("GATE_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << encode_binary(sample_program());
  }
  std::ifstream file(path, std::ios::binary);
  const std::string pinned{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(pinned, encode_binary(sample_program()))
      << "a change of the format needs a new version, not new bytes";
}

TEST(IrBinary, EveryCutIsRefused) {
  const std::string bytes = encode_binary(sample_program());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto part = decode_binary(std::string_view(bytes).substr(0, cut));
    ASSERT_FALSE(part) << cut;
    EXPECT_EQ(part.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_EQ(decode_binary(bytes + '\0').error().message,
            "byte " + std::to_string(bytes.size()) + ": bytes are left over");
}

TEST(IrBinary, EveryFlippedByteIsRefusedOrGivesAProgramThatTheVerifierJudges) {
  const std::string bytes = encode_binary(sample_program());
  std::size_t refused = 0;
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string bad = bytes;
      bad[at] = static_cast<char>(value);
      const auto program = decode_binary(bad);
      const bool good = program && verify(*program);
      (good ? accepted : refused) += 1;
    }
  }
  EXPECT_GT(refused, bytes.size() * 64);
  EXPECT_GT(accepted, bytes.size());
}

TEST(IrBinary, NamesWhatIsWrongAndWhere) {
  const auto fault = [](std::string_view bytes) { return decode_binary(bytes).error().message; };
  EXPECT_EQ(fault(""), "byte 0: the bytes end too early");
  EXPECT_EQ(fault("\x02"), "byte 1: `default_deny` is neither there nor absent");
  using namespace std::string_view_literals;
  EXPECT_EQ(fault("\0\xFF\xFF\xFF\xFF\x0F"sv), "byte 6: a count of 4294967295 with 0 bytes left");
  EXPECT_EQ(fault("\0\x81\x00\0\0"sv), "byte 3: a number is longer than it may be")
      << "a second spelling of one";
  EXPECT_EQ(fault("\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"sv),
            "byte 11: a number is longer than it may be");
  EXPECT_EQ(fault("\0\x02\x09\x00"sv), "byte 3: an enumerator is out of range");
  EXPECT_EQ(fault("\0\x01\x00\x01\xFF"sv), "byte 5: a text is not UTF-8");
}

TEST(Verify, RefusesSharingThatStandsForTooManyNodes) {
  Program p = sample_program();
  p.exprs.assign(2, Expr{Op::kBoolSignal, 0, 0, 0});
  p.operands.clear();
  for (std::uint32_t level = 1; level < 40; ++level) {
    for (const Op op : {Op::kAnd, Op::kOr}) {
      p.exprs.push_back({op, static_cast<std::uint32_t>(p.operands.size()), 2, 0});
      p.operands.push_back(2 * level - 2);
      p.operands.push_back(2 * level - 1);
    }
  }
  for (Policy& policy : p.policies) {
    policy.condition = static_cast<ExprId>(p.exprs.size() - 1);
  }
  EXPECT_EQ(verify(p).error().message, "expr 32: a condition of too many parts");
}

TEST(Verify, RefusesMoreCombinationsThanTheLimit) {
  Program p = sample_program();
  p.strengths[1].combinations.clear();
  for (std::uint32_t i = 0; i <= kCombinationsMax; ++i) {
    p.strengths[1].combinations.emplace_back(i + 1);
  }
  EXPECT_EQ(verify(p).error().message, "strength 1: too many combinations");
}

}  // namespace
}  // namespace gate::ir
