#include "compiler/graph/finding.h"

namespace gate::graph {
namespace {

const char* level_name(FindingLevel level) {
  switch (level) {
    case FindingLevel::kError:
      return "error";
    case FindingLevel::kWarning:
      return "warning";
    case FindingLevel::kNote:
      return "note";
  }
  return "error";
}

}  // namespace

std::string to_text(const Finding& finding) {
  std::string out = level_name(finding.level);
  for (const auto* part : {&finding.file, &finding.path, &finding.message}) {
    if (!part->empty()) {
      out += ": ";
      out += *part;
    }
  }
  if (!finding.object.empty()) {
    out += " (in \"" + finding.object + "\")";
  }
  return out;
}

}  // namespace gate::graph
