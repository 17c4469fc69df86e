#include "server/audit/audit_log.h"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <map>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kPageRows = 1000;

/// Each field is preceded by its length, so that no text can move from one field into the next.
class Fields {
 public:
  explicit Fields(std::string_view version) : all_(version) {}
  void add(std::string_view field) {
    all_ += ';';
    all_ += std::to_string(field.size());
    all_ += ':';
    all_ += field;
  }
  [[nodiscard]] ByteSpan bytes() const { return as_bytes(all_); }

 private:
  std::string all_;
};

void add_what_happened(Fields& fields, const AuditRecord& record) {
  fields.add(record.type);
  fields.add(record.tenant_id);
  fields.add(record.user_id);
  fields.add(record.client_id);
  fields.add(record.flow_id);
  fields.add(record.policy_digest);
  fields.add(record.facts_hash);
  fields.add(record.facts_json);
  fields.add(record.outcome);
  fields.add(record.required_text);
  fields.add(record.reasons);
}

/// [["node","tenant",seq,"hash"], ...]
std::string write_heads(const std::vector<AuditHead>& heads) {
  json::array out;
  for (const AuditHead& head : heads) {
    out.push_back(json::array{head.chain.node, head.chain.tenant_id, head.seq, head.hash});
  }
  return out.empty() ? std::string() : json::serialize(out);
}

/// Nothing when `write_heads` cannot have written the text.
std::optional<std::vector<AuditHead>> read_heads(const std::string& text) {
  std::vector<AuditHead> heads;
  if (text.empty()) {
    return heads;
  }
  json::error_code failed;
  const json::value parsed = json::parse(text, failed);
  if (failed || !parsed.is_array()) {
    return std::nullopt;
  }
  for (const json::value& entry : parsed.get_array()) {
    const json::array* parts = entry.if_array();
    if (parts == nullptr || parts->size() != 4 || !(*parts)[0].is_string() ||
        !(*parts)[1].is_string() || !(*parts)[2].is_int64() || !(*parts)[3].is_string()) {
      return std::nullopt;
    }
    heads.push_back({{std::string((*parts)[0].get_string()), std::string((*parts)[1].get_string())},
                     (*parts)[2].get_int64(),
                     std::string((*parts)[3].get_string())});
  }
  return heads;
}

/// The heads of up to `max` chains other than `own`: first those after `after`, then from the
/// beginning.
Result<std::string> heads_for(AuditReads& reads, const AuditChain& own, const AuditChain& after,
                              std::size_t max) {
  GATE_TRY(std::vector<AuditHead> heads, reads.audit_heads(after, max + 1));
  if (heads.size() <= max) {
    GATE_TRY(const std::vector<AuditHead> more, reads.audit_heads({}, max + 1));
    for (const AuditHead& head : more) {
      if (head.chain <= after) {
        heads.push_back(head);
      }
    }
  }
  std::erase_if(heads, [&own](const AuditHead& head) { return head.chain == own; });
  heads.resize(std::min(heads.size(), max));
  return write_heads(heads);
}

}  // namespace

std::string AuditLog::hash_of(const AuditRecord& record) const {
  if (record.node.empty()) {
    Fields fields("gatehouse audit row v1");
    fields.add(std::to_string(record.seq));
    fields.add(std::to_string(record.at));
    add_what_happened(fields, record);
    fields.add(record.prev_hash);
    return hex(sha256(fields.bytes()));
  }
  Fields fields("gatehouse audit row v2");
  fields.add(record.node);
  fields.add(std::to_string(record.seq));
  fields.add(std::to_string(record.at));
  add_what_happened(fields, record);
  fields.add(record.heads);
  fields.add(record.prev_hash);
  return hex(hmac_sha256_raw(key_.bytes(), fields.bytes()));
}

std::string AuditLog::chain_name(const UnitOfWork& work, const std::string& tenant_id) const {
  // The node's own chain is one, so that `record_heads` can leave it out.
  const std::size_t lane = tenant_id.empty() ? 0 : work.audit_lane();
  return lane == 0 ? node_ : node_ + "#" + std::to_string(lane);
}

Result<void> AuditLog::append(UnitOfWork& work, AuditRecord record) const {
  const AuditChain chain{chain_name(work, record.tenant_id), record.tenant_id};
  GATE_TRY(const std::optional<AuditHead> head, work.audit_head(chain));
  record.node = chain.node;
  record.seq = head ? head->seq + 1 : 1;
  record.prev_hash = head ? head->hash : std::string();
  record.facts_hash = hex(sha256(as_bytes(record.facts_json)));
  if (record.heads.empty() && record.seq % kHeadsEvery == 1) {
    GATE_TRY(record.heads, heads_for(work, chain, chain, kHeadsMax));
  }
  record.hash = hash_of(record);
  return work.append_audit(record);
}

