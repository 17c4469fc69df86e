#pragma once

#include <boost/asio/awaitable.hpp>
#include <gate/result.hpp>
#include <string>

#include "bench/load/http_client.h"
#include "bench/load/outbox_tail.h"
#include "bench/load/people.h"
#include "bench/load/report.h"

namespace gate::load {

/// What all sign-ins of a run share. Belongs to the io_context's one thread.
struct Shared {
  boost::asio::io_context& io;
  const People& people;
  OutboxTail& outbox;
  Outcome& outcome;
};

/// Signs one person in from `initiate` to tokens, doing whatever the server asks for: a password or
/// a code, then a second factor by the method that is named first. Times go to the outcome; an
/// error tells which request failed and what the server said of it.
[[nodiscard]] boost::asio::awaitable<Result<void>> sign_in(Shared& shared, HttpClient& client,
                                                           const Person& person);

}  // namespace gate::load
