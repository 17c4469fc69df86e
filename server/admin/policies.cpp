#include "server/admin/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <vector>

#include "server/log/log.h"

namespace gate::server {
namespace {

Date today() {
  const std::time_t now = std::time(nullptr);
  tm parts{};
  (void)gmtime_r(&now, &parts);
  return {.year = parts.tm_year + 1900,
          .month = static_cast<std::uint8_t>(parts.tm_mon + 1),
          .day = static_cast<std::uint8_t>(parts.tm_mday)};
}

void report(const CompileOutput& output, Logger& log) {
  for (const Diagnostic& diagnostic : output.diagnostics) {
    std::string_view file;
    std::int64_t line = 0;
    if (diagnostic.span.file < output.files.size()) {
      const SourceFile& source = output.files[diagnostic.span.file];
      const auto end = source.text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                                 diagnostic.span.begin, source.text.size()));
      file = source.name;
      line = 1 + std::count(source.text.begin(), end, '\n');
    }
    const std::initializer_list<LogField> fields = {{"code", diagnostic.code},
                                                    {"severity", name(diagnostic.severity)},
                                                    {"file", file},
                                                    {"line", line},
                                                    {"message", diagnostic.message},
                                                    {"label", diagnostic.label},
                                                    {"help", diagnostic.help}};
    if (diagnostic.severity == Severity::kError) {
      log.error("policy_diagnostic", fields);
    } else {
      log.info("policy_diagnostic", fields);
    }
  }
}

}  // namespace

PolicyKeeper::PolicyKeeper(std::string folder, Backend backend, Logger& log)
    : folder_(std::move(folder)), backend_(backend), log_(log) {}

Result<void> PolicyKeeper::load() {
  const std::scoped_lock lock(load_mutex_);
  // Taken first: a file that changes while we compile is seen as changed again.
  seen_signature_ = loaded_signature_ = signature();
  CompileOptions options;
  options.backend = backend_;
  options.today = today();
  options.keep_test_blocks = false;
  options.cache = &cache_;
  const CompileOutput output = compile_folder(folder_, options);
  report(output, log_);
  const std::scoped_lock status_lock(status_mutex_);
  if (output.policies == nullptr || output.has_errors()) {
    ++status_.failed_loads;
    status_.newest_refused = true;
    log_.error("policies_refused",
               {{"folder", folder_}, {"generation_in_force", status_.generation}});
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the policy set in {} has errors", folder_)};
  }
  status_.generation = evaluator_.replace(output.policies);
  status_.digest = std::string(output.policies->digest());
  status_.newest_refused = false;
  log_.info("policies_loaded",
            {{"folder", folder_}, {"generation", status_.generation}, {"digest", status_.digest}});
  return {};
}

void PolicyKeeper::look() {
  const std::string now = signature();
  {
    const std::scoped_lock lock(load_mutex_);
    if (now == loaded_signature_ || now != seen_signature_) {
      seen_signature_ = now;
      return;
    }
  }
  // A failure has been logged and counted; the set in force stays.
  static_cast<void>(load());
}

PolicyKeeper::Status PolicyKeeper::status() const {
  const std::scoped_lock lock(status_mutex_);
  return status_;
}

std::string PolicyKeeper::signature() const {
  namespace fs = std::filesystem;
  std::vector<std::string> entries;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".gate") {
      entries.push_back(fmt::format("{}|{}|{}", at->path().string(), at->file_size(ignored),
                                    at->last_write_time(ignored).time_since_epoch().count()));
    }
  }
  std::sort(entries.begin(), entries.end());
  return fmt::format("{}", fmt::join(entries, "\n"));
}

}  // namespace gate::server
