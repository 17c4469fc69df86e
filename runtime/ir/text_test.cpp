#include "runtime/ir/text.h"

#include <gtest/gtest.h>

#include "runtime/digest/sha256.h"
#include "runtime/ir/builder.h"
#include "runtime/ir/verify.h"

namespace gate::ir {
namespace {

Program sample(bool other_order) {
  ProgramBuilder b;
  if (other_order) {
    b.symbol(SymbolKind::kUser, "zoe");
    b.int_slot({"velocity", true, true, -3});
    b.context_in(ContextFact::kClient, context_field(ContextFact::kClient).bit(1));
  }
  const SymbolId group = b.symbol(SymbolKind::kGroup, "admins");
  const SymbolId user = b.symbol(SymbolKind::kUser, "amy \"the\" \\ \x01");
  const std::uint32_t amount = b.int_slot({"amount", true, false, 0});
  if (!other_order) {
    b.int_slot({"velocity", true, true, -3});
  }
  Cidr office;
  office.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, 0};
  office.prefix = 120;
  const std::uint32_t offices = b.location({"Offices", true, {office}, {}, false});
  const std::uint32_t far = b.location({"Far", false, {}, {{'K', 'P'}, {'I', 'R'}}, true});
  const ExprId big = b.int_compare({amount, CompareOp::kGt, 1000});
  const ExprId inside = b.location_in({{offices}});
  const ExprId away =
      b.location_in({other_order ? std::vector{far, offices} : std::vector{offices, far}});
  const ExprId when = other_order ? b.any_of({away, b.negate(inside), big})
                                  : b.any_of({b.any_of({big, away}), b.negate(inside)});
  const std::uint32_t change =
      b.clause({{{ControlKind::kPasswordChange, 0}, {ControlKind::kCompliantDevice, 0}}});
  Effect effect;
  effect.clauses = {change};
  effect.session.sign_in_frequency_s = 3600;
  Policy p;
  p.id = "p1";
  p.name = "One";
  p.description = "said by the author";
  p.include.all_users = true;
  p.exclude.members = {group, user};
  p.exclude.guests = {{0x04, {b.symbol(SymbolKind::kTenant, "partner")}}};
  p.include_targets.all = true;
  p.condition = when;
  p.effect = b.effect(effect);
  p.source_file = "a.gate";
  p.source_line = 7;
  b.policy(p);
  return b.finish();
}

TEST(IrText, ParsesBackToTheSameProgram) {
  const Program program = sample(false);
  const Result<void> verified = verify(program);
  ASSERT_TRUE(verified) << verified.error().message;
  const std::string text = print_text(program, Sources::kKeep);
  const auto again = parse_text(text);
  ASSERT_TRUE(again) << again.error().message << "\n" << text;
  EXPECT_EQ(*again, program);
  EXPECT_EQ(print_text(*again, Sources::kKeep), text);
}

TEST(IrText, DoesNotDependOnTheOrderInWhichPartsWereMade) {
  EXPECT_EQ(print_text(sample(false), Sources::kKeep), print_text(sample(true), Sources::kKeep));
}

TEST(IrText, LeavesSourcesOutOfTheCanonicalForm) {
  Program moved = sample(false);
  moved.policies[0].source_file = "b.gate";
  moved.policies[0].source_line = 99;
  EXPECT_EQ(print_text(moved, Sources::kLeaveOut), print_text(sample(false), Sources::kLeaveOut));
}

// A set's digest is taken of the pieces.
TEST(IrText, InPiecesIsTheSameAndNoPieceEndsInsideALine) {
  ProgramBuilder b;
  for (int i = 0; i < 5'000; ++i) {
    Policy p;
    p.id = p.name = "policy " + std::to_string(i);
    p.include.members = {b.symbol(SymbolKind::kGroup, "group " + std::to_string(i))};
    p.include_targets.all = true;
    p.condition = b.all_of({});
    p.effect = b.effect({});
    b.policy(std::move(p));
  }
  const Program program = b.finish();
  std::string whole;
  Sha256Hasher hasher;
  std::size_t pieces = 0;
  print_text(program, Sources::kKeep, [&](std::string_view piece) {
    EXPECT_TRUE(piece.empty() || piece.back() == '\n');
    whole += piece;
    hasher.add(piece);
    ++pieces;
  });
  EXPECT_GT(pieces, 4U);
  EXPECT_EQ(whole, print_text(program, Sources::kKeep));
  EXPECT_EQ(to_hex(hasher.finish()), sha256_hex(whole));
}

TEST(IrText, SaysWhereATextIsWrong) {
  EXPECT_EQ(parse_text("gate-ir 2\n").error().message, "1:1: expected gate-ir 1");
  EXPECT_EQ(parse_text("gate-ir 1\nsymbol 1 user \"a\"\n").error().message,
            "2:8: expected index 0");
  EXPECT_EQ(parse_text("gate-ir 1\nsymbol 0 user \"a\nb\"").error().message,
            "2:17: expected the closing quote before the end of the line");
  EXPECT_EQ(parse_text("gate-ir 1\nnonsense\n").error().message,
            "2:1: expected the next table entry");
  const std::string whole = print_text(sample(false), Sources::kKeep);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto part = parse_text(std::string_view(whole).substr(0, cut));
    if (part) {
      EXPECT_FALSE(verify(*part).has_value() && *part == sample(false) && cut + 1 < whole.size());
    }
  }
}

