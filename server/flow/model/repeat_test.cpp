#include "server/flow/model/repeat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "server/crypto/aead.h"
#include "server/crypto/hmac.h"
#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

constexpr Micros kNow = 1'800'000'000'000'000;

/// A request that is recognised by the hash of `text`.
struct Marked {
  explicit Marked(const std::string& text, Micros now = kNow)
      : mark(sha256(as_bytes(text))), caller{tenant, client, hints, now, mark} {}
  Tenant tenant{"t", "Bank", "bank.example"};
  Client client{"t", "app", "retail-app", {}, false, {}};
  ClientHints hints;
  Digest mark;
  Caller caller;
};

StoredAnswer sealed_for(const Marked& request, const std::string& text) {
  const auto flow = std::make_unique<FlowRecord>();
  flow->tenant_id = request.tenant.id;
  flow->flow_id = request.client.client_id;
  flow->gen = 3;
  StoredAnswer row = claim_answer(request.caller, *flow).value();
  OpensslRandom random;
  const Secret key = derive_key(request.mark, "answer key");
  row.sealed = std::move(seal(random, key.bytes(), "flow answer", as_bytes(text))).value();
  return row;
}

TEST(Repeat, T4_AnAnswerIsOpenedByItsOwnRequestAlone) {
  const Marked request("request");
  const StoredAnswer row = sealed_for(request, "the answer");
  const auto text = open_answer(request.caller, row);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "the answer");
  const Marked other("another");
  EXPECT_FALSE(is_same_request(other.caller, 3, row));
  const auto closed = open_answer(other.caller, row);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::kCorrupt);
}

TEST(Repeat, T4_TheSameRequestIsThatOfTheSameTokenForTenSeconds) {
  const StoredAnswer row = sealed_for(Marked("request"), "the answer");
  EXPECT_TRUE(is_same_request(Marked("request").caller, 3, row));
  EXPECT_TRUE(is_same_request(Marked("request", kNow + kAnswerLife - 1).caller, 3, row));
  EXPECT_FALSE(is_same_request(Marked("request", kNow + kAnswerLife).caller, 3, row));
  EXPECT_FALSE(is_same_request(Marked("request").caller, 2, row));
  Marked unmarked("request");
  unmarked.caller.request_mark = {};
  EXPECT_FALSE(is_same_request(unmarked.caller, 3, row));
  EXPECT_FALSE(claim_answer(unmarked.caller, FlowRecord()));
}

TEST(Repeat, T4_NeitherTheMarkNorTheTextIsInTheRow) {
  const Marked request("request");
  const StoredAnswer row = sealed_for(request, "the answer");
  EXPECT_EQ(row.request_tag.size(), 16U);
  EXPECT_FALSE(std::equal(row.request_tag.begin(), row.request_tag.end(), request.mark.begin()));
  const std::string bytes(row.sealed.begin(), row.sealed.end());
  EXPECT_EQ(bytes.find("answer"), std::string::npos);
}

}  // namespace
}  // namespace gate::server
