// The recorded V1 wire: every file of exchanges is a test, whose answers must be the same byte for
// byte. README.md describes the files.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/exchanges/recording.h"

namespace exchanges {
namespace {

using gate::server::Micros;

constexpr std::string_view kScenario = "=== ";
constexpr std::string_view kEvent = "* ";
constexpr std::string_view kRequest = "> ";
constexpr std::string_view kAnswer = "< ";

/// `90 s`, `10 m`, `1 h`, `30 d` or `1 us`.
Micros read_duration(const std::string& text) {
  std::istringstream in(text);
  Micros number = 0;
  std::string unit;
  in >> number >> unit;
  for (const auto& [name, size] :
       {std::pair("us", Micros{1}), std::pair("s", gate::server::kMicrosPerSecond),
        std::pair("m", gate::server::kMicrosPerMinute),
        std::pair("h", gate::server::kMicrosPerHour),
        std::pair("d", gate::server::kMicrosPerDay)}) {
    if (unit == name) {
      return number * size;
    }
  }
  throw std::runtime_error("`" + text + "` is no duration");
}

std::string indented(const std::string& lines) {
  std::istringstream in(lines);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    out += std::string(kAnswer) + line + "\n";
  }
  return out;
}

/// Replays one file and returns its lines with the new answers in place of the recorded ones.
class Replay {
 public:
  std::string run(const std::string& recorded) {
    std::istringstream in(recorded);
    int number = 0;
    try {
      for (std::string line; std::getline(in, line);) {
        ++number;
        if (!line.starts_with(kAnswer)) {
          take(line);
        }
      }
      send();
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("before line " + std::to_string(number) + ": " + error.what());
    }
    return out_;
  }

 private:
  void take(const std::string& line) {
    const bool goes_on = line.starts_with(kRequest) && !begins_request(line);
    if (!goes_on) {
      send();
    }
    out_ += line + "\n";
    if (line.starts_with(kRequest)) {
      request_ += line.substr(kRequest.size()) + "\n";
    } else if (line.starts_with(kScenario)) {
      begin("");
    } else if (line.starts_with(kEvent)) {
      happen(line.substr(kEvent.size()));
    }
  }

  /// A method is the only word in capitals: no parameter or header has such a name.
  static bool begins_request(const std::string& line) {
    const std::size_t from = kRequest.size();
    const std::size_t end = std::min(line.find(' ', from), line.size());
    return end > from && std::all_of(line.begin() + static_cast<std::ptrdiff_t>(from),
                                     line.begin() + static_cast<std::ptrdiff_t>(end),
                                     [](char c) { return c >= 'A' && c <= 'Z'; });
  }

  void begin(std::string_view settings) {
    server_.reset();
    server_ = std::make_unique<ServerUnderTest>(settings);
    symbols_ = Symbols();
    peer_ip_ = "198.51.100.7";
  }

  void send() {
    if (request_.empty()) {
      return;
    }
    last_ = read_request(request_, symbols_);
    last_.peer_ip = peer_ip_;
    // Bytes of its own, so that no request counts as a repeated one (T4).
    if (request_.find("continuation_token = ") != std::string::npos) {
      last_.body += "&unknown=" + std::to_string(++requests_);
    }
    out_ += indented(write_answer(server_->send(last_), *server_, symbols_));
    request_.clear();
  }

  void happen(const std::string& event) {
    std::istringstream in(event);
    std::string verb;
    std::string rest;
    in >> verb >> std::ws;
    std::getline(in, rest);
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string first = rest.substr(0, blank);
    const std::string second = rest.substr(std::min(blank + 1, rest.size()));
    if (verb == "settings") {
      begin(rest);
    } else if (verb == "policy") {
      server_->set_policy(rest);
    } else if (verb == "wait") {
      server_->advance(read_duration(rest));
    } else if (verb == "from") {
      peer_ip_ = rest;
    } else if (verb == "revoke") {
      server_->revoke(rest);
    } else if (verb == "block" || verb == "unblock") {
      server_->set_channel_blocked(first, second, verb == "block");
    } else if (verb == "user") {
      server_->change_user(first, second);
    } else if (verb == "randomness") {
      server_->break_randomness(rest == "fails");
    } else if (verb == "again") {
      out_ += indented(write_answer(server_->send(last_), *server_, symbols_));
    } else if (verb == "messages") {
      list_messages(rest == "in full");
    } else {
      throw std::runtime_error("`" + event + "` is no event");
    }
  }

