#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/graph/model.h"

namespace gate::graph {

/// What an object of an export is.
enum class ObjectKind : std::uint8_t {
  kPolicy,
  kLocation,
  kStrength,
  kName,       ///< of the directory: wanted for its display name alone
  kMigration,  ///< IntuneManagement's table of names (conditional-access 14)
  kOther,      ///< plainly something else: an object of a kind that no policy speaks of
  kUnknown,    ///< could be part of Conditional Access and is not understood
};

/// The collection that a document says it holds: "groups" of
/// "https://graph.microsoft.com/v1.0/$metadata#groups(id,displayName)",
/// "conditionalaccess/policies"
/// ..., in lower case, at most two segments; "" when it does not say (conditional-access 14).
[[nodiscard]] std::string collection_of(const boost::json::value& document);

/// What the place of a file says where the document does not: the folder that it is in, or its own
/// name: "groups" of "export/Groups/pilot.json" and of "groups.json". In lower case.
[[nodiscard]] std::string folder_hint(std::string_view file_name);

/// `collection` is what collection_of() or folder_hint() say. An `@odata.type` wins over it, and it
/// over the members.
[[nodiscard]] ObjectKind kind_of(const boost::json::value& object, std::string_view collection,
                                 std::string_view hint);

/// Of which kind the name is; only of an ObjectKind::kName.
[[nodiscard]] std::optional<DirectoryKind> directory_kind(const boost::json::value& object,
                                                          std::string_view collection,
                                                          std::string_view hint);
/// The directory kind that a collection is a list of.
[[nodiscard]] std::optional<DirectoryKind> listed_kind(std::string_view collection);

/// What to do about an ObjectKind::kUnknown.
[[nodiscard]] std::string advice_for(const boost::json::value& object, std::string_view collection);

/// The member in any case of its key; null when absent.
[[nodiscard]] const boost::json::value* member_of(const boost::json::value& object,
                                                  std::string_view key);
/// The last part of its `@odata.type`, "group"; "" when it has none.
[[nodiscard]] std::string_view odata_type(const boost::json::value& object);

}  // namespace gate::graph
