#include "runtime/replay/worker.h"

#include <algorithm>
#include <functional>

namespace gate::replay {
namespace {

/// Sign-ins that are decided together.
constexpr std::size_t kTogether = 256;

/// The user of the first request of a known sign-in.
std::string_view user_of(const std::string& key) {
  return user_of_key(std::string_view(key).substr(1));
}

/// No longer than people can read.
std::string shown(std::string_view user) {
  return std::string(user.substr(0, 120));
}

}  // namespace

/// A key: how many requests, the requests, then what the log recorded.
std::uint32_t Worker::known(const facts::LogRecord& record) {
  key_.clear();
  key_ += static_cast<char>(record.requests.size());
  for (const SignInRequest& request : record.requests) {
    append_key(request, comparer_.asks_for_time(), key_);
  }
  const bool held_against_log = !comparer_.has_old_set() && record.outcome.has_value();
  Recorded recorded;
  if (held_against_log) {
    recorded.outcome = *record.outcome;
    recorded.knows_policies = record.knows_policies;
    for (const facts::RecordedPolicy& policy : record.policies) {
      recorded.policies.push_back(comparer_.recorded_policy(policy.id, policy.name));
    }
    std::sort(recorded.policies.begin(), recorded.policies.end());
    key_ += static_cast<char>('0' + static_cast<int>(recorded.outcome));
    key_ += recorded.knows_policies ? 'p' : '-';
    for (const std::uint32_t number : recorded.policies) {
      key_.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
  }
  const auto found = by_key_.find(key_);
  if (found != by_key_.end()) {
    return found->second;
  }
  const auto number = static_cast<std::uint32_t>(known_.size());
  Known& fresh = known_.emplace_back(Known{key_, {}});
  by_key_.emplace(fresh.key, number);
  Comparer::Item item{static_cast<std::uint32_t>(requests_.size()),
                      static_cast<std::uint32_t>(record.requests.size()), nullptr};
  std::string_view rest(fresh.key);
  rest.remove_prefix(1);
  for (std::size_t i = 0; i < record.requests.size(); ++i) {
    if (views_.size() == requests_.size()) {
      views_.push_back(std::make_unique<KeyedRequest>());
    }
    requests_.push_back(views_[requests_.size()]->read(rest));
  }
  if (held_against_log) {
    recorded_.push_back(std::move(recorded));
    item.recorded = &recorded_.back();
  }
  items_.push_back(item);
  open_.push_back(number);
  return number;
}

void Worker::read(std::string_view json, Place place) {
  const Result<const facts::LogRecord*> read = reader_.read(json);
  if (!read) {
    tally_.add_malformed(place, read.error().message);
    return;
  }
  const facts::LogRecord& record = **read;
  ++tally_.records;
  if (!record.left_out.empty()) {
    tally_.add_left_out(record.left_out);
    return;
  }
  for (std::size_t i = 0; i < facts::kAbsentFactCount; ++i) {
    tally_.absent[i] += record.absent >> i & 1U;
  }
  met_.push_back({known(record), place.line});
  if (open_.size() >= kTogether) {
    decide();
  }
}

void Worker::decide() {
  comparisons_.assign(items_.size(), Comparison{});
  comparer_.compare(requests_, items_, scratch_, comparisons_);
  for (std::size_t i = 0; i < open_.size(); ++i) {
    known_[open_[i]].comparison = std::move(comparisons_[i]);
  }
  tally_.distinct += open_.size();
  open_.clear();
  items_.clear();
  requests_.clear();
  recorded_.clear();
}

void Worker::count(const Block& block) {
  for (const Met& met : met_) {
    const Known& known = known_[met.known];
    if (known.comparison.change == Change::kNone) {
      tally_.add(known.comparison, {}, 0);
      continue;
    }
    const std::string_view user = user_of(known.key);
    tally_.add(known.comparison,
               {{block.file, met.line}, shown(user), known.comparison.from, known.comparison.to},
               std::hash<std::string_view>()(user));
  }
  met_.clear();
}

void Worker::work(const Block& block) {
  if (known_.size() > remembered_) {
    by_key_.clear();
    known_.clear();
  }
  for (const Block::Record& record : block.records) {
    const Place place{block.file, record.line};
    if (record.problem != nullptr) {
      tally_.add_malformed(place, std::string("$: ") + record.problem);
    } else {
      read(std::string_view(block.bytes).substr(record.begin, record.size), place);
    }
  }
  decide();
  count(block);
}

}  // namespace gate::replay
