// Hostile IR. A program in which any index, count or list is wrong is refused
// by what loads it; one that is accepted after damage decides alike on every executor.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <gate/policy_file.hpp>
#include <random>

#include "runtime/aot/policy_file.h"
#include "runtime/digest/sha256.h"
#include "runtime/index/index.h"
#include "runtime/interp/interpreter.h"
#include "runtime/ir/binary.h"
#include "runtime/ir/sample_program.h"
#include "runtime/ir/verify.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/property/random_program.h"
#include "tests/property/random_sign_in.h"
#include "tests/sanitized.h"

namespace gate {
namespace {

using ir::Program;

constexpr std::uint32_t kWild[] = {0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};

/// A `.gateset` around any payload, its hash as it should be: what an attacker would write.
std::string gateset_of(const std::string& payload) {
  const auto put = [](std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      out += static_cast<char>(number >> (8 * i) & 0xFF);
    }
  };
  std::string file(aot::kMagic);
  put(file, aot::kFormatVersion, 4);
  put(file, 0, 4);
  put(file, payload.size(), 8);
  file += std::string(32, 'd');  // the digest is looked at last
  file += payload;
  const Sha256 hash = sha256(file);
  return file + std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

/// A file has the operands of an expression beside it and no place for a range of them.
bool can_be_written(const Program& p) {
  for (const ir::Expr& e : p.exprs) {
    const bool parent = e.op == ir::Op::kAnd || e.op == ir::Op::kOr || e.op == ir::Op::kNot;
    if (parent && (e.first > p.operands.size() || e.count > p.operands.size() - e.first)) {
      return false;
    }
  }
  return true;
}

void expect_refused(const Program& bad, const std::string& what) {
  EXPECT_FALSE(ir::verify(bad)) << what;
  for (const Backend backend : {Backend::kInterpreter, Backend::kNative}) {
    const auto built = build_policy_set(bad, backend);
    EXPECT_TRUE(!built && built.error().code == ErrorCode::kCorrupt) << what;
  }
  if (!can_be_written(bad)) {
    return;
  }
  const auto loaded = load_policy_set(gateset_of(ir::encode_binary(bad)));
  EXPECT_TRUE(!loaded && loaded.error().code == ErrorCode::kCorrupt) << what;
}

struct Field {
  const char* name;
  std::function<std::uint32_t&(Program&)> in;
};

/// Every number of the IR that another table is entered with.
std::vector<Field> indices() {
  const auto expr_of = [](Program& p, ir::Op op) -> ir::Expr& {
    for (ir::Expr& e : p.exprs) {
      if (e.op == op) {
        return e;
      }
    }
    GATE_CHECK(false, "the sample has every operation");
    return p.exprs.front();
  };
  std::vector<Field> out = {
      {"included principal", [](Program& p) -> auto& { return p.policies[0].exclude.members[0]; }},
      {"home tenant of guests",
       [](Program& p) -> auto& { return p.policies[0].include.guests[0].tenants[0]; }},
      {"target", [](Program& p) -> auto& { return p.policies[1].include_targets.members[0]; }},
      {"condition", [](Program& p) -> auto& { return p.policies[0].condition; }},
      {"effect", [](Program& p) -> auto& { return p.policies[0].effect; }},
      {"principal of a condition",
       [](Program& p) -> auto& { return p.principal_sets[0].members[0]; }},
      {"app of a condition", [](Program& p) -> auto& { return p.app_sets[0].members[0]; }},
      {"location of a condition",
       [](Program& p) -> auto& { return p.location_sets[0].locations[0]; }},
      {"slot of a number", [](Program& p) -> auto& { return p.int_tests[0].slot; }},
      {"slot of a text", [](Program& p) -> auto& { return p.string_tests[0].slot; }},
      {"slot of a list", [](Program& p) -> auto& { return p.list_tests[0].slot; }},
      {"zone", [](Program& p) -> auto& { return p.time_tests[0].zone; }},
      {"operand", [](Program& p) -> auto& { return p.operands[0]; }},
      {"clause of an effect",
       [](Program& p) -> auto& {
         for (ir::Effect& e : p.effects) {
           if (!e.clauses.empty()) {
             return e.clauses[0];
           }
         }
         GATE_CHECK(false, "an effect of the sample has clauses");
         return p.effects[0].clauses[0];
       }},
      {"strength of a control",
       [](Program& p) -> auto& {
         for (ir::Clause& c : p.clauses) {
           for (ir::Control& control : c.any_of) {
             if (control.kind == ControlKind::kStrength) {
               return control.param;
             }
           }
         }
         GATE_CHECK(false, "a clause of the sample has a strength");
         return p.clauses[0].any_of[0].param;
       }},
  };
  for (const ir::Op op : {ir::Op::kPrincipalIn, ir::Op::kAppIn, ir::Op::kLocationIn,
                          ir::Op::kMethodDone, ir::Op::kIntCompare, ir::Op::kBoolSignal,
                          ir::Op::kStringTest, ir::Op::kListContains, ir::Op::kTimeIn}) {
    out.push_back(
        {"table of a leaf", [expr_of, op](Program& p) -> auto& { return expr_of(p, op).first; }});
  }
  out.push_back(
      {"first operand", [expr_of](Program& p) -> auto& { return expr_of(p, ir::Op::kOr).first; }});
  out.push_back({"number of operands",
                 [expr_of](Program& p) -> auto& { return expr_of(p, ir::Op::kOr).count; }});
  return out;
}

TEST(Issue4HostileIr, EveryIndexBeyondItsTableIsRefused) {
  for (const Field& field : indices()) {
    for (const std::uint32_t wild : kWild) {
      Program bad = ir::sample_program();
      field.in(bad) = wild;
      expect_refused(bad, fmt::format("{} = {}", field.name, wild));
    }
  }
}

TEST(Issue4HostileIr, CyclesAndOperandsBehindTheirParentsAreRefused) {
  for (const ir::Op op : {ir::Op::kAnd, ir::Op::kOr, ir::Op::kNot}) {
    Program bad = ir::sample_program();
    const auto self = static_cast<std::uint32_t>(bad.exprs.size());
    bad.exprs.push_back(
        {op, static_cast<std::uint32_t>(bad.operands.size()), op == ir::Op::kNot ? 1U : 2U, 0});
    bad.operands.push_back(self);  // itself
    bad.operands.push_back(self);
    expect_refused(bad, "a cycle of one");
    bad.exprs.push_back({ir::Op::kNot, static_cast<std::uint32_t>(bad.operands.size()), 1, 0});
    bad.operands.push_back(self);
    bad.operands[bad.operands.size() - 2] = bad.operands[bad.operands.size() - 3] = self + 1;
    expect_refused(bad, "a cycle of two");
  }
}

TEST(Issue4HostileIr, NestingOnePastTheLimitIsRefusedAndAMillionDeepAsWell) {
  for (const std::size_t depth : {ir::kExprDepthMax, std::size_t{1'000'000}}) {
    Program bad = ir::sample_program();
    bad.exprs = {{ir::Op::kTrue, 0, 0, 0}};
    bad.operands.clear();
    for (std::size_t i = 0; i < depth; ++i) {
      bad.exprs.push_back({ir::Op::kNot, static_cast<std::uint32_t>(bad.operands.size()), 1, 0});
      bad.operands.push_back(static_cast<std::uint32_t>(bad.exprs.size() - 2));
    }
    for (ir::Policy& policy : bad.policies) {
      policy.condition = static_cast<ir::ExprId>(bad.exprs.size() - 1);
    }
    expect_refused(bad, fmt::format("{} deep", depth));
  }
}

TEST(Issue4HostileIr, UnsortedAndDuplicateEntriesAreRefused) {
  const auto refuse = [](const char* what, auto damage) {
    Program bad = ir::sample_program();
    damage(bad);
    expect_refused(bad, what);
  };
  refuse("symbols", [](Program& p) { std::swap(p.symbols.front(), p.symbols.back()); });
  refuse("a symbol twice", [](Program& p) { p.symbols.push_back(p.symbols.back()); });
  refuse("a member twice", [](Program& p) {
    auto& members = p.policies[0].exclude.members;
    members.push_back(members.back());
  });
  refuse("texts", [](Program& p) {
    auto& texts = p.string_tests[0].any_of;
    std::swap(texts.front(), texts.back());
  });
  refuse("countries", [](Program& p) {
    for (ir::Location& l : p.locations) {
      std::reverse(l.countries.begin(), l.countries.end());
    }
  });
  refuse("transitions", [](Program& p) {
    std::swap(p.zones[0].transitions.front(), p.zones[0].transitions.back());
  });
  refuse("combinations", [](Program& p) {
    auto& combinations = p.strengths.front().combinations;
    std::swap(combinations.front(), combinations.back());
  });
}

/// Runs of bytes overwritten, numbers made enormous, pieces doubled and cut out.
std::string damaged(std::string bytes, std::mt19937_64& random) {
  static constexpr std::string_view kNumbers[] = {"\xFF\xFF\xFF\xFF\x0F", "\x80\x80\x80\x80\x08",
                                                  "\xFF\x7F", "\x01"};
  for (std::size_t i = 1 + random() % 4; i > 0; --i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] + (random() % 2 == 0 ? 1 : -1));
        break;
      case 2: {
        const std::string_view number = kNumbers[random() % std::size(kNumbers)];
        bytes.replace(at, std::min<std::size_t>(number.size(), bytes.size() - at), number);
        break;
      }
      case 3:
        bytes.erase(at, 1 + random() % 3);
        break;
      default:
        bytes.insert(at, bytes.substr(at, random() % 9));
        break;
    }
    if (bytes.empty()) {
      bytes = "x";
    }
  }
  return bytes;
}

