#include "compiler/driver/folder.h"

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "compiler/driver/import_graph.h"
#include "compiler/driver/read_file.h"
#include "compiler/driver/walk.h"
#include "compiler/parse/imports.h"

namespace gate::compiler {
namespace {

namespace fs = std::filesystem;

class FolderLoader {
 public:
  FolderLoader(const Limits& limits, DiagnosticCollector& diagnostics, const KnownFiles* known)
      : limits_(&limits), diagnostics_(&diagnostics), known_(known) {}

  LoadedFolder run(const fs::path& root) {
    add_root(root);
    for (std::size_t file = 0; file < files_.size() && !full_; ++file) {
      follow_imports(file);
    }
    graph_.report_cycles(*diagnostics_);
    return {std::move(files_), std::move(stamps_)};
  }

 private:
  void add_root(const fs::path& root) {
    std::error_code failed;
    const fs::file_status status = fs::status(root, failed);
    if (!fs::exists(status)) {
      diagnostics_->report_unplaced<Code::kCannotRead>(
          root.generic_string(), reason(status, failed, "no such file or folder"));
    } else if (fs::is_directory(status)) {
      (void)add_folder(root, real_path(root));
    } else if (root.extension() == ".gate") {
      const fs::path place = real_path(root);
      (void)graph_.add_folder(place, shown(root));
      add_file({root.native(), place.native()}, shown(root));
    } else {
      diagnostics_->report_unplaced<Code::kCannotRead>(
          root.generic_string(), "neither a folder nor a file whose name ends in `.gate`");
    }
  }

  /// Adds the files of a folder that is not known yet. Its number in the graph.
  std::size_t add_folder(const fs::path& folder, const fs::path& place) {
    const std::size_t number = graph_.add_folder(place, shown(folder));
    folder_numbers_.emplace(place, number);
    const std::vector<FoundFile> inside = gate_files_below(folder, place, *limits_, *diagnostics_);
    if (inside.empty()) {
      empty_folders_.insert(number);
    }
    const Prefixes below{(folder / "").native(), (place / "").native(), shown_prefix(folder)};
    for (const FoundFile& file : inside) {
      if (full_) {
        break;
      }
      add_file({below.path + file.path, file.place.empty() ? below.place + file.path : file.place},
               below.name + file.path);
    }
    return number;
  }

  struct FilePaths {
    std::string path;   // as it is opened
    std::string place;  // without links
  };
  /// What the files of a folder have before their own names.
  struct Prefixes {
    std::string path;
    std::string place;
    std::string name;
  };

  static std::string shown_prefix(const fs::path& folder) {
    const std::string name = shown(folder);
    return name == "." ? "" : name.ends_with('/') ? name : name + '/';
  }

  void add_file(FilePaths paths, std::string name) {
    if (!places_seen_.insert(paths.place).second) {
      return;
    }
    if (files_.size() == limits_->files_max) {
      diagnostics_->report_unplaced<Code::kTooManyFiles>(
          fmt::format("{} or more", limits_->files_max + 1), limits_->files_max);
      full_ = true;
      return;
    }
    Result<FileText> read = text_of(paths.path, name);
    if (!read) {
      diagnostics_->report_unplaced<Code::kCannotRead>(name, read.error().message);
      return;
    }
    const auto index = static_cast<std::uint32_t>(files_.size());
    bytes_ += read->text.size();
    if (bytes_ > limits_->set_bytes_max) {
      diagnostics_->report_unplaced<Code::kSetTooLarge>(limits_->set_bytes_max);
      full_ = true;
      return;
    }
    if (read->size > limits_->file_bytes_max) {
      diagnostics_->report<Code::kFileTooLarge>(Span{index, 0, 0}, read->size,
                                                limits_->file_bytes_max);
    }
    files_.push_back({std::move(name), std::move(read->text)});
    stamps_.push_back(read->stamp);
    paths_.push_back(std::move(paths));
  }

  [[nodiscard]] Result<FileText> text_of(const std::string& path, std::string_view name) const {
    if (known_ != nullptr) {
      const auto stamp = stamp_of(path);
      const std::string* text = stamp && stamp->settled ? known_->text(name, *stamp) : nullptr;
      if (text != nullptr) {
        return FileText{*text, text->size(), *stamp};
      }
    }
    return read_file(path, limits_->file_bytes_max);
  }

  void follow_imports(std::size_t file) {
    if (files_[file].text.find("import") == std::string::npos) {
      return;  // of many files this is all that is asked
    }
    SourceMap alone;
    alone.add(files_[file].name, files_[file].text);
    for (ast::Text& import : find_imports(alone, 0, *limits_)) {
      import.span.file = static_cast<std::uint32_t>(file);
      if (++imports_ > limits_->imports_max) {
        diagnostics_->report<Code::kTooManyImports>(import.span, limits_->imports_max);
        full_ = true;
        return;
      }
      follow(paths_[file], import);
    }
  }

  // `importer` by value: adding files moves the table it comes from.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  void follow(const FilePaths importer, const ast::Text& import) {
    const fs::path target = fs::path(importer.path).parent_path() / import.value;
    std::error_code failed;
    const fs::file_status status = fs::status(target, failed);
    if (!fs::is_directory(status)) {
      diagnostics_->report<Code::kCannotRead>(import.span, import.value,
                                              fs::exists(status)
                                                  ? "an import names a folder, this is a file"
                                                  : reason(status, failed, "no such folder"));
      return;
    }
    const fs::path place = real_path(target);
    const auto known = folder_numbers_.find(place);
    const std::size_t number =
        known != folder_numbers_.end() ? known->second : add_folder(target, place);
    if (empty_folders_.contains(number)) {
      diagnostics_->report<Code::kImportsNothing>(import.span, import.value);
    }
    graph_.add_import(importer.place, import.span, number);
  }

  static std::string reason(const fs::file_status& status, const std::error_code& failed,
                            std::string_view not_there) {
    return status.type() == fs::file_type::not_found ? std::string(not_there) : failed.message();
  }

  static fs::path real_path(const fs::path& path) {
    std::error_code failed;
    fs::path real = fs::canonical(path, failed);
    return failed ? fs::absolute(path, failed).lexically_normal() : real;
  }

  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  const KnownFiles* known_;
  std::vector<SourceFile> files_;
  std::vector<FileStamp> stamps_;  // of files_
  std::vector<FilePaths> paths_;   // of files_
  std::unordered_set<std::string> places_seen_;
  std::map<fs::path, std::size_t> folder_numbers_;
  std::set<std::size_t> empty_folders_;
  ImportGraph graph_;
  std::size_t bytes_ = 0;
  std::size_t imports_ = 0;
  bool full_ = false;  // a limit was reached: nothing more is read
};

}  // namespace

LoadedFolder load_folder(const std::filesystem::path& root, const Limits& limits,
                         DiagnosticCollector& diagnostics, const KnownFiles* known) {
  return FolderLoader(limits, diagnostics, known).run(root);
}

}  // namespace gate::compiler
