#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace exchanges {

/// Random values and their names in a recorded file: the first refresh token of a scenario is
/// «refresh token 1». Its length is written where it first appears.
class Symbols {
 public:
  /// Gives the value a name of this kind, if it has none yet.
  void learn(std::string_view kind, std::string_view value);
  /// The same for a value whose length depends on its content.
  void learn_without_length(std::string_view kind, std::string_view value);
  /// The text with known values replaced by their names.
  [[nodiscard]] std::string write(std::string text);
  /// The text with names replaced by values. «KIND» without a number is the newest of its kind;
  /// «TEXT × N» is the text N times. Throws std::runtime_error for an unknown name.
  [[nodiscard]] std::string read(std::string_view text) const;

 private:
  struct Entry {
    std::string value;
    std::string name;
    bool shows_length = false;  ///< at its next appearance
  };
  void add(std::string_view kind, std::string_view value, bool shows_length);
  [[nodiscard]] std::string value_of(std::string_view name) const;

  std::vector<Entry> entries_;
  std::map<std::string, int, std::less<>> counts_;  ///< by kind
};

}  // namespace exchanges
