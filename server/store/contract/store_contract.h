#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/crypto/hmac.h"
#include "server/store/store.h"

/// The contract suite of the store port, which every implementation must pass. A store joins with a
/// file that instantiates `StoreContract` with a function that opens it (see `memory_stores.cpp`).
namespace gate::server::store_contract {

inline constexpr Micros kNow = 1'800'000'000'000'000;
inline constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kUser = "amy-id";

/// An empty store, and everything that it needs.
struct OpenStore {
  virtual ~OpenStore() = default;
  std::unique_ptr<Store> store;
};
struct StoreKind {
  const char* name;
  std::unique_ptr<OpenStore> (*open)();
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) {
  *out << kind.name;
}
inline std::string kind_name(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

[[nodiscard]] AttributeSchema sample_schema();
[[nodiscard]] User sample_user();
[[nodiscard]] Resource sample_resource();
Channel sample_channel(ChannelKind kind);
[[nodiscard]] FlowRecord sample_flow(const std::string& id);
[[nodiscard]] ChallengeRecord sample_challenge(const std::string& id, const std::string& flow,
                                               const std::string& code);
[[nodiscard]] OutboxMessage sample_mail(const std::string& code);
[[nodiscard]] KnownDevice sample_device(const std::string& key, const std::string& id);
[[nodiscard]] SessionRecord sample_session(const std::string& sid);
[[nodiscard]] NewFamily sample_family(const std::string& id, const std::string& token);
[[nodiscard]] StoredAnswer sample_answer(const std::string& flow, const std::string& request,
                                         const std::string& answer);
[[nodiscard]] AuditRecord sample_audit(const AuditChain& chain, std::int64_t seq);
[[nodiscard]] Bytes hash_of(const std::string& text);

/// Adds the tenant, its client and its user Amy with a password, a mailbox and a phone.
void fill(Store& store);
/// The guard of a statement about the user, from the present data.
[[nodiscard]] Result<SubjectGuard> guard_of(StoreReads& reads, const std::string& user_id);
/// Rotates, or confirms, with the methods that the user has now.
[[nodiscard]] Result<void> rotate_now(UnitOfWork& unit, const Rotation& rotation, Micros now);
[[nodiscard]] Result<void> confirm_now(UnitOfWork& unit, const std::string& token, Micros now);
/// Everything that can be looked up under the names used by the tests, as a text: flows f0 to f5,
/// tokens t0 to t9, device keys k0 to k5.
[[nodiscard]] std::string picture(Store& store);

/// Runs `body(0)` to `body(count - 1)`, each in a thread of its own, all started at about the same
/// time.
void in_threads(int count, const std::function<void(int)>& body);

class StoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  StoreContract() : open_(GetParam().open()), store_(*open_->store) { fill(store_); }

  void must(const Store::Work& work) {
    const auto outcome = store_.write(work);
    ASSERT_TRUE(outcome) << outcome.error().message;
  }
  /// Expects that a guard refuses the unit of work, and that nothing of it is stored.
  void refused(const Store::Work& work) {
    const std::string before = picture(store_);
    const auto outcome = store_.write(work);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::kConflict) << outcome.error().message;
    EXPECT_EQ(picture(store_), before);
  }
  /// The result of `look` on one snapshot.
  template <typename Look>
  auto found(const Look& look) {
    using Found = typename std::invoke_result_t<Look, StoreReads&>::value_type;
    Found result{};
    const auto outcome = store_.read([&](StoreReads& reads) -> Result<void> {
      GATE_TRY(result, look(reads));
      return {};
    });
    EXPECT_TRUE(outcome);
    return result;
  }
  std::optional<FlowRecord> flow(const std::string& id) {
    return found([&](StoreReads& reads) { return reads.find_flow(kTenant, id); });
  }
  User amy() {
    return *found([](StoreReads& reads) { return reads.find_user(kTenant, kUser); });
  }
  SubjectGuard guard() {
    return found([](StoreReads& reads) { return guard_of(reads, kUser); });
  }
  CodeTrial try_code(const std::string& challenge, const std::string& flow, const std::string& code,
                     Micros now = kNow) {
    CodeTrial trial;
    must([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(trial, unit.try_code(kTenant, challenge, flow, hash_of(code), now));
      return {};
    });
    return trial;
  }
  void open_challenge(const ChallengeRecord& challenge, const OutboxMessage& message) {
    must([&](UnitOfWork& unit) { return unit.open_challenge(challenge, message, kNow); });
  }
  void keep_answer(const StoredAnswer& answer, Micros since = kNow - kAnswerLife) {
    must([&](UnitOfWork& unit) { return unit.keep_answer(answer, since); });
  }
  void refuse_answer(const StoredAnswer& answer, Micros since = kNow - kAnswerLife) {
    refused([&](UnitOfWork& unit) { return unit.keep_answer(answer, since); });
  }
  std::optional<StoredAnswer> kept_answer(const std::string& flow) {
    return found([&](StoreReads& reads) { return reads.find_answer(kTenant, flow); });
  }
  ThrottleSetVerdict take_all(const std::vector<ThrottleClaim>& claims, Micros now) {
    ThrottleSetVerdict verdict;
    must([&](UnitOfWork& unit) -> Result<void> {
      GATE_TRY(verdict, unit.take(kTenant, claims, now));
      return {};
    });
    return verdict;
  }
  ThrottleSetVerdict take(const std::string& key, const ThrottleRule& rule, Micros now) {
    return take_all({{key, rule}}, now);
  }
  std::vector<OutboxMessage> claim(Micros now, std::size_t limit = 10) {
    auto messages = store_.claim_outbox(now, limit);
    EXPECT_TRUE(messages);
    return messages ? *messages : std::vector<OutboxMessage>();
  }

  std::unique_ptr<OpenStore> open_;
  Store& store_;
};

}  // namespace gate::server::store_contract