  void list_messages(bool in_full) {
    std::string lines;
    for (const Message& message : server_->take_messages()) {
      symbols_.learn("code", message.code);
      lines += message.channel + " to " + message.to + ": " + symbols_.write(message.code) + "\n";
      lines += in_full ? "  " + symbols_.write(message.text) + "\n" : "";
    }
    out_ += indented(lines.empty() ? "none" : lines);
  }

  std::unique_ptr<ServerUnderTest> server_;
  Symbols symbols_;
  std::string peer_ip_;
  std::string request_;  ///< its lines so far
  gate::server::HttpRequest last_;
  int requests_ = 0;
  std::string out_;
};

std::filesystem::path folder() {
  return std::filesystem::path(GATE_SOURCE_DIR) / "tests" / "exchanges";
}

std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool wants_update() {
  const char* value = std::getenv("GATE_UPDATE");  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && std::string_view(value) == "1";
}

/// The first line that differs, in both versions. Later differences may follow from it.
std::string first_difference(const std::string& recorded, const std::string& now) {
  std::istringstream before(recorded);
  std::istringstream after(now);
  std::string scenario;
  std::string was;
  std::string is;
  for (int number = 1;; ++number) {
    const bool had_line = static_cast<bool>(std::getline(before, was));
    const bool has_line = static_cast<bool>(std::getline(after, is));
    if (had_line != has_line || was != is) {
      return "line " + std::to_string(number) + ", in `" + scenario + "`\n  recorded: " + was +
             "\n  now:      " + is + "\nGATE_UPDATE=1 records it anew";
    }
    if (!had_line) {
      return {};
    }
    scenario = was.starts_with(kScenario) ? was.substr(kScenario.size()) : scenario;
  }
}

class Recording : public testing::Test {
 public:
  explicit Recording(std::filesystem::path path) : path_(std::move(path)) {}
  void TestBody() override {
    const std::string before = read_file(path_);
    std::string now;
    try {
      now = Replay().run(before);
    } catch (const std::runtime_error& error) {
      FAIL() << path_.string() << ": " << error.what();
    }
    if (wants_update()) {
      std::ofstream(path_, std::ios::binary) << now;
    } else {
      EXPECT_TRUE(before == now) << path_.string() << ": " << first_difference(before, now);
    }
  }

 private:
  std::filesystem::path path_;
};

const bool kRegistered = [] {
  for (const auto& path : recordings()) {
    testing::RegisterTest("Exchanges", path.stem().string().c_str(), nullptr, nullptr, __FILE__,
                          __LINE__, [path]() -> testing::Test* { return new Recording(path); });
  }
  return true;
}();

/// Every row of the table of errors occurs in a recorded answer.
TEST(Exchanges, EveryErrorOfTheWireIsRecorded) {
  ASSERT_TRUE(kRegistered);
  std::string all;
  for (const auto& path : recordings()) {
    all += read_file(path);
  }
  const auto expect_recorded = [&](const char* id, int code, const std::string& text) {
    EXPECT_NE(all.find("AADSTS" + std::to_string(code) + ": " + text), std::string::npos) << id;
  };
#define GATE_WIRE_ERROR(id, status, error, suberror, code, text) expect_recorded(#id, code, text);
#include "server/protocol/native_auth_v1/wire_error.def"
}

}  // namespace
}  // namespace exchanges
