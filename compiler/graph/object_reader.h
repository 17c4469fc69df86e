#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/finding.h"

namespace gate::graph {

/// Reads one JSON object member by member. Keys are matched in any case; null, [], {}, "" and an
/// object of nothing but these are the same as absent (conditional-access 9, 13). A member that was
/// not read and is not an OData annotation is an error when the reader is finished: nothing is
/// dropped silently.
class ObjectReader {
 public:
  /// `object` may be null (absent): then every member is absent. Must outlive the reader.
  ObjectReader(const boost::json::value* object, std::string path, Findings& findings);
  ~ObjectReader();
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  [[nodiscard]] bool present() const { return object_ != nullptr; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view key) const;
  Findings& findings() { return findings_; }

  /// The member, or null when it is absent. Counts as asked for.
  const boost::json::value* take(std::string_view key);
  /// The member as it is written, also where it is blank: of free names an empty text says
  /// something. Null when it is not written, or null.
  const boost::json::value* take_as_written(std::string_view key);
  /// Whether the member is written at all, also as null.
  [[nodiscard]] bool mentions(std::string_view key) const;
  /// A string member; "" when absent. GUIDs come in lower case, here and in lists.
  /// Control characters are an error; with `lines` those that end a line are not.
  std::string text(std::string_view key, bool lines = false);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  /// A list of strings, one string, or a comma-joined set of words when `joined`.
  std::vector<std::string> strings(std::string_view key, bool joined = false);
  /// Says that a member is known and carries nothing that a policy means: it is not looked at.
  void ignore(std::string_view key) { (void)take(key); }

 private:
  const boost::json::object* object_ = nullptr;
  std::vector<bool> taken_;
  std::string path_;
  Findings& findings_;
};

/// null, [], {}, "": what Graph writes where nothing is set; and objects and lists of nothing else,
/// which the PowerShell SDK writes there (conditional-access 13).
[[nodiscard]] bool is_blank(const boost::json::value& value);
/// A type name or "@{...}" where PowerShell stopped writing objects (conditional-access 13).
[[nodiscard]] bool is_cut_off(const boost::json::value& value);
/// A byte below 0x20 or 0x7F; with `lines`, line ends and tabs are none.
[[nodiscard]] bool has_control_character(std::string_view text, bool lines);
/// "@odata.type", "conditions@odata.context", "#microsoft.graph.restore": written by the server
/// about the document, not part of what it says.
[[nodiscard]] bool is_annotation(std::string_view key);

}  // namespace gate::graph