TEST(Issue4HostileIr, WhatIsAcceptedAfterDamageDecidesAlikeEverywhere) {
  constexpr int kTries = kSanitized ? 4'000 : 25'000;
  std::mt19937_64 random(20'261'125);  // NOLINT(cert-msc51-cpp): the same damage every time
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int i = 0; i < kTries; ++i) {
    property::Dice dice(random());
    const Program good =
        i % 3 == 0 ? ir::sample_program() : property::random_program(dice, 1 + dice.below(3));
    auto program = ir::decode_binary(damaged(ir::encode_binary(good), random));
    if (!program || !ir::verify(*program)) {
      ++refused;
      continue;
    }
    ++accepted;
    const DecisionTables decisions(*program);
    const index::Index rows(*program, decisions, {.layout = index::Layout::kRows});
    const index::Index postings(*program, decisions, {.layout = index::Layout::kPostings});
    for (int n = 0; n < 3; ++n) {
      SignInFacts facts = property::random_sign_in(dice);
      if (!program->policies.empty()) {
        property::aim_at(dice, *program, dice.pick(program->policies), facts);
      }
      const SignInView view(facts);
      const Decision meant = interpret(*program, decisions, view.request(), Plan::kEnforced);
      ASSERT_EQ(meant, rows.decide(view.request(), Plan::kEnforced)) << "try " << i;
      ASSERT_EQ(meant, postings.decide(view.request(), Plan::kEnforced)) << "try " << i;
    }
  }
  EXPECT_GT(refused, static_cast<std::size_t>(kTries) / 4);
  EXPECT_GT(accepted, static_cast<std::size_t>(kTries) / 50);
  std::printf("%zu accepted, %zu refused\n", accepted, refused);
}

}  // namespace
}  // namespace gate
