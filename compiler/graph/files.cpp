#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <sstream>

#include "compiler/graph/fold.h"
#include "compiler/graph/import.h"
#include "compiler/graph/limits.h"

namespace gate::graph {
namespace {

namespace fs = std::filesystem;

Error unavailable(const fs::path& path, std::string_view what) {
  return {ErrorCode::kUnavailable, fmt::format("{}: {}", path.string(), what)};
}

/// Standard input, to its end.
Result<std::string> read_standard_input() {
  std::string out;
  std::array<char, 65'536> buffer{};
  while (std::cin.read(buffer.data(), buffer.size()) || std::cin.gcount() > 0) {
    out.append(buffer.data(), static_cast<std::size_t>(std::cin.gcount()));
    if (out.size() > kGraphFileBytesMax) {
      return Error{
          ErrorCode::kLimitExceeded,
          fmt::format("standard input has more than the {} bytes allowed", kGraphFileBytesMax)};
    }
  }
  return out;
}

Result<std::string> read_bytes(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) {
    return unavailable(path, failed.message());
  }
  if (size > kGraphFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("{}: the file has {} bytes, more than the {} allowed", path.string(),
                             size, kGraphFileBytesMax)};
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  if (!in) {
    return unavailable(path, "cannot be read");
  }
  return std::move(all).str();
}

Result<void> collect(const fs::path& path, std::vector<fs::path>& out) {
  if (path == "-") {
    out.push_back(path);
    return {};
  }
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (!fs::exists(status)) {
    return Error{ErrorCode::kNotFound, fmt::format("{}: no such file or folder", path.string())};
  }
  if (!fs::is_directory(status)) {
    out.push_back(path);
    return {};
  }
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(path, failed), end; !failed && it != end;
       it.increment(failed)) {
    if (equal_fold(it->path().extension().string(), ".json") &&
        it->path().filename() != "graph-map.json") {
      found.push_back(it->path());
    }
  }
  if (failed) {
    return unavailable(path, failed.message());
  }
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
  return {};
}

Result<void> write_file(const fs::path& path, const std::string& text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return out ? Result<void>() : Result<void>(unavailable(path, "cannot be written"));
}

}  // namespace

Result<std::vector<GraphFile>> load_graph_files(const std::vector<fs::path>& paths) {
  std::vector<fs::path> all;
  for (const auto& path : paths) {
    GATE_TRY_VOID(collect(path, all));
  }
  if (all.size() > kGraphFilesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 fmt::format("{} files, more than the {} allowed", all.size(), kGraphFilesMax)};
  }
  std::vector<GraphFile> out;
  for (const auto& path : all) {
    if (path == "-") {
      GATE_TRY(auto piped, read_standard_input());
      out.push_back({"standard input", std::move(piped)});
      continue;
    }
    GATE_TRY(auto bytes, read_bytes(path));
    out.push_back({path.string(), std::move(bytes)});
  }
  return out;
}

Result<void> write_files(const fs::path& folder, const std::vector<OutputFile>& files) {
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
    return Error{ErrorCode::kConflict,
                 fmt::format("{}: there is something already; name a new folder", folder.string())};
  }
  auto target = folder;
  if (!target.has_filename()) {
    target = target.parent_path();
  }
  auto beside = target;
  beside += fmt::format(".part-{}", ::getpid());
  fs::remove_all(beside, failed);
  for (const auto& file : files) {
    if (auto written = write_file(beside / file.name, file.text); !written) {
      fs::remove_all(beside, failed);
      return written;
    }
  }
  fs::remove(target, failed);  // an empty folder makes room; anything else fails the rename
  fs::rename(beside, target, failed);
  if (failed) {
    const auto why = failed.message();
    fs::remove_all(beside, failed);
    return unavailable(target, why);
  }
  return {};
}

}  // namespace gate::graph
