#include "compiler/driver/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace gate::compiler {
namespace {

namespace fs = std::filesystem;

/// As paths are sorted, name by name: a folder comes before what begins with its name.
bool comes_before(std::string_view a, std::string_view b) {
  const auto rank = [](char c) {
    return c == '/' ? 0U : static_cast<unsigned>(static_cast<unsigned char>(c));
  };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

/// Lists folders one by one, deepest last; nothing recurses. Paths are strings here: as fs::path a
/// hundred thousand of them take longer to copy and to compare than to find.
class Walk {
 public:
  Walk(const fs::path& folder, const Limits& limits, DiagnosticCollector& diagnostics)
      : folder_(folder), limits_(&limits), diagnostics_(&diagnostics) {}

  std::vector<std::string> run() {
    std::vector<std::string> open{""};
    while (!open.empty() && readable_) {
      const std::string next = std::move(open.back());
      open.pop_back();
      list(next, open);
    }
    std::sort(found_.begin(), found_.end(), comes_before);
    return std::move(found_);
  }

 private:
  /// `inside`: empty, or a folder with a slash behind it.
  void list(const std::string& inside, std::vector<std::string>& open) {
    std::error_code failed;
    const fs::path here = inside.empty() ? folder_ : folder_ / inside;
    for (fs::directory_iterator it(here, failed), end; !failed && it != end; it.increment(failed)) {
      if (++entries_ > limits_->folder_entries_max) {
        diagnostics_->report_unplaced<Code::kFolderTooLarge>(shown(folder_),
                                                             limits_->folder_entries_max);
        readable_ = false;
        return;
      }
      const std::string& path = it->path().native();
      const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
      if (!name.starts_with('.')) {
        look_at(*it, inside, name, open);
      }
    }
    if (failed) {
      diagnostics_->report_unplaced<Code::kCannotRead>(shown(here), failed.message());
    }
  }

  void look_at(const fs::directory_entry& entry, const std::string& inside, std::string_view name,
               std::vector<std::string>& open) {
    std::error_code failed;
    const fs::file_type type = entry.symlink_status(failed).type();
    const bool gate_file = name.ends_with(".gate");  // what begins with a dot is not looked at
    if (type == fs::file_type::directory) {
      open.push_back(fmt::format("{}{}/", inside, name));
    } else if (type == fs::file_type::symlink) {
      if (gate_file || entry.is_directory(failed)) {
        diagnostics_->report_unplaced<Code::kLinkNotFollowed>(shown(entry.path()));
      }
    } else if (gate_file) {
      found_.push_back(fmt::format("{}{}", inside, name));
    }
  }

  fs::path folder_;
  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  std::vector<std::string> found_;
  std::size_t entries_ = 0;
  bool readable_ = true;
};

}  // namespace

std::vector<std::string> gate_files_below(const fs::path& folder, const Limits& limits,
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
