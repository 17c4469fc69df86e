#include "compiler/driver/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "compiler/driver/import_graph.h"

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

/// A folder that is to be listed. `inside`: empty, or its path with a slash behind it.
struct OpenFolder {
  std::string inside;
  fs::path place;  ///< without links; empty where no link is on the way to it
};

/// Lists folders one by one, deepest last; nothing recurses. Paths are strings here: as fs::path a
/// hundred thousand of them take longer to copy and to compare than to find.
class Walk {
 public:
  Walk(const fs::path& folder, const fs::path& place, const Limits& limits,
       DiagnosticCollector& diagnostics)
      : folder_(folder), place_(place), limits_(&limits), diagnostics_(&diagnostics) {}

  std::vector<FoundFile> run() {
    list_all({"", {}});
    // Links to folders come last: what also stands in its own place has its own name.
    while (!links_.empty() && readable_) {
      std::ranges::sort(links_, {}, &OpenFolder::inside);
      for (OpenFolder& each : std::exchange(links_, {})) {
        list_all(std::move(each));
      }
    }
    std::ranges::sort(found_, [](const FoundFile& a, const FoundFile& b) {
      return comes_before(a.path, b.path);
    });
    return std::move(found_);
  }

 private:
  void list_all(OpenFolder first) {
    std::vector<OpenFolder> open{std::move(first)};
    while (!open.empty() && readable_) {
      const OpenFolder next = std::move(open.back());
      open.pop_back();
      list(next, open);
    }
  }

  void list(const OpenFolder& folder, std::vector<OpenFolder>& open) {
    std::error_code failed;
    const fs::path here = folder.inside.empty() ? folder_ : folder_ / folder.inside;
    if (!folder.place.empty() && !linked_.insert(folder.place.native()).second) {
      return;  // a circle of links, or a second one to the same folder
    }
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
        look_at(*it, folder, name, open);
      }
    }
    if (failed) {
      diagnostics_->report_unplaced<Code::kCannotRead>(shown(here), failed.message());
    }
  }

  void look_at(const fs::directory_entry& entry, const OpenFolder& folder, std::string_view name,
               std::vector<OpenFolder>& open) {
    std::error_code failed;
    const fs::file_type type = entry.symlink_status(failed).type();
    const fs::path place = folder.place.empty() ? fs::path() : folder.place / name;
    if (type == fs::file_type::directory) {
      open.push_back({fmt::format("{}{}/", folder.inside, name), place});
    } else if (type == fs::file_type::symlink) {
      follow(entry, folder, name);
    } else if (name.ends_with(".gate")) {
      found_.push_back({fmt::format("{}{}", folder.inside, name), place.native()});
    }
  }

  /// A link that may stand for policies is followed or refused, never left out: a set that lost a
  /// policy lets more people in.
  void follow(const fs::directory_entry& entry, const OpenFolder& folder, std::string_view name) {
    std::error_code failed;
    const fs::path target = fs::canonical(entry.path(), failed);
    const bool is_folder = !failed && fs::is_directory(target, failed);
    if (!failed && !is_folder && !name.ends_with(".gate")) {
      return;  // a file that is no policy file
    }
    if (failed) {
      diagnostics_->report_unplaced<Code::kLinkNotFollowed>(
          shown(entry.path()), fmt::format("cannot be followed ({})", failed.message()));
    } else if (!stands_below(target, place_)) {
      diagnostics_->report_unplaced<Code::kLinkNotFollowed>(
          shown(entry.path()), fmt::format("leads out of `{}`", shown(folder_)));
    } else if (is_folder) {
      links_.push_back({fmt::format("{}{}/", folder.inside, name), target});
    } else {
      found_.push_back({fmt::format("{}{}", folder.inside, name), target.native()});
    }
  }

  fs::path folder_;
  fs::path place_;
  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  std::vector<FoundFile> found_;
  std::vector<OpenFolder> links_;           // to folders, not listed yet
  std::unordered_set<std::string> linked_;  // places of folders that were reached through a link
  std::size_t entries_ = 0;
  bool readable_ = true;
};

}  // namespace

std::vector<FoundFile> gate_files_below(const fs::path& folder, const fs::path& place,
                                        const Limits& limits, DiagnosticCollector& diagnostics) {
  return Walk(folder, place, limits, diagnostics).run();
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
