#include "runtime/replay/worker.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <functional>
#include <random>

namespace gate::replay {
namespace {

std::uint64_t random_seed() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

/// No longer than people can read, and no character cut in two.
std::string_view shown(std::string_view user) {
  constexpr std::size_t kShown = 120;
  if (user.size() <= kShown) {
    return user;
  }
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(user[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return user.substr(0, end);
}

}  // namespace

Worker::Worker(Comparer& comparer, std::size_t remembered, facts::LogReader::Suites suites)
    : comparer_(comparer),
      remembered_(remembered),
      seed_(random_seed()),
      outline_(comparer.asks_for_time()) {
  met_.reserve(remembered);
  reader_.add_suites(suites);
}

std::uint32_t Worker::decide(const facts::LogRecord& record) {
  const bool held_against_log = !comparer_.has_old_set() && record.outcome.has_value();
  if (held_against_log) {
    recorded_.outcome = *record.outcome;
    recorded_.knows_policies = record.knows_policies;
    recorded_.policies.clear();
    for (const facts::RecordedPolicy& policy : record.policies) {
      recorded_.policies.push_back(comparer_.recorded_policy(policy.id, policy.name));
    }
    std::sort(recorded_.policies.begin(), recorded_.policies.end());
    recorded_.policies.erase(std::unique(recorded_.policies.begin(), recorded_.policies.end()),
                             recorded_.policies.end());
  }
  ++tally_.distinct;
  Verdict verdict;
  verdict.comparison = comparer_.compare(record.requests, held_against_log ? &recorded_ : nullptr);
  const Comparison& c = verdict.comparison;
  std::uint32_t* unchanged = nullptr;
  if (c.change == Change::kNone) {
    unchanged = &unchanged_[static_cast<std::size_t>(c.from) * 4 +
                            (c.held_against_something ? static_cast<std::size_t>(c.to) : 3)];
    if (*unchanged != 0) {
      return *unchanged - 1;
    }
  } else {
    const std::string_view user = record.requests[0].user;
    verdict.user = shown(user);
    verdict.user_hash = std::hash<std::string_view>()(user);
  }
  verdicts_.push_back(std::move(verdict));
  const auto count = static_cast<std::uint32_t>(verdicts_.size());
  if (unchanged != nullptr) {
    *unchanged = count;
  }
  return count - 1;
}

/// Nothing: the record is malformed.
std::optional<Worker::Met> Worker::read(std::string_view json, Place place) {
  const Result<const facts::LogRecord*> read = reader_.read(json);
  if (!read) {
    tally_.add_malformed(place, read.error().message);
    return std::nullopt;
  }
  const facts::LogRecord& record = **read;
  if (!record.left_out.empty()) {
    return Met{0, 0, record.left_out};
  }
  return Met{decide(record), record.absent, {}};
}

void Worker::count(const Met& met, Place place, bool again) {
  ++tally_.records;
  if (!met.left_out.empty()) {
    tally_.add_left_out(met.left_out);
    return;
  }
  for (std::size_t i = 0; i < facts::kAbsentFactCount; ++i) {
    tally_.absent[i] += met.absent >> i & 1U;
  }
  const Verdict& verdict = verdicts_[met.verdict];
  tally_.add(verdict.comparison, {place, verdict.user, verdict.user_hash, again});
}

Worker::Fingerprint Worker::fingerprint(std::string_view json) {
  const std::string_view outline = outline_.of(json);
  if (outline.empty()) {
    return {};
  }
  const XXH128_hash_t hash = XXH3_128bits_withSeed(outline.data(), outline.size(), seed_);
  return {hash.low64, hash.high64};
}

void Worker::meet(const Fingerprint& print, std::string_view json, Place place) {
  if (const auto found = met_.find(print); found != met_.end()) {
    count(found->second, place, true);
  } else if (const std::optional<Met> met = read(json, place)) {
    count(*met, place, false);
    if (print != Fingerprint{}) {
      met_.emplace(print, *met);
    }
  }
}

/// Some at once, so that the memory of one is fetched while another is looked up.
void Worker::meet(const Block& block, std::span<const Block::Record> records) {
  const auto json = [&block](const Block::Record& record) {
    return std::string_view(block.bytes).substr(record.begin, record.size);
  };
  std::array<Fingerprint, kTogether> prints;
  std::array<std::optional<Met>, kTogether> met;
  for (std::size_t i = 0; i < records.size(); ++i) {
    prints[i] = records[i].problem == nullptr ? fingerprint(json(records[i])) : Fingerprint{};
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (const auto found = met_.find(prints[i]); found != met_.end()) {
      met[i] = found->second;
    }
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Place place{block.file, records[i].line};
    if (records[i].problem != nullptr) {
      tally_.add_malformed(place, std::string("$: ") + records[i].problem);
    } else if (met[i]) {
      count(*met[i], place, true);
    } else {
      meet(prints[i], json(records[i]), place);
    }
  }
}

void Worker::forget() {
  met_.clear();
  verdicts_.clear();
  unchanged_ = {};
}

void Worker::work(const Block& block) {
  for (std::size_t i = 0; i < block.records.size(); i += kTogether) {
    if (met_.size() + kTogether > remembered_ || verdicts_.size() + kTogether > remembered_) {
      forget();
    }
    meet(block, std::span(block.records).subspan(i, std::min(kTogether, block.records.size() - i)));
  }
}

}  // namespace gate::replay
