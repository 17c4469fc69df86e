#include "runtime/aot/loaded_code.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "runtime/aot/native_file.h"

namespace gate::aot {
namespace {

class LoadedCode : public CompiledCode {
 public:
  explicit LoadedCode(int file) : file_(file) {}
  ~LoadedCode() override {
    if (handle_ != nullptr) {
      dlclose(handle_);
    }
    close(file_);
  }
  LoadedCode(const LoadedCode&) = delete;
  LoadedCode& operator=(const LoadedCode&) = delete;

  [[nodiscard]] abi::Entries entries() const noexcept override { return entries_; }

  Result<void> load() {
    // The loader knows objects by their names. While the descriptor is open no other object can
    // get this one; that is why it is kept.
    const std::string path = fmt::format("/proc/self/fd/{}", file_);
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
      const char* reason = dlerror();
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("policy file: its code cannot be loaded here: {}",
                               reason == nullptr ? "no reason given" : reason)};
    }
    entries_.rows = reinterpret_cast<abi::RowKernel>(dlsym(handle_, kRowsSymbol));
    entries_.residual = reinterpret_cast<abi::ResidualKernel>(dlsym(handle_, kResidualSymbol));
    if (entries_.residual == nullptr) {
      return Error{ErrorCode::kInvalidArgument, "policy file: its code has no kernel"};
    }
    return {};
  }

 private:
  int file_;
  void* handle_ = nullptr;
  abi::Entries entries_;
};

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<CompiledCode>> load_code(std::string_view shared_object) {
  const int file = memfd_create("gatec.so", MFD_CLOEXEC);
  if (file < 0) {
    return Error{ErrorCode::kUnavailable, fmt::format("policy file: no memory for its code: {}",
                                                      std::generic_category().message(errno))};
  }
  auto code = std::make_unique<LoadedCode>(file);
  if (!write_all(file, shared_object)) {
    return Error{ErrorCode::kUnavailable, fmt::format("policy file: no memory for its code: {}",
                                                      std::generic_category().message(errno))};
  }
  GATE_TRY_VOID(code->load());
  return std::unique_ptr<CompiledCode>(std::move(code));
}

}  // namespace gate::aot
