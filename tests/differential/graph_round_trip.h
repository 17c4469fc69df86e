#pragma once

#include <gate/compile.hpp>
#include <string>
#include <vector>

#include "tests/differential/set_text.h"

namespace gate::differential {

/// The policies of the set that can be exported to Microsoft Graph, in a set for a workforce
/// tenant: an import takes them to be from one.
[[nodiscard]] SetText what_graph_can_say(const SetText& set);

/// The set exported to Graph JSON and imported again, as files; `problem` says what went wrong.
[[nodiscard]] std::vector<SourceFile> through_graph(const SetText& set, std::string& problem);

}  // namespace gate::differential
