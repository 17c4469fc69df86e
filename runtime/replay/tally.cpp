#include "runtime/replay/tally.h"

#include <algorithm>

namespace gate::replay {
namespace {

template <typename T>
T& at(std::vector<T>& values, std::size_t i) {
  if (values.size() <= i) {
    values.resize(i + 1);
  }
  return values[i];
}

/// Keeps the first `most` by their places.
template <typename T>
void merge_first(std::vector<T>& into, const std::vector<T>& from, std::size_t most) {
  into.insert(into.end(), from.begin(), from.end());
  std::stable_sort(into.begin(), into.end(),
                   [](const T& a, const T& b) { return a.place < b.place; });
  if (into.size() > most) {
    into.resize(most);
  }
}

}  // namespace

void Users::merge(const Users& other) {
  more_ = more_ || other.more_;
  for (const std::uint64_t user : other.seen_) {
    add(user);
  }
}

void Count::add(const Comparison& c, const SignIn& sign_in) {
  ++sign_ins;
  if (!sign_in.user_counted) {
    users.add(sign_in.user_hash);
  }
  if (examples.size() < kExamples) {
    examples.push_back({sign_in.place, std::string(sign_in.user), c.from, c.to});
  }
}

void Count::merge(const Count& other) {
  sign_ins += other.sign_ins;
  users.merge(other.users);
  merge_first(examples, other.examples, kExamples);
}

void Tally::add(const Comparison& c, const SignIn& sign_in) {
  ++decided;
  if (!c.held_against_something) {
    ++without_outcome;
    return;
  }
  ++outcomes[static_cast<std::size_t>(c.from)][static_cast<std::size_t>(c.to)];
  const auto change = static_cast<std::size_t>(c.change);
  if (c.change == Change::kNone) {
    ++changes[change].sign_ins;
    return;
  }
  changes[change].add(c, sign_in);
  for (const std::uint32_t policy : c.policies) {
    at(policies, policy)[change].add(c, sign_in);
  }
  for (const std::uint32_t control : c.newly_asked) {
    at(controls, control).newly_asked.add(c, sign_in);
  }
  for (const std::uint32_t control : c.no_longer_asked) {
    at(controls, control).no_longer_asked.add(c, sign_in);
  }
}

void Tally::add_malformed(Place place, std::string problem) {
  ++malformed;
  if (malformed_shown.size() < kMalformedShown) {
    malformed_shown.push_back({place, std::move(problem)});
  }
}

void Tally::add_left_out(std::string_view why, std::uint64_t times) {
  for (auto& [reason, count] : left_out) {
    if (reason == why) {
      count += times;
      return;
    }
  }
  left_out.emplace_back(why, times);
}

void Tally::merge(const Tally& other) {
  records += other.records;
  decided += other.decided;
  distinct += other.distinct;
  without_outcome += other.without_outcome;
  malformed += other.malformed;
  merge_first(malformed_shown, other.malformed_shown, kMalformedShown);
  for (const auto& [why, times] : other.left_out) {
    add_left_out(why, times);
  }
  for (std::size_t i = 0; i < absent.size(); ++i) {
    absent[i] += other.absent[i];
  }
  for (std::size_t i = 0; i < kChangeCount; ++i) {
    changes[i].merge(other.changes[i]);
  }
  for (std::size_t from = 0; from < 3; ++from) {
    for (std::size_t to = 0; to < 3; ++to) {
      outcomes[from][to] += other.outcomes[from][to];
    }
  }
  for (std::size_t p = 0; p < other.policies.size(); ++p) {
    for (std::size_t i = 0; i < kChangeCount; ++i) {
      at(policies, p)[i].merge(other.policies[p][i]);
    }
  }
  for (std::size_t c = 0; c < other.controls.size(); ++c) {
    at(controls, c).newly_asked.merge(other.controls[c].newly_asked);
    at(controls, c).no_longer_asked.merge(other.controls[c].no_longer_asked);
  }
}

}  // namespace gate::replay
