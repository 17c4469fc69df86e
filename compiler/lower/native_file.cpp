#include "compiler/lower/native_file.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "compiler/lower/object_code.h"
#include "runtime/aot/native_file.h"
#include "runtime/set/state.h"

extern char** environ;

namespace gate::lower {
namespace {

Error failure(std::string what) {
  return {ErrorCode::kUnavailable, "linking the policy set: " + std::move(what)};
}

/// A folder of our own, gone with this object.
class WorkFolder {
 public:
  WorkFolder() {
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "gatec-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) {
      path_ = name;
    }
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) {
      std::filesystem::remove_all(path_, ignored);
    }
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Result<void> run(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& argument : command) {
    arguments.push_back(argument.data());
  }
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int problem =
      posix_spawnp(&child, arguments.front(), nullptr, nullptr, arguments.data(), environ);
  if (problem == ENOENT) {
    return Error{ErrorCode::kNotFound,
                 "linking the policy set: there is no `ld` (Debian: binutils)"};
  }
  if (problem != 0) {
    return failure(std::generic_category().message(problem));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return failure(std::generic_category().message(errno));
    }
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return failure(fmt::format("`ld` ended with status {}", status));
  }
  return {};
}

}  // namespace

Result<std::string> link_shared_object(std::string_view object) {
  const WorkFolder folder;
  if (folder.path().empty()) {
    return failure(
        fmt::format("no folder for temporary files: {}", std::generic_category().message(errno)));
  }
  const std::filesystem::path in = folder.path() / "set.o";
  const std::filesystem::path out = folder.path() / "set.so";
  std::ofstream file(in, std::ios::binary);
  file.write(object.data(), static_cast<std::streamsize>(object.size()));
  file.close();
  if (!file) {
    return failure("the object could not be written");
  }
  GATE_TRY_VOID(run({"ld", "-shared", "--build-id=none", "-z", "noexecstack", "-z", "relro", "-z",
                     "now", "-z", "defs", "-s", "-o", out.string(), in.string()}));
  std::ifstream linked(out, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(linked), {}};
  if (!linked || bytes.empty()) {
    return failure("the shared object could not be read");
  }
  return bytes;
}

Result<std::string> build_native_file(const PolicySet& set, const SaveOptions& options) {
  const auto& index = internal::state_of(set).index;
  const auto plan = index == nullptr ? std::nullopt : plan_for(*index);
  if (!plan) {
    return save_policy_set(set, options);
  }
  const KernelNames names{aot::kRowsSymbol, aot::kResidualSymbol};
  GATE_TRY(const std::string object, compile_object(*plan, names, Cpu::kGeneric));
  GATE_TRY(const std::string shared_object, link_shared_object(object));
  return aot::join_native_file(shared_object, set, *plan, options);
}

}  // namespace gate::lower
