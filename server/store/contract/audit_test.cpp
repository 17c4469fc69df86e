// The contract of the store for audit chains (F5).

#include <atomic>

#include "server/store/contract/store_contract.h"

namespace gate::server::store_contract {
namespace {

const AuditChain kOne{"node-1", kTenant};

Store::Work append(const AuditChain& chain, std::int64_t seq) {
  return [=](UnitOfWork& unit) { return unit.append_audit(sample_audit(chain, seq)); };
}

TEST_P(StoreContract, F5_AChainGrowsByOneAndHasNoGap) {
  refused(append(kOne, 0));
  refused(append(kOne, 2));
  must(append(kOne, 1));
  refused(append(kOne, 1));
  refused(append(kOne, 3));
  must(append(kOne, 2));
  const AuditHead head =
      found([](StoreReads& reads) { return reads.audit_head(kOne); }).value_or(AuditHead{});
  EXPECT_EQ(head.chain, kOne);
  EXPECT_EQ(head.seq, 2);
  EXPECT_EQ(head.hash, "hash 2");
}

TEST_P(StoreContract, F5_ChainsOfNodesAndTenantsAreApart) {
  const AuditChain chains[] = {kOne, {"node-1", ""}, {"node-1", "other"}, {"node-2", kTenant}};
  for (const AuditChain& chain : chains) {
    EXPECT_FALSE(found([&](StoreReads& reads) { return reads.audit_head(chain); }));
    must(append(chain, 1));
    must(append(chain, 2));
  }
  must(append(kOne, 3));
  const auto heads = found([](StoreReads& reads) { return reads.audit_heads({}, 10); });
  ASSERT_EQ(heads.size(), 4U);
  for (const AuditHead& head : heads) {
    EXPECT_EQ(head.seq, head.chain == kOne ? 3 : 2);
  }
}

TEST_P(StoreContract, F5_HeadsAreReadPageByPageInTheirOrder) {
  const AuditChain chains[] = {{"node-2", ""}, {"node-1", "b"}, {"node-1", ""}, {"node-1", "a"}};
  for (const AuditChain& chain : chains) {
    must(append(chain, 1));
  }
  must(append({"node-1", "a"}, 2));
  std::vector<AuditChain> seen;
  AuditChain after;
  while (true) {
    const auto page = found([&](StoreReads& reads) { return reads.audit_heads(after, 3); });
    if (page.empty()) {
      break;
    }
    EXPECT_LE(page.size(), 3U);
    for (const AuditHead& head : page) {
      seen.push_back(head.chain);
      EXPECT_EQ(head.seq, head.chain.tenant_id == "a" ? 2 : 1);
    }
    after = seen.back();
  }
  EXPECT_EQ(seen, (std::vector<AuditChain>{
                      {"node-1", ""}, {"node-1", "a"}, {"node-1", "b"}, {"node-2", ""}}));
}

TEST_P(StoreContract, F5_RowsAreReadPageByPageInTheOrderTheyWereWritten) {
  const AuditChain other{"node-2", ""};
  must(append(kOne, 1));
  must(append(other, 1));
  must(append(kOne, 2));
  must(append(kOne, 3));
  std::vector<AuditRecord> rows;
  std::int64_t after = 0;
  while (true) {
    const auto page = found([&](StoreReads& reads) { return reads.read_audit(after, 3); });
    if (page.empty()) {
      break;
    }
    EXPECT_LE(page.size(), 3U);
    for (const AuditRecord& row : page) {
      EXPECT_GT(row.row, after);
      after = row.row;
      rows.push_back(row);
    }
  }
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].node, "node-2");
  EXPECT_EQ(rows[3].seq, 3);
  EXPECT_EQ(rows[3].heads, "[]");
  EXPECT_EQ(rows[3].prev_hash, "hash 2");
  EXPECT_EQ(rows[3].user_id, kUser);
}

TEST_P(StoreContract, F5_ANewStoreHasNoRowsOfAnOlderVersion) {
  EXPECT_EQ(found([](StoreReads& reads) { return reads.older_audit_end(); }).seq, 0);
  must(append({"", kTenant}, 1));
  EXPECT_EQ(found([](StoreReads& reads) { return reads.older_audit_end(); }).seq, 0);
}

TEST_P(StoreContract, F5_AWorkReadsTheHeadThatItWrote) {
  must([](UnitOfWork& unit) -> Result<void> {
    for (std::int64_t seq = 1; seq <= 3; ++seq) {
      GATE_TRY_VOID(unit.append_audit(sample_audit(kOne, seq)));
      GATE_TRY(const std::optional<AuditHead> head, unit.audit_head(kOne));
      EXPECT_EQ(head ? head->seq : 0, seq);
    }
    return {};
  });
}

// A head that was read outside of the unit of work may be outdated; one that was read inside of it
// is not.
TEST_P(StoreContract, F5_RacingAppendsLeaveNoGapAndNoFork) {
  constexpr int kThreads = 8;
  constexpr int kEach = 10;
  std::atomic<int> written{0};
  in_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      const auto seen = found([](StoreReads& reads) { return reads.audit_head(kOne); });
      const auto outcome = store_.write([&](UnitOfWork& unit) -> Result<void> {
        GATE_TRY(const std::optional<AuditHead> head, unit.audit_head(kOne));
        const auto& base = thread % 2 == 0 ? head : seen;
        return unit.append_audit(sample_audit(kOne, base ? base->seq + 1 : 1));
      });
      EXPECT_TRUE(outcome || outcome.error().code == ErrorCode::kConflict);
      EXPECT_TRUE(outcome || thread % 2 == 1);
      written += outcome ? 1 : 0;
    }
  });
  const auto rows = found([](StoreReads& reads) { return reads.read_audit(0, 1000); });
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(written));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].seq, static_cast<std::int64_t>(i + 1));
  }
}

}  // namespace
}  // namespace gate::server::store_contract
