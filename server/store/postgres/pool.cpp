#include "server/store/postgres/pool.h"

#include <algorithm>
#include <chrono>

namespace gate::server::postgres {

Result<Pool::Loan> Pool::borrow() {
  std::unique_lock lock(mutex_);
  // The first free one: under little load few connections are open.
  const auto free = [this] {
    return std::find_if(places_.begin(), places_.end(),
                        [](const Place& place) { return !place.is_lent; });
  };
  if (!given_back_.wait_for(lock, std::chrono::milliseconds(kBorrowMaxMs),
                            [&] { return free() != places_.end(); })) {
    return Error{ErrorCode::kUnavailable, "all connections to the PostgreSQL store are in use"};
  }
  const auto found = free();
  found->is_lent = true;
  const auto number = static_cast<std::size_t>(found - places_.begin());
  lock.unlock();
  // The place is ours, so it needs no lock.
  Place& place = places_[number];
  if (place.connection == nullptr || place.connection->is_stale()) {
    place.connection.reset();
    Result<std::unique_ptr<Connection>> opened = Connection::open(url_);
    if (!opened) {
      give_back(number, false);
      return std::move(opened).error();
    }
    place.connection = std::move(opened).value();
  }
  return Loan(*this, number);
}

void Pool::give_back(std::size_t place, bool is_good) {
  if (!is_good) {
    places_[place].connection.reset();
  }
  {
    const std::lock_guard lock(mutex_);
    places_[place].is_lent = false;
  }
  given_back_.notify_one();
}

Pool::Loan::~Loan() {
  if (pool_ != nullptr) {
    pool_->give_back(place_, is_good_);
  }
}

}  // namespace gate::server::postgres
