#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/graph/finding.h"
#include "compiler/graph/model.h"

namespace gate::graph {

/// Which lists an input holds, and whether their last page is among it. A page says that another
/// follows, and not which: pages of one collection in one folder are one list.
class Pages {
 public:
  void add(std::string_view file, std::string_view collection, bool goes_on);
  /// An error for each list without a last page; returns how many.
  std::size_t report_missing(Findings& findings) const;
  /// The input holds a list of these, whole.
  [[nodiscard]] bool complete(DirectoryKind kind) const;

 private:
  struct List {
    Strings goes_on;  ///< files
    Strings ends;
  };
  std::map<std::pair<std::string, std::string>, List> lists_;  // folder and collection
};

/// Reads one file of Graph JSON into `model`: a policy, a named location, an authentication
/// strength, a directory object (its display name is used for its id), an array of those, or a
/// response that wraps them in `value`. Of which kind an object is says its type, else the
/// document's, else its members (conditional-access 14). Every error is a finding with its JSON
/// path; an object with an error is not added. Returns the number of objects that were left out.
std::size_t read_graph(std::string_view file_name, const boost::json::value& document, Model& model,
                       Pages& pages, Findings& findings);

/// The pieces, for read_graph.
[[nodiscard]] Policy read_policy(const boost::json::value& object, const Origin& origin,
                                 Model& model, Findings& findings);
[[nodiscard]] Location read_location(const boost::json::value& object, const Origin& origin,
                                     Findings& findings);
[[nodiscard]] Strength read_strength(const boost::json::value& object, const std::string& path,
                                     Findings& findings);

}  // namespace gate::graph