TEST(Builder, SharesEqualExpressionsAndFoldsConstants) {
  ProgramBuilder b;
  const std::uint32_t flag = b.bool_slot({"flag", false, false});
  const ExprId leaf = b.bool_signal(flag);
  EXPECT_EQ(leaf, b.bool_signal(flag));
  EXPECT_EQ(b.all_of({leaf, leaf}), leaf);
  EXPECT_EQ(b.all_of({}), b.constant(true));
  EXPECT_EQ(b.any_of({}), b.constant(false));
  EXPECT_EQ(b.all_of({leaf, b.constant(false)}), b.constant(false));
  EXPECT_EQ(b.negate(b.negate(leaf)), leaf);
  EXPECT_NE(b.any_of({leaf, b.negate(leaf)}), b.constant(true)) << "unknown must not fold away";
}

TEST(Verify, NamesTheFirstFault) {
  const auto fault = [](auto change) {
    Program p = sample(false);
    change(p);
    const Result<void> r = verify(p);
    return r ? std::string("accepted") : r.error().message;
  };
  EXPECT_EQ(fault([](Program&) {}), "accepted");
  EXPECT_EQ(fault([](Program& p) { std::swap(p.symbols[0], p.symbols[1]); }),
            "symbol 1: not sorted by kind and name");
  EXPECT_EQ(fault([](Program& p) { p.strengths[0].name = "MFA"; }),
            "strength 0: the first strength must be the built-in mfa");
  EXPECT_EQ(fault([](Program& p) { p.policies[0].condition = 99; }), "policy 0: no such condition");
  EXPECT_EQ(fault([](Program& p) { p.policies[0].include.members = {2}; }),
            "policy 0: a member is not a principal");
  EXPECT_EQ(fault([](Program& p) { p.exprs.push_back({Op::kContextIn, 0, 0, 3U << 4}); }),
            "expr 5: context bits of no fact or of several");
  EXPECT_EQ(fault([](Program& p) { p.operands[0] = 4; }),
            "expr 3: an operand does not come before its parent");
  EXPECT_EQ(fault([](Program& p) { p.clauses.resize(257, p.clauses[0]); }),
            "clauses 257: more entries than the limit allows");
}

TEST(Verify, AcceptsTheDeepestExpressionAndRefusesOneDeeper) {
  for (const std::size_t depth : {kExprDepthMax, kExprDepthMax + 1}) {
    ProgramBuilder b;
    ExprId e = b.bool_signal(b.bool_slot({"s0", false, false}));
    for (std::size_t i = 1; i < depth; ++i) {
      const ExprId other = b.bool_signal(b.bool_slot({"s" + std::to_string(i % 60), false, false}));
      e = i % 2 == 0 ? b.all_of({e, b.negate(other)}) : b.any_of({e, other});
    }
    Policy p;
    p.id = "deep";
    p.condition = e;
    p.effect = b.effect({});
    b.policy(p);
    EXPECT_EQ(verify(b.finish()).has_value(), depth <= kExprDepthMax) << depth;
  }
}

}  // namespace
}  // namespace gate::ir
