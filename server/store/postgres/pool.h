#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/postgres/connection.h"

namespace gate::server::postgres {

/// The connections of a store: opened when needed, kept, and lent to one thread at a time. Safe
/// from any thread.
class Pool {
 public:
  Pool(std::string url, std::size_t size) : url_(std::move(url)), places_(size) {}

  /// A borrowed connection. It goes back when this ends; a connection that is lost is closed.
  class Loan {
   public:
    Loan(Pool& pool, std::size_t place) : pool_(&pool), place_(place) {}
    Loan(Loan&& other) noexcept : pool_(other.pool_), place_(other.place_) {
      other.pool_ = nullptr;
    }
    Loan& operator=(Loan&&) = delete;
    ~Loan();
    Connection* operator->() { return &**this; }
    Connection& operator*() { return *pool_->places_[place_].connection; }
    /// Which of the connections this is. Two loans at the same time differ.
    [[nodiscard]] std::size_t place() const { return place_; }
    /// Closes the connection: what its transaction left is undone by the server.
    void close() { is_good_ = false; }

   private:
    Pool* pool_;
    std::size_t place_;
    bool is_good_ = true;
  };

  /// Waits while all connections are lent. kUnavailable: for longer than `kBorrowMaxMs`, or the
  /// server cannot be reached.
  [[nodiscard]] Result<Loan> borrow();

  static constexpr int kBorrowMaxMs = 10'000;

 private:
  struct Place {
    std::unique_ptr<Connection> connection;
    bool is_lent = false;
  };
  void give_back(std::size_t place, bool is_good);

  const std::string url_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Place> places_;
};

}  // namespace gate::server::postgres
