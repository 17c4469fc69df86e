#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/source/source_map.h"
#include "runtime/digest/sha256.h"

namespace gate::compiler::sema {

/// What the lowered form of a policy can depend on besides its own text.
enum class DependsOn : std::uint8_t {
  kName,           ///< what a name means; also that it means nothing
  kTrustedPlaces,  ///< every declared location
  kToday,          ///< the day that `until` is held against
  kTemplate,       ///< the name of a template, then the parameters that were replaced
};

/// Numbers for "this name, with this meaning": what was lowered under some numbers may be taken
/// again while each of them holds. The meaning of a name is the text of its declaration together
/// with the meanings of all words in it (SHA-256: an author must not be able to make two look the
/// same). Outlives the sets. Not thread-safe.
class Meanings {
 public:
  /// Looks at another set from now on: its names, and the day. What it is given must live until the
  /// next call. O(declarations).
  void look_at(std::span<const ast::File> files, const SourceMap& sources, std::string today);

  /// The number of the meaning that `name` has in this set.
  [[nodiscard]] std::uint32_t number(DependsOn kind, std::string_view name);
  /// True when the meaning with this number is still the one in this set. Amortised O(1).
  [[nodiscard]] bool holds(std::uint32_t number);

  struct Of {
    DependsOn kind = DependsOn::kName;
    std::string name;
  };
  [[nodiscard]] const Of& of(std::uint32_t number) const { return known_[number].of; }
  /// How many numbers were given out so far.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  using Key = std::pair<DependsOn, std::string>;
  struct Known {
    Of of;
    Sha256 meaning{};
  };
  enum class Holds : std::uint8_t { kNotAsked, kYes, kNo };

  [[nodiscard]] Sha256 meaning(DependsOn kind, std::string_view name);
  [[nodiscard]] Sha256 meaning_of_name(std::string_view name);
  [[nodiscard]] Sha256 meaning_of_text(std::string_view text);

  std::vector<Known> known_;
  std::map<Key, std::vector<std::uint32_t>> numbers_;  // of all meanings that a name has had

  // Of the set under consideration.
  std::unordered_map<std::string_view, std::string_view> names_;      // to the text
  std::unordered_map<std::string_view, std::string_view> templates_;  // to the text
  std::string locations_;                                             // all their texts
  std::string today_;
  std::unordered_map<std::string_view, Sha256> meanings_;
  std::vector<std::string_view> open_;
  std::vector<Holds> holds_;
  std::uint64_t unknown_ = 0;
};

}  // namespace gate::compiler::sema
