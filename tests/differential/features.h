#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gate::differential {

/// How often each word, operator and section of the language was generated.
class Features {
 public:
  void use(std::string_view kind, std::string_view what) {
    ++counts_[std::string(kind) + " " + std::string(what)];
  }
  [[nodiscard]] const std::map<std::string, std::size_t>& counts() const { return counts_; }
  /// What the language has and was never generated: from the tables that the compiler itself reads,
  /// so that what is added there is missed here.
  [[nodiscard]] std::vector<std::string> missing() const;

 private:
  std::map<std::string, std::size_t> counts_;
};

}  // namespace gate::differential
