#include "bench/load/run.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "bench/load/sign_in.h"

namespace gate::load {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// What the connections of a run agree on.
struct Course {
  Shared shared;
  const Plan& plan;
  std::uint64_t begun = 0;
  Clock::time_point ends;
};

/// One connection: signs its own people in, one after the other, until the course is over.
asio::awaitable<void> keep_signing_in(Course& course, std::size_t first) {
  HttpClient client(course.shared.io, course.plan.origin);
  const auto& persons = course.shared.people.persons;
  std::size_t next = first;
  while (course.begun < course.plan.sign_ins && Clock::now() < course.ends) {
    ++course.begun;
    const Result<void> done = co_await sign_in(course.shared, client, persons[next]);
    if (!done) {
      ++course.shared.outcome.failures[done.error().message];
    }
    next = next + course.plan.connections < persons.size() ? next + course.plan.connections : first;
  }
}

}  // namespace

Result<Outcome> run_load(const Plan& plan, const People& people) {
  if (people.persons.size() < plan.connections || plan.connections == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} connections need as many people; there are {}", plan.connections,
                             people.persons.size())};
  }
  GATE_TRY(OutboxTail outbox, OutboxTail::open(plan.outbox_file));
  asio::io_context io(1);
  Outcome outcome;
  const Clock::time_point begun = Clock::now();
  Course course{{io, people, outbox, outcome}, plan, 0, begun + plan.time};
  for (std::size_t i = 0; i < plan.connections; ++i) {
    asio::co_spawn(io, keep_signing_in(course, i), [&outcome](std::exception_ptr failure) {
      if (failure) {
        ++outcome.failures["a connection ended with an exception"];
      }
    });
  }
  io.run();
  outcome.took = Clock::now() - begun;
  return outcome;
}

}  // namespace gate::load
