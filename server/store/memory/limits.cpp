#include <algorithm>
#include <numeric>
#include <vector>

#include "server/store/memory/unit_of_work.h"

namespace gate::server {
namespace {

/// The earliest time of the next try, computed from the row.
Micros retry_time(const ThrottleRow& row, const ThrottleRule& rule, Micros now) {
  if (row.consecutive >= rule.stop_at) {
    return now + kMicrosPerDay;  // only a success or an operator ends a hard stop
  }
  Micros at = std::max(row.until, now);
  if (row.count >= rule.max_in_window) {
    at = std::max(at, row.window_start + rule.window);
  }
  return at;
}

/// The delay after the failure that makes it `consecutive` in a row.
Micros delay_after(std::int64_t consecutive, const ThrottleRule& rule) {
  if (consecutive < rule.delay_from) {
    return 0;
  }
  const std::int64_t doublings = std::min<std::int64_t>(consecutive - rule.delay_from, 20);
  return std::min(rule.delay_max, rule.delay_first * (std::int64_t{1} << doublings));
}

}  // namespace

ThrottleVerdict MemoryUnitOfWork::take_one(const Key& key, const ThrottleRule& rule, Micros now) {
  const ThrottleRow* found = state_.throttle.find(key);
  ThrottleRow row = found == nullptr ? ThrottleRow{now, 0, 0, 0} : *found;
  const bool new_window = now - row.window_start >= rule.window;
  if (row.until > now || (row.count >= rule.max_in_window && !new_window) ||
      row.consecutive >= rule.stop_at) {
    return {false, retry_time(row, rule, now)};
  }
  if (new_window) {
    row.window_start = now;
    row.count = 0;
  }
  ++row.count;
  // Only rules with a limit on failures in a row count them; such rows are kept longer.
  const bool counts_failures = std::min(rule.delay_from, rule.stop_at) < ThrottleRule::kNoLimit;
  const std::int64_t in_a_row = row.consecutive + 1;
  // `until` is set only by rules with a wait. Requests may be counted in another order than they
  // came in, and an earlier one must not be refused as too early.
  if (rule.spacing > 0 || in_a_row >= rule.delay_from) {
    row.until = now + std::max(rule.spacing, delay_after(in_a_row, rule));
  }
  row.consecutive += counts_failures ? 1 : 0;
  state_.throttle.put(key, row);
  return {true, 0};
}

Result<ThrottleSetVerdict> MemoryUnitOfWork::take(std::string_view tenant_id,
                                                  std::span<const ThrottleClaim> claims,
                                                  Micros now) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return claims[a].key < claims[b].key; });
  const auto before = state_.throttle;
  ThrottleSetVerdict all{true, 0, 0};
  for (const std::size_t i : order) {
    const ThrottleVerdict one = take_one(key_of(tenant_id, claims[i].key), claims[i].rule, now);
    if (!one.admitted && (all.admitted || i < all.refused_by)) {
      all = {false, i, one.retry_at};
    }
  }
  if (!all.admitted) {
    state_.throttle = before;
  }
  return all;
}

Result<void> MemoryUnitOfWork::succeeded(std::string_view tenant_id, std::string_view key) {
  state_.throttle.update(key_of(tenant_id, key), [](ThrottleRow& row) {
    row.consecutive = 0;
    row.until = 0;
    row.count = std::max<std::int64_t>(row.count - 1, 0);
  });
  return {};
}

void MemoryUnitOfWork::erase_counters(std::string_view tenant_id, const std::string& prefix) {
  const auto counters = state_.throttle;
  counters.each_from(key_of(tenant_id, prefix), [&](const Key& key, const ThrottleRow&) {
    const bool below = std::get<0>(key) == tenant_id && std::get<1>(key).starts_with(prefix);
    if (below) {
      state_.throttle.erase(key);
    }
    return below;
  });
}

Result<void> MemoryUnitOfWork::lift(std::string_view tenant_id, std::string_view account_key) {
  state_.throttle.erase(key_of(tenant_id, password_throttle_key(account_key)));
  erase_counters(tenant_id, code_throttle_prefix(account_key));
  return {};
}

}  // namespace gate::server
