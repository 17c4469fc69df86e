#include "tests/golden/shell.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/golden/golden_file.h"

namespace golden {
namespace {

namespace fs = std::filesystem;

fs::path new_folder() {
  static std::atomic<int> count{0};
  const fs::path path =
      fs::path(testing::TempDir()) / fmt::format("gate-golden-{}-{}", ::getpid(), ++count);
  fs::create_directories(path / "work");
  return fs::canonical(path);
}

}  // namespace

WorkFolder::WorkFolder() : root_(new_folder()) {
  fs::copy(fs::path(GATE_SOURCE_DIR) / "examples", root_ / "work/examples",
           fs::copy_options::recursive);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void WorkFolder::write(const std::string& name, const std::string& text) const {
  const fs::path path = root_ / "work" / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

WorkFolder::Result WorkFolder::run(const std::string& command, bool merged) const {
  const fs::path script = root_ / "script";
  std::ofstream(script, std::ios::binary) << fmt::format(
      "cd '{}' || exit 99\n"
      "export PATH='{}/bin':$PATH NO_COLOR=1 LC_ALL=C.UTF-8 GATEC_TODAY=2026-11-25\n"
      "{}\n",
      (root_ / "work").string(), GATE_BINARY_DIR, command);
  const std::string out = (root_ / "out").string();
  const std::string err = (root_ / "err").string();
  const std::string line = fmt::format("bash '{}' </dev/null >'{}' 2>{}", script.string(), out,
                                       merged ? "&1" : "'" + err + "'");
  const int status = std::system(line.c_str());  // NOLINT(cert-env33-c): a shell is what is meant
  if (status == -1 || !WIFEXITED(status)) {
    throw std::runtime_error("bash did not end by itself: " + command);
  }
  return {read_file(out), merged ? std::string() : read_file(err), WEXITSTATUS(status)};
}

}  // namespace golden
