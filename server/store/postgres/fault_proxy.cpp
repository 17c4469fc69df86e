#include "server/store/postgres/fault_proxy.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>

namespace gate::server {
namespace {

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  return socket;
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t sent = ::send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    at += static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive(int socket, std::string& bytes, std::size_t count) {
  std::string part(count, '\0');
  for (std::size_t at = 0; at < count;) {
    const ssize_t got = ::recv(socket, part.data() + at, count - at, 0);
    if (got <= 0) {
      return false;
    }
    at += static_cast<std::size_t>(got);
  }
  bytes += part;
  return true;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = (number << 8) | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return number;
}

/// One message of the protocol (PostgreSQL manual, 55.7): a type, a length that counts itself, and
/// the rest. The first message of a client has no type.
std::optional<std::string> read_message(int socket, bool has_type) {
  const std::size_t type = has_type ? 1 : 0;
  std::string message;
  if (!receive(socket, message, type + 4) ||
      !receive(socket, message, number_at(message, type) - 4)) {
    return std::nullopt;
  }
  return message;
}

std::string message_of(char type, const std::string& content) {
  const auto size = static_cast<std::uint32_t>(content.size() + 4);
  std::string message(1, type);
  for (int shift = 24; shift >= 0; shift -= 8) {
    message += static_cast<char>(size >> shift);
  }
  return message + content;
}

const char* const kCommit = "COMMIT";

bool is_query(const std::string& request, const char* sql) {
  return request.size() > 5 && request[0] == 'Q' && std::strcmp(request.c_str() + 5, sql) == 0;
}

}  // namespace

/// One client and its connection to the server. libpq sends one request and waits for its answer.
class FaultProxy::Session {
 public:
  Session(FaultProxy& proxy, int client)
      : proxy_(proxy), client_(client), server_(connect_to(proxy.server_socket_)) {
    thread_ = std::thread([this] {
      run();
      cut();
    });
  }
  ~Session() {
    cut();
    thread_.join();
    ::close(client_);
    ::close(server_);
  }

 private:
  void cut() const {
    ::shutdown(client_, SHUT_RDWR);
    ::shutdown(server_, SHUT_RDWR);
  }

  void run() {
    const auto hello = read_message(client_, false);
    if (!hello || server_ < 0 || !send_all(server_, *hello) || !pass_answer()) {
      return;
    }
    while (const auto request = read_request()) {
      if (!handle(*request)) {
        return;
      }
    }
  }

  /// All messages up to the one that the server answers.
  [[nodiscard]] std::optional<std::string> read_request() const {
    std::string request;
    while (true) {
      const auto message = read_message(client_, true);
      if (!message) {
        return std::nullopt;
      }
      request += *message;
      const char type = message->front();
      if (type == 'Q' || type == 'S') {
        return request;
      }
      if (type == 'X') {
        send_all(server_, request);
        return std::nullopt;
      }
    }
  }

  /// False: the connection ends.
  [[nodiscard]] bool handle(const std::string& request) const {
    const bool is_commit = is_query(request, kCommit);
    Count& count = proxy_.count_;
    switch (proxy_.draw(is_commit)) {
      case Fault::kLostBefore:
        ++count.lost_before;
        return false;
      case Fault::kLostAfter:
        // Counted when the server has the request. Its answer is not waited for: it may well be at
        // work on the request when the client asks what became of it.
        send_all(server_, request);
        ++count.lost_after;
        count.lost_commits += is_commit ? 1 : 0;
        return false;
      case Fault::kSerialization:
        ++count.serialization;
        count.refused_commits += is_commit ? 1 : 0;
        return refuse(is_commit);
      case Fault::kLate:
        ++count.late;
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        break;
      case Fault::kNone:
        break;
    }
    return send_all(server_, request) && pass_answer();
  }

  /// As an engine that is strict about the order of transactions. After a refused COMMIT the
  /// transaction is over; after a refused statement the client ends it.
  [[nodiscard]] bool refuse(bool is_commit) const {
    if (is_commit) {
      if (!send_all(server_, message_of('Q', std::string("ROLLBACK") + '\0'))) {
        return false;
      }
      while (true) {
        const auto message = read_message(server_, true);
        if (!message) {
          return false;
        }
        if (message->front() == 'Z') {
          break;
        }
      }
    }
    const std::string fields = std::string("SERROR") + '\0' + "VERROR" + '\0' + "C40001" + '\0' +
                               "Mcould not serialize access" + '\0' + '\0';
    return send_all(client_, message_of('E', fields) + message_of('Z', is_commit ? "I" : "E"));
  }

  /// Passes on what the server says until it is ready for the next request.
  [[nodiscard]] bool pass_answer() const {
    while (true) {
      const auto message = read_message(server_, true);
      if (!message || !send_all(client_, *message)) {
        return false;
      }
      if (message->front() == 'Z') {
        return true;
      }
    }
  }

  FaultProxy& proxy_;
  const int client_;
  const int server_;
  std::thread thread_;
};

FaultProxy::FaultProxy(std::string server_socket, const std::string& folder, Faults faults,
                       unsigned seed)
    : server_socket_(std::move(server_socket)),
      own_socket_(folder + "/.s.PGSQL.5432"),
      faults_(faults),
      dice_(seed) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(own_socket_.begin(), own_socket_.end(), address.sun_path);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(listener_, 128) == 0) {
    acceptor_ = std::thread([this] { accept_all(); });
  }
}

FaultProxy::~FaultProxy() {
  ::shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) {
    acceptor_.join();
  }
  ::close(listener_);
  sessions_.clear();
  ::unlink(own_socket_.c_str());
}

void FaultProxy::accept_all() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      return;
    }
    const std::lock_guard lock(sessions_mutex_);
    sessions_.push_back(std::make_unique<Session>(*this, client));
  }
}

FaultProxy::Fault FaultProxy::draw(bool is_commit) {
  if (fair_ || (faults_.on_commit_only && !is_commit)) {
    return Fault::kNone;
  }
  const std::lock_guard lock(dice_mutex_);
  if (dice_() % faults_.one_in != 0) {
    return Fault::kNone;
  }
  constexpr Fault kFaults[] = {Fault::kLostBefore, Fault::kLostAfter, Fault::kSerialization,
                               Fault::kLate};
  return kFaults[dice_() % std::size(kFaults)];
}

}  // namespace gate::server
