#include "tests/differential/graph_round_trip.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "compiler/graph/export.h"
#include "compiler/graph/import.h"
#include "compiler/graph/write_json.h"
#include "tests/differential/check.h"

namespace gate::differential {
namespace {

constexpr const char* kWorkforce = "profile workforce";

}  // namespace

SetText what_graph_can_say(const SetText& set) {
  SetText out;
  for (const Declaration& each : set.declarations) {
    SetText alone;
    alone.declarations = {each};
    if (each.text != kWorkforce && graph::export_graph(render(alone, {})).ok()) {
      out.declarations.push_back(each);
    }
  }
  out.declarations.push_back({kWorkforce, ""});
  for (const PolicyText& policy : set.policies) {
    SetText alone;
    alone.declarations = out.declarations;
    alone.policies = {policy};
    const std::vector<SourceFile> files = render(alone, {});
    if (!compile_text(files, Backend::kInterpreter).has_errors() &&
        graph::export_graph(files).ok()) {
      out.policies.push_back(policy);
    }
  }
  return out;
}

std::vector<SourceFile> through_graph(const SetText& set, std::string& problem) {
  const graph::ExportResult exported = graph::export_graph(render(set, {}));
  if (!exported.ok()) {
    problem = "each policy can be exported alone, and not together";
    return {};
  }
  std::vector<graph::GraphFile> input;
  const auto add = [&input](const auto& list) {
    for (const auto& each : list) {
      input.push_back({std::to_string(input.size()) + ".json",
                       boost::json::serialize(graph::to_graph_json(each))});
    }
  };
  add(exported.model.locations);
  add(exported.model.strengths);
  add(exported.model.policies);
  if (input.empty()) {
    return {};
  }
  const graph::ImportResult imported = graph::import_graph(input);
  for (const graph::Finding& finding : imported.findings) {
    const std::string text = to_text(finding);
    if (text.find("holds a control character") != std::string::npos ||
        text.find("the policy could never apply") != std::string::npos) {
      problem.clear();
      return {};  // what this language can spell and the import does not take
    }
    if (finding.level == graph::FindingLevel::kError) {
      problem += text + "\n";
    }
  }
  if (!problem.empty()) {
    problem = "what was exported is not imported\n" + problem;
  }
  std::vector<SourceFile> files;
  for (const graph::OutputFile& file : imported.files) {
    if (file.name.ends_with(".gate")) {
      files.push_back({file.name, file.text});
    }
  }
  return files;
}

}  // namespace gate::differential
