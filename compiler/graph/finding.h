#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gate::graph {

/// Something to tell about a Graph document: errors stop the import (or, with --partial, the object
/// that they are in), warnings do not.
enum class FindingLevel : std::uint8_t { kError, kWarning, kNote };

struct Finding {
  FindingLevel level = FindingLevel::kError;
  std::string file;     ///< as given by the caller
  std::string path;     ///< JSON path, "$.conditions.times"; empty for the file as a whole
  std::string message;  ///< lower-case sentence without a full stop
  std::string object;   ///< what the object is called; empty when it is not known
};

/// "warning: a.json: $.conditions.times: ... (in "CA001")", one line.
[[nodiscard]] std::string to_text(const Finding& finding);

/// Collects findings of one file, and remembers whether an error was among them.
class Findings {
 public:
  /// The file that the next findings are about.
  void enter_file(std::string name) {
    file_ = std::move(name);
    object_.clear();
  }
  /// The object, by its display name, that the next findings are about: a path such as
  /// `$.value[117]` tells people nothing.
  void enter_object(std::string name) { object_ = std::move(name); }
  void error(std::string path, std::string message) {
    ++errors_;
    add(FindingLevel::kError, std::move(path), std::move(message));
  }
  void warning(std::string path, std::string message) {
    add(FindingLevel::kWarning, std::move(path), std::move(message));
  }
  void note(std::string path, std::string message) {
    add(FindingLevel::kNote, std::move(path), std::move(message));
  }
  /// Errors so far: compare before and after to learn whether a step failed.
  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }

 private:
  void add(FindingLevel level, std::string path, std::string message) {
    all_.push_back({level, file_, std::move(path), std::move(message), object_});
  }

  std::string file_;
  std::string object_;
  std::vector<Finding> all_;
  std::size_t errors_ = 0;
};

}  // namespace gate::graph
