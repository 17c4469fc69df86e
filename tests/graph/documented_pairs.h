#pragma once

#include <string>
#include <vector>

#include "compiler/graph/import.h"

/// The pairs of a JSON and a `.gate` block in docs/from-entra.md.
namespace graph_corpus {

struct DocumentedPair {
  int line = 0;                     ///< of the JSON block in the page
  gate::graph::GraphFile document;  ///< the JSON, completed to a whole policy where it is a part
  std::string gate;                 ///< the block beside it, as it stands
};

[[nodiscard]] std::vector<DocumentedPair> documented_pairs();
/// Runs of white space as one blank, none at the ends.
[[nodiscard]] std::string squeezed(std::string_view text);

}  // namespace graph_corpus
