#pragma once

#include <filesystem>
#include <string>

/// Shell commands in a folder of their own, as a reader of the documentation would type them.
namespace golden {

/// A new folder below the system's temporary one, with a copy of examples/ in it; goes with the
/// object.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  /// Writes a file below the folder, and the folders that it stands in.
  void write(const std::string& name, const std::string& text) const;

  struct Result {
    std::string out;
    std::string err;  ///< empty with `merged`
    int exit_code = 0;
  };
  /// Runs one line by bash, in the folder: the built gatec is found first, nothing comes from
  /// standard input, there are no colours, and the day is 2026-11-25. `merged`: both outputs in
  /// one, as on a terminal.
  [[nodiscard]] Result run(const std::string& command, bool merged) const;

 private:
  std::filesystem::path root_;  ///< holds `work`, and the outputs beside it
};

}  // namespace golden
