#include "compiler/driver/walk.h"

#include <algorithm>
#include <system_error>

namespace gate::compiler {
namespace {

namespace fs = std::filesystem;

/// Lists folders one by one, deepest last; nothing recurses.
class Walk {
 public:
  Walk(const fs::path& folder, const Limits& limits, DiagnosticCollector& diagnostics)
      : folder_(folder), limits_(&limits), diagnostics_(&diagnostics) {}

  std::vector<fs::path> run() {
    std::vector<fs::path> open{fs::path()};
    while (!open.empty() && readable_) {
      const fs::path next = std::move(open.back());
      open.pop_back();
      list(next, open);
    }
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  void list(const fs::path& inside, std::vector<fs::path>& open) {
    std::error_code failed;
    const fs::path here = inside.empty() ? folder_ : folder_ / inside;
    for (fs::directory_iterator it(here, failed), end; !failed && it != end; it.increment(failed)) {
      if (++entries_ > limits_->folder_entries_max) {
        diagnostics_->report_unplaced<Code::kFolderTooLarge>(shown(folder_),
                                                             limits_->folder_entries_max);
        readable_ = false;
        return;
      }
      if (!it->path().filename().native().starts_with('.')) {
        look_at(*it, inside / it->path().filename(), open);
      }
    }
    if (failed) {
      diagnostics_->report_unplaced<Code::kCannotRead>(shown(here), failed.message());
    }
  }

  void look_at(const fs::directory_entry& entry, fs::path inside, std::vector<fs::path>& open) {
    std::error_code failed;
    const fs::file_type type = entry.symlink_status(failed).type();
    const bool gate_file = inside.extension() == ".gate";
    if (type == fs::file_type::directory) {
      open.push_back(std::move(inside));
    } else if (type == fs::file_type::symlink) {
      if (gate_file || entry.is_directory(failed)) {
        diagnostics_->report_unplaced<Code::kLinkNotFollowed>(shown(folder_ / inside));
      }
    } else if (gate_file) {
      found_.push_back(std::move(inside));
    }
  }

  fs::path folder_;
  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  std::vector<fs::path> found_;
  std::size_t entries_ = 0;
  bool readable_ = true;
};

}  // namespace

std::vector<fs::path> gate_files_below(const fs::path& folder, const Limits& limits,
                                       DiagnosticCollector& diagnostics) {
  return Walk(folder, limits, diagnostics).run();
}

std::string shown(const fs::path& path) {
  const fs::path shorter = path.lexically_normal();
  std::error_code failed;
  const bool same = shorter == path || fs::equivalent(shorter, path, failed);
  std::string text = (same || failed ? shorter : path).generic_string();
  if (text.size() > 1 && text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

}  // namespace gate::compiler
