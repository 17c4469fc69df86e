#include "runtime/replay/fact_key.h"

#include <gtest/gtest.h>

#include <gate/request_json.hpp>
#include <set>

#include "tests/property/random_sign_in.h"

namespace gate::replay {
namespace {

std::string key_of(const SignInFacts& facts, bool with_time = true) {
  const SignInView view(facts);
  std::string key;
  append_key(view.request(), with_time, key);
  return key;
}

TEST(FactKey, ARequestComesBackFromItsKey) {
  KeyedRequest keyed;
  std::set<std::string> keys;
  std::set<std::string> texts;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    property::Dice dice(seed);
    const SignInFacts facts = property::random_sign_in(dice);
    const std::string key = key_of(facts) + key_of(facts);
    std::string_view rest = key;
    EXPECT_EQ(user_of_key(rest), facts.user);
    const std::string text = to_json(facts);
    EXPECT_EQ(to_json(own_facts(keyed.read(rest))), text) << "seed " << seed;
    EXPECT_EQ(to_json(own_facts(keyed.read(rest))), text) << "seed " << seed;
    EXPECT_TRUE(rest.empty());
    keys.insert(key);
    texts.insert(text);
  }
  EXPECT_EQ(keys.size(), texts.size()) << "different facts need different keys, equal ones equal";
  EXPECT_GT(keys.size(), 1'900U);
}

TEST(FactKey, TheMomentCountsOnlyWhereItIsAskedFor) {
  SignInFacts a;
  a.user = "amy";
  SignInFacts b = a;
  a.now_unix_s = 1'790'000'000;
  b.now_unix_s = 1'790'000'001;
  EXPECT_EQ(key_of(a, false), key_of(b, false));
  EXPECT_NE(key_of(a), key_of(b));
  EXPECT_NE(key_of(a), key_of(SignInFacts{}));
}

TEST(FactKey, TextsCannotTradeTheirEnds) {
  SignInFacts a;
  a.groups = {"ab", "c"};
  SignInFacts b;
  b.groups = {"a", "bc"};
  EXPECT_NE(key_of(a), key_of(b));
  b.groups = {"ab"};
  b.roles = {"c"};
  EXPECT_NE(key_of(a), key_of(b));
}

}  // namespace
}  // namespace gate::replay
