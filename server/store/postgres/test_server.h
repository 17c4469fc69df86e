#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

namespace gate::server {

/// A PostgreSQL server of the tests, from the Debian package: its own data in a temporary folder
/// (in memory where there is such a file system), on a socket in that folder and on no port. It
/// runs as another user when the test is root, and ends with the test, also when that is killed.
class PostgresTestServer {
 public:
  /// `durable`: writes reach the disk as in production. Null when it cannot run; then `why_not` has
  /// the reason, in which "skipped: PostgreSQL" is said.
  static std::unique_ptr<PostgresTestServer> start(bool durable, std::string& why_not);
  /// One for all tests of this program, without the waits for the disk.
  static PostgresTestServer* shared(std::string& why_not);
  PostgresTestServer(const PostgresTestServer&) = delete;
  PostgresTestServer& operator=(const PostgresTestServer&) = delete;
  ~PostgresTestServer();

  /// The URL of a schema of this name, which it creates.
  [[nodiscard]] std::string new_schema() const;
  void drop_schema(const std::string& url) const;
  /// Runs SQL as the owner, and returns what it selects: columns separated by `|`, rows by lines.
  std::string execute(const std::string& url, const std::string& sql) const;
  [[nodiscard]] std::string socket_folder() const { return folder_; }
  [[nodiscard]] std::string socket_file() const;

  /// Ends the server at once, as a crash would, and starts it on the same data.
  bool restart();
  void stop();

 private:
  PostgresTestServer() = default;
  bool launch(std::string& why_not);

  std::string folder_;
  std::string programs_;
  bool durable_ = false;
  pid_t process_ = -1;
};

}  // namespace gate::server
