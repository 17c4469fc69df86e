#include "server/app/policies.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <functional>

#include "server/config/config.h"
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

void report(const CompileOutput& output, Logger& log, const std::string& tenant) {
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
    const std::initializer_list<LogField> fields = {{"tenant", tenant},
                                                    {"code", diagnostic.code},
                                                    {"severity", name(diagnostic.severity)},
                                                    {"file", file},
                                                    {"line", line},
                                                    {"message", diagnostic.message},
                                                    {"label", diagnostic.label},
                                                    {"help", diagnostic.help}};
    if (diagnostic.severity == Severity::kError) {
      log.error("policy_diagnostic", fields);
    } else if (diagnostic.severity == Severity::kWarning) {
      log.warning("policy_diagnostic", fields);
    } else {
      log.info("policy_diagnostic", fields);
    }
  }
}

/// A scan of the files that takes at most this long may be followed by another at once.
constexpr std::chrono::milliseconds kBriefLook{2};
/// After a longer scan, no scan is made for this many times its duration.
constexpr int kRestAfterLook = 100;
/// Random sign-ins on which a new set is compared with the interpreter before it is put in force.
constexpr std::size_t kCrossCheck = 64;

/// CPU time of this thread. Wall time would count the load of other processes.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// The finalizer of SplitMix64: every bit of the result depends on every bit of `x`.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
  return x ^ (x >> 31U);
}

bool any_is_on(const PolicySet& set) {
  for (std::size_t i = 0; i < set.policy_count(); ++i) {
    if (set.policy(i).state == PolicyState::kOn) {
      return true;
    }
  }
  return false;
}

}  // namespace

FactSupplySources fact_sources(const Config& config) {
  return {.country_file = !config.signals_country_file.empty()};
}

CompileOptions compile_options(const Config& config) {
  CompileOptions options;
  options.backend = config.policies_backend == "native" ? Backend::kNative : Backend::kInterpreter;
  options.today = today();
  options.keep_test_blocks = false;
  options.allow_empty = config.policies_allow_empty;
  options.facts.emplace();
  options.facts->by = "gated";
  options.facts->accepted = config.policies_accept_unsupplied;
  for (const SuppliedFact& each : supplied_facts(fact_sources(config))) {
    options.facts->supplied.emplace_back(each.path);
  }
  for (const std::string& signal : config.policies_signals) {
    options.facts->supplied.push_back("signal." + signal);
  }
  return options;
}

PolicyKeeper::PolicyKeeper(std::string folder, CompileOptions options, Logger& log,
                           std::string tenant)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      log_(log),
      tenant_(std::move(tenant)) {
  options_.cache = &cache_;
  options_.cross_check = kCrossCheck;
}

Result<void> PolicyKeeper::load() {
  const std::scoped_lock lock(load_mutex_);
  // Taken first and last: files that change while they are read are refused, and looked at again.
  tried_ = true;
  Signature before;
  options_.today = today();
  const CompileOutput output = compile_all(before);
  loaded_signature_ = before;
  report(output, log_, tenant_);
  report_wrong_code();
  // Half a file may have been read, or half a folder: such a set is in force at no time (S1).
  seen_signature_ = signature();
  const bool moved = seen_signature_ != before;
  const std::scoped_lock status_lock(status_mutex_);
  if (moved) {
    ++status_.failed_loads;
    status_.newest_refused = true;
    log_.error(
        "policies_changed_while_read",
        {{"tenant", tenant_}, {"folder", folder_}, {"generation_in_force", status_.generation}});
    return Error{ErrorCode::kConflict,
                 fmt::format("the policy files in {} changed while they were read", folder_)};
  }
  if (output.policies == nullptr || output.has_errors()) {
    ++status_.failed_loads;
    status_.newest_refused = true;
    log_.error(
        "policies_refused",
        {{"tenant", tenant_}, {"folder", folder_}, {"generation_in_force", status_.generation}});
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the policy set in {} has errors", folder_)};
  }
  status_.generation = evaluator_.replace(output.policies);
  status_.digest = std::string(output.policies->digest());
  status_.newest_refused = false;
  log_.info("policies_loaded", {{"tenant", tenant_},
                                {"folder", folder_},
                                {"generation", status_.generation},
                                {"digest", status_.digest}});
  if (!any_is_on(*output.policies)) {
    log_.warning(
        "policies_empty",
        {{"tenant", tenant_}, {"folder", folder_}, {"allowed_by", "policies.allow_empty"}});
  }
  return {};
}

CompileOutput PolicyKeeper::compile_all(Signature& before) {
  constexpr int kTriesMax = 3;
  const std::string own = folder_ + "/";
  CompileOutput output;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    before = signature();
    output = compile_folder(folder_, options_);
    std::set<std::string> imported;
    for (const SourceFile& file : output.files) {
      if (!file.name.starts_with(own)) {
        imported.insert(std::filesystem::path(file.name).parent_path().string());
      }
    }
    if (imported == imported_) {
      break;
    }
    imported_ = std::move(imported);
  }
  return output;
}

void PolicyKeeper::move_to(std::string folder) {
  const std::scoped_lock lock(load_mutex_);
  folder_ = std::move(folder);
}

void PolicyKeeper::look(int keepers) {
  using std::chrono::steady_clock;
  {
    const std::scoped_lock lock(load_mutex_);
    report_wrong_code();
    if (steady_clock::now() < next_look_) {
      return;
    }
    const auto before = processor_time();
    const Signature now = signature();
    if (const auto taken = processor_time() - before; taken * keepers > kBriefLook) {
      next_look_ = steady_clock::now() + taken * kRestAfterLook * keepers;
    }
    if ((tried_ && now == loaded_signature_) || now != seen_signature_) {
      seen_signature_ = now;
      return;
    }
  }
  // The failure has been logged and counted. The set in force stays.
  static_cast<void>(load());
}

PolicyKeeper::Status PolicyKeeper::status() const {
  const std::scoped_lock lock(status_mutex_);
  Status now = status_;
  now.wrong_code = native_code_counts().wrong;
  return now;
}

void PolicyKeeper::report_wrong_code() {
  // The count is that of the process, so one keeper of all tells it.
  static std::atomic<std::uint64_t> told = 0;
  const std::uint64_t wrong = native_code_counts().wrong;
  if (told.exchange(wrong) != wrong) {
    // Decisions stay right, because the tables decide. The fault is logged so that it can be
    // reported.
    log_.error("machine_code_wrong", {{"since_start", wrong}});
  }
}

PolicyKeeper::Signature PolicyKeeper::signature() const {
  namespace fs = std::filesystem;
  Signature out;
  const auto add = [&out](const std::string& path) {
    struct stat file{};
    if (!path.ends_with(".gate") || stat(path.c_str(), &file) != 0) {
      return;
    }
    // The change time and the inode are included, because a copied file may keep the size and time
    // of the file it replaces.
    std::uint64_t hash = std::hash<std::string>()(path);
    for (const std::int64_t part :
         {file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_ctim.tv_sec,
          file.st_ctim.tv_nsec, static_cast<std::int64_t>(file.st_ino)}) {
      hash = mixed(hash ^ static_cast<std::uint64_t>(part));
    }
    out.sum += hash;
    ++out.files;
  };
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    add(at->path().native());
  }
  // Everything below an imported folder is looked at, because a new folder in it belongs to the set
  // too. Those that files came from are listed once more: a link may have led there.
  for (const std::string& folder : imported_) {
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      add(at->path().native());
    }
  }
  return out;
}

}  // namespace gate::server
