#include "compiler/graph/spelling.h"

#include <gate/vocabulary.hpp>
#include <span>
#include <vector>

#include "compiler/graph/fold.h"

namespace gate::graph {
namespace {

struct Pair {
  std::string_view gate;
  std::string_view graph;
};

// Vocabularies of the runtime, one table each. Pairs without a Graph spelling are left empty.
constexpr Pair kRisk[] = {
#define GATE_RISK(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kInsiderRisk[] = {
#define GATE_INSIDER_RISK(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kPlatform[] = {
#define GATE_PLATFORM(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kClient[] = {
#define GATE_CLIENT(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kTransferMethod[] = {
#define GATE_TRANSFER_METHOD(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kGuestKind[] = {
#define GATE_USER_KIND(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kMethod[] = {
#define GATE_METHOD(id, name, graph) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kControl[] = {
#define GATE_CONTROL(id, name, graph, interactive) {name, graph},
#include <gate/vocabulary.def>
};
constexpr Pair kUserAction[] = {{"register_security_info", "urn:user:registersecurityinfo"},
                                {"register_device", "urn:user:registerdevice"}};
constexpr Pair kAppGroup[] = {{"office365", "Office365"},
                              {"admin_portals", "MicrosoftAdminPortals"},
                              {"all_agent_resources", "AllAgentIdResources"}};
constexpr Pair kPersistentBrowser[] = {{"always", "always"}, {"never", "never"}};
constexpr Pair kCloudAppSecurity[] = {{"configured", "mcasConfigured"},
                                      {"monitor_only", "monitorOnly"},
                                      {"block_downloads", "blockDownloads"}};
constexpr Pair kAccessEvaluation[] = {{"strict_enforcement", "strictEnforcement"},
                                      {"strict_location", "strictLocation"},
                                      {"disabled", "disabled"}};

std::span<const Pair> table(Vocabulary vocabulary) {
  switch (vocabulary) {
    case Vocabulary::kRisk:
      return kRisk;
    case Vocabulary::kInsiderRisk:
      return kInsiderRisk;
    case Vocabulary::kPlatform:
      return kPlatform;
    case Vocabulary::kClient:
      return kClient;
    case Vocabulary::kTransferMethod:
      return kTransferMethod;
    case Vocabulary::kGuestKind:
      return kGuestKind;
    case Vocabulary::kMethod:
      return kMethod;
    case Vocabulary::kControl:
      return kControl;
    case Vocabulary::kUserAction:
      return kUserAction;
    case Vocabulary::kAppGroup:
      return kAppGroup;
    case Vocabulary::kPersistentBrowser:
      return kPersistentBrowser;
    case Vocabulary::kCloudAppSecurity:
      return kCloudAppSecurity;
    case Vocabulary::kAccessEvaluation:
      return kAccessEvaluation;
  }
  return {};
}

}  // namespace

std::string gate_word(Vocabulary vocabulary, std::string_view graph) {
  for (const auto& each : table(vocabulary)) {
    if (!each.graph.empty() && equal_fold(each.graph, graph)) {
      return std::string(each.gate);
    }
  }
  return {};
}

std::string graph_word(Vocabulary vocabulary, std::string_view gate) {
  for (const auto& each : table(vocabulary)) {
    if (!each.graph.empty() && each.gate == gate) {
      return std::string(each.graph);
    }
  }
  return {};
}

}  // namespace gate::graph