Result<void> AuditLog::record_heads(Store& store, Micros now) {
  // A limited number at once. In a store with more chains, rows of the tenant chains record the
  // rest.
  constexpr std::size_t kAtOnce = 1000;
  std::string heads;
  GATE_TRY_VOID(store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(heads, heads_for(reads, {node_, ""}, {}, kAtOnce));
    return {};
  }));
  if (heads.empty() || heads == recorded_) {
    return {};
  }
  AuditRecord record;
  record.at = now;
  record.type = "heads";
  record.heads = heads;
  GATE_TRY_VOID(store.write([&](UnitOfWork& work) { return append(work, record); }));
  recorded_ = std::move(heads);
  return {};
}

namespace {

/// The walk of `verify`. It reads rows in the order they were written: a recorded head always names
/// an earlier row.
class Walk {
 public:
  /// `older_end`: where the rows without a key end.
  Walk(const AuditLog& log, AuditHead older_end) : log_(log), older_end_(std::move(older_end)) {}

  /// False at the first error.
  bool take(const AuditRecord& row) {
    ++check_.rows;
    if (row.node.empty() && row.seq > older_end_.seq) {
      // Their hash needs no key, so only those are accepted that were there at the migration.
      return fail({row.node, row.tenant_id}, row.seq, "a row of an older store, but put in later");
    }
    Passed& chain = chains_[chain_of({row.node, row.tenant_id})];
    if (row.seq != chain.seq + 1 || row.prev_hash != chain.hash()) {
      return fail({row.node, row.tenant_id}, chain.seq + 1, "a row is missing, or one was put in");
    }
    if (row.facts_hash != hex(sha256(as_bytes(row.facts_json))) || row.hash != log_.hash_of(row)) {
      return fail({row.node, row.tenant_id}, row.seq, "the row was changed");
    }
    if (row.node.empty() && row.seq == older_end_.seq && row.hash != older_end_.hash) {
      // The hash of the last row covers all rows before it.
      return fail({}, row.seq, "the rows of the older store are not those that were migrated");
    }
    chain.take(row);
    const auto heads = read_heads(row.heads);
    if (!heads) {
      return fail({row.node, row.tenant_id}, row.seq, "its heads of other chains are damaged");
    }
    for (const AuditHead& head : *heads) {
      if (!chains_[chain_of(head.chain)].has(head)) {
        return fail(head.chain, head.seq, "the row is gone, but another chain has recorded it");
      }
    }
    return true;
  }

  AuditLog::Check finish() && {
    if (const Passed& older = chains_[AuditChain{}]; !check_.fault && older.seq != older_end_.seq) {
      fail({}, older.seq + 1, "a row of the older store is missing");
    }
    for (const auto& [chain, passed] : chains_) {
      if (passed.seq > 0) {
        check_.heads.push_back({chain, passed.seq, passed.hash()});
      }
    }
    return std::move(check_);
  }

 private:
  /// One chain during the walk. Other nodes may record a head some rows late, so the newest hashes
  /// are kept to compare with.
  struct Passed {
    static constexpr std::size_t kKept = 1024;
    std::int64_t seq = 0;
    std::deque<std::string> newest{};

    [[nodiscard]] std::string hash() const {
      return newest.empty() ? std::string() : newest.back();
    }
    void take(const AuditRecord& row) {
      seq = row.seq;
      newest.push_back(row.hash);
      if (newest.size() > kKept) {
        newest.pop_front();
      }
    }
    [[nodiscard]] bool has(const AuditHead& head) const {
      const std::int64_t back = seq - head.seq;
      const auto kept = static_cast<std::int64_t>(newest.size());
      return head.seq > 0 && back >= 0 &&
             (back >= kept || newest[static_cast<std::size_t>(kept - 1 - back)] == head.hash);
    }
  };
  /// Older stores have one chain for all tenants.
  static AuditChain chain_of(const AuditChain& chain) {
    return chain.node.empty() ? AuditChain{} : chain;
  }
  bool fail(const AuditChain& chain, std::int64_t seq, std::string what) {
    check_.fault = AuditLog::Fault{chain, seq, std::move(what)};
    return false;
  }

  const AuditLog& log_;
  const AuditHead older_end_;
  AuditLog::Check check_;
  std::map<AuditChain, Passed> chains_;
};

}  // namespace

Result<AuditLog::Check> AuditLog::verify(Store& store) const {
  // One snapshot: where several nodes write at the same time, a row may become visible after one
  // with a greater number.
  Check check;
  GATE_TRY_VOID(store.read([&](StoreReads& reads) -> Result<void> {
    GATE_TRY(AuditHead older_end, reads.older_audit_end());
    Walk walk(*this, std::move(older_end));
    std::int64_t after = 0;
    bool more = true;
    while (more) {
      GATE_TRY(const std::vector<AuditRecord> page, reads.read_audit(after, kPageRows));
      more = page.size() == kPageRows;
      for (const AuditRecord& row : page) {
        after = row.row;
        if (!walk.take(row)) {
          more = false;
          break;
        }
      }
    }
    check = std::move(walk).finish();
    return {};
  }));
  return check;
}

}  // namespace gate::server
