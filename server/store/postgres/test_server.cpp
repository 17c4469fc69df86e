#include "server/store/postgres/test_server.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace gate::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderPrefix = "gate-pg-";
constexpr const char* kOwner = "gate";
constexpr const char* kDatabase = "postgres";
constexpr auto kStartMax = std::chrono::seconds(60);

/// The folder of initdb and postgres, the newest version first; empty when there is none.
std::string find_programs() {
  std::vector<fs::path> versions;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    if (fs::exists(entry.path() / "bin/initdb", error) &&
        fs::exists(entry.path() / "bin/postgres", error)) {
      versions.push_back(entry.path() / "bin");
    }
  }
  const auto newest = std::max_element(versions.begin(), versions.end());
  return newest == versions.end() ? std::string() : newest->string();
}

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
};

/// initdb and postgres refuse to run as root.
Identity identity() {
  if (::geteuid() != 0) {
    return {::geteuid(), ::getegid()};
  }
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = ::getpwnam(name); entry != nullptr) {
      return {entry->pw_uid, entry->pw_gid};
    }
  }
  return {65534, 65534};
}

/// Starts a program under `identity`, with its output in a file. It ends with this process.
pid_t spawn(const std::vector<std::string>& words, const std::string& folder) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  const std::string log = folder + "/log";
  const Identity who = identity();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) {
    return child;
  }
  if (::geteuid() == 0 &&
      (::setgroups(0, nullptr) != 0 || ::setgid(who.group) != 0 || ::setuid(who.user) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) {
    ::_exit(126);
  }
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (::chdir(folder.c_str()) == 0) {
    ::execv(arguments[0], arguments.data());
  }
  ::_exit(127);
}

/// Folders that a killed test left behind: their names tell whose they are.
void remove_orphans(const fs::path& base) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(base, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kFolderPrefix, 0) == 0) {
      const long owner =
          std::strtol(name.c_str() + std::char_traits<char>::length(kFolderPrefix), nullptr, 10);
      if (owner > 0 && ::kill(static_cast<pid_t>(owner), 0) != 0 && errno == ESRCH) {
        fs::remove_all(entry.path(), error);
      }
    }
  }
}

}  // namespace

std::unique_ptr<PostgresTestServer> PostgresTestServer::start(bool durable, std::string& why_not) {
  std::unique_ptr<PostgresTestServer> server(new PostgresTestServer());
  server->durable_ = durable;
  server->programs_ = find_programs();
  if (server->programs_.empty()) {
    why_not = "skipped: PostgreSQL is not installed (Debian: postgresql-15)";
    return nullptr;
  }
  const fs::path memory = "/dev/shm";
  const fs::path base = !durable && ::access(memory.c_str(), W_OK) == 0 ? memory : fs::path("/tmp");
  remove_orphans(base);
  std::string pattern = (base / (kFolderPrefix + std::to_string(::getpid()) + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    why_not = "skipped: PostgreSQL has no temporary folder";
    return nullptr;
  }
  server->folder_ = pattern;
  if (::geteuid() == 0) {
    const Identity who = identity();
    if (::chown(pattern.c_str(), who.user, who.group) != 0) {
      why_not = "skipped: PostgreSQL cannot be given a folder";
      return nullptr;
    }
  }
  // A collation unlike the order of bytes, so that a statement which depends on it is found out.
  const pid_t init = spawn(
      {server->programs_ + "/initdb", "-D", pattern + "/data", "-U", kOwner, "-A", "trust", "-E",
       "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync"},
      pattern);
  int status = 0;
  if (init < 0 || ::waitpid(init, &status, 0) != init || status != 0) {
    why_not = "PostgreSQL's initdb failed; see " + pattern + "/log";
    server->folder_.clear();  // the log stays
    return nullptr;
  }
  return server->launch(why_not) ? std::move(server) : nullptr;
}

bool PostgresTestServer::launch(std::string& why_not) {
  std::vector<std::string> words = {programs_ + "/postgres",
                                    "-D",
                                    folder_ + "/data",
                                    "-c",
                                    "listen_addresses=",
                                    "-c",
                                    "unix_socket_directories=" + folder_,
                                    "-c",
                                    "max_connections=200",
                                    "-c",
                                    "deadlock_timeout=100ms"};
  if (!durable_) {
    words.insert(words.end(), {"-c", "fsync=off", "-c", "full_page_writes=off"});
  }
  process_ = spawn(words, folder_);
  const auto end = std::chrono::steady_clock::now() + kStartMax;
  const std::string url = "host=" + folder_ + " user=" + kOwner + " dbname=" + kDatabase;
  while (std::chrono::steady_clock::now() < end) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      break;
    }
    if (PQping(url.c_str()) == PQPING_OK) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  why_not = "PostgreSQL did not start; see " + folder_ + "/log";
  stop();
  folder_.clear();
  return false;
}

void PostgresTestServer::stop() {
  if (process_ > 0) {
    // At once, without a checkpoint: the next start replays the journal.
    ::kill(process_, SIGQUIT);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
}

PostgresTestServer::~PostgresTestServer() {
  stop();
  if (!folder_.empty()) {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
}

PostgresTestServer* PostgresTestServer::shared(std::string& why_not) {
  static std::string reason;
  static const std::unique_ptr<PostgresTestServer> server = start(false, reason);
  why_not = reason;
  return server.get();
}

bool PostgresTestServer::restart() {
  stop();
  std::string why_not;
  return launch(why_not);
}

std::string PostgresTestServer::socket_file() const {
  return folder_ + "/.s.PGSQL.5432";
}

std::string PostgresTestServer::new_schema() const {
  static std::atomic<int> last{0};
  const std::string base =
      std::string("postgresql:///") + kDatabase + "?host=" + folder_ + "&user=" + kOwner;
  // A test may fork, and its child make schemas too.
  const std::string name = "t" + std::to_string(::getpid()) + "_" + std::to_string(++last);
  execute(base, "CREATE SCHEMA " + name);
  return base + "&options=-csearch_path%3D" + name;
}

void PostgresTestServer::drop_schema(const std::string& url) const {
  execute(url, "DROP SCHEMA " + url.substr(url.rfind("%3D") + 3) + " CASCADE");
}

std::string PostgresTestServer::execute(const std::string& url, const std::string& sql) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), PQfinish);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    return std::string("error: ") + PQerrorMessage(connection.get());
  }
  std::string rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows += (column == 0 ? "" : "|") + std::string(PQgetvalue(result.get(), row, column));
    }
    rows += "\n";
  }
  return rows;
}

}  // namespace gate::server
