// gatec build: a policy set as a file that is loaded without a compiler.

#include <fmt/format.h>

#include <filesystem>
#include <gate/policy_file.hpp>
#include <string>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/count_text.h"
#include "compiler/cli/files.h"
#include "compiler/cli/policy_source.h"

namespace gate::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kKeyBytesMax = 16 * 1024;

class Build final : public Command {
 public:
  std::string_view name() const override { return "build"; }
  std::string_view summary() const override {
    return "compile a policy set into a file that needs no compiler";
  }
  std::string_view details() const override {
    return "The name of the file says what it holds: `.gateset` the policies as tables, `.so` also "
           "machine\n"
           "code for them, linked by the system's `ld`, for any processor of this architecture. "
           "Both load\n"
           "with libgate_runtime alone and decide alike; the same set gives the same bytes.\n"
           "\n"
           "Examples:\n"
           "  gatec build policies -o bank.gateset\n"
           "  gatec build policies -o bank.gatec.so --sign policy.key\n"
           "  openssl genpkey -algorithm ed25519 -out policy.key    a key to sign with\n";
  }
  void declare(Arguments& arguments) override {
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.option("-o,--output", output_, "FILE", "the file to write, `.gateset` or `.so`",
                     Fit::paths());
    arguments.option("--sign", key_, "KEY", "sign it with this Ed25519 private key (PEM)",
                     Fit::paths());
  }

  ExitCode run(Console& console) override {
    const std::string extension = fs::path(output_).extension().string();
    if (extension != ".gateset" && extension != ".so") {
      console.error(output_.empty() ? "no file to write was named"
                                    : fmt::format("{}: what should it hold?", output_),
                    "give -o FILE.gateset, or -o FILE.gatec.so for machine code as well");
      return ExitCode::kUsage;
    }
    std::string key;
    if (!key_.empty()) {
      auto read = read_input(key_, kKeyBytesMax);
      if (!read) {
        console.error(read.error().message);
        return ExitCode::kUsage;
      }
      key = std::move(read).value();
    }
    ExitCode failure = ExitCode::kOk;
    const auto set = source_.compile(console, Backend::kNative, failure);
    if (!set) {
      return failure;
    }
    const SaveOptions options{key};
    const auto file = extension == ".so" ? build_native_policy_set(*set->policies, options)
                                         : save_policy_set(*set->policies, options);
    if (!file) {
      console.error(file.error().message);
      return file.error().code == ErrorCode::kInvalidArgument ||
                     file.error().code == ErrorCode::kNotFound
                 ? ExitCode::kUsage
                 : ExitCode::kInternal;
    }
    if (const auto written = replace_file(output_, *file); !written) {
      console.error(written.error().message);
      return ExitCode::kInternal;
    }
    console.out(fmt::format("{}: {}, {} bytes{}, digest {}\n", output_,
                            counted(set->policies->policy_count(), "policy"), file->size(),
                            key.empty() ? "" : ", signed", set->policies->digest()));
    return ExitCode::kOk;
  }

 private:
  PolicySource source_;
  std::string output_;
  std::string key_;
};

}  // namespace

std::unique_ptr<Command> make_build() {
  return std::make_unique<Build>();
}

}  // namespace gate::cli
