#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gate::facts {

class JsonStructure;

/// What a record of a log says, without the members that differ from record to record and that
/// LogReader does not read: numbers and hashes of audit rows, ids of Entra's sign-ins and, for
/// a set that does not look at the time of a sign-in, times. Made from the structure of the text
/// alone, in a fraction of the time that reading takes: two records with equal outlines are read
/// alike, so of a log that repeats itself most need not be read. One thread at a time.
class RecordOutline {
 public:
  /// With `with_time`, times belong to the outline.
  explicit RecordOutline(bool with_time);
  ~RecordOutline();
  RecordOutline(const RecordOutline&) = delete;
  RecordOutline& operator=(const RecordOutline&) = delete;

  /// The bytes of the outline, valid until the next call; empty: there is none, and the record has
  /// to be read. A text that is not JSON may have one, but never that of a text that is.
  /// Behind the text, kPadding bytes must be readable.
  [[nodiscard]] std::string_view of(std::string_view json);
  static constexpr std::size_t kPadding = 64;

 private:
  /// Whose members are read.
  enum class Of : std::uint8_t {
    kNobody,  ///< nothing below may be left out
    kRecord,
    kEntra,  ///< `properties`, as Azure Monitor exports a sign-in
    kFacts,  ///< facts of an audit row
    kStep,   ///< one of `authenticationDetails`
  };
  enum class Left : std::uint8_t;
  struct Name;

  bool object(Of of);
  bool array(Of of);
  bool named(const Name& name);
  void leave_out(Left what);
  [[nodiscard]] std::string_view scalar() const;
  [[nodiscard]] std::size_t behind(std::size_t i) const;
  /// Up to two behind the last one: what stands behind the text.
  [[nodiscard]] char at(std::size_t i) const { return text_.data()[structure_.data()[i]]; }

  bool with_time_;
  std::unique_ptr<JsonStructure> library_;
  std::string_view text_;
  std::span<const std::uint32_t> structure_;
  std::size_t next_ = 0;    ///< in structure_
  std::size_t copied_ = 0;  ///< bytes of text_ that are in outline_ or left out
  std::string outline_;
  std::vector<std::uint32_t> gaps_;  ///< places in outline_ where something was left out
};

}  // namespace gate::facts
