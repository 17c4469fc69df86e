#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <cstdlib>

namespace gate::compiler {
namespace {

constexpr std::size_t kWordBytesMax = 64;  // longer words get no suggestion

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit || a.size() > kWordBytesMax || b.size() > kWordBytesMax) {
    return limit + 1;
  }
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

namespace {

/// The word of the language for one of Graph's: "native_app" for "mobileAppsAndDesktopClients".
std::string_view word_of_graph(std::string_view graph) {
  struct Pair {
    std::string_view word;
    std::string_view graph;
  };
  static constexpr Pair kPairs[] = {
#define GATE_CLIENT(id, name, graph) {name, graph},
#define GATE_PLATFORM(id, name, graph) {name, graph},
#define GATE_RISK(id, name, graph) {name, graph},
#define GATE_INSIDER_RISK(id, name, graph) {name, graph},
#define GATE_TRANSFER_METHOD(id, name, graph) {name, graph},
#define GATE_USER_KIND(id, name, graph) {name, graph},
#define GATE_DEVICE_TRUST(id, name, graph) {name, graph},
#define GATE_DEVICE_OWNERSHIP(id, name, graph) {name, graph},
#define GATE_METHOD(id, name, graph) {name, graph},
#define GATE_CONTROL(id, name, graph, interactive) {name, graph},
#include <gate/vocabulary.def>
      {"office365", "Office365"},
      {"admin_portals", "MicrosoftAdminPortals"},
      {"all_agent_resources", "AllAgentIdResources"},
      {"report_only", "enabledForReportingButNotEnforced"},
      {"on", "enabled"},
      {"off", "disabled"},
      {"every_time", "everyTime"},
      {"guests", "GuestsOrExternalUsers"},
      {"trusted", "AllTrusted"},
      {"sign_in_risk", "signInRiskLevels"},
      {"user_risk", "userRiskLevels"},
      {"client", "clientAppTypes"},
      {"platform", "platforms"},
      {"location", "locations"},
      {"sign_in_frequency", "signInFrequency"},
      {"persistent_browser", "persistentBrowser"},
      {"register_security_info", "registersecurityinfo"},
      {"register_device", "registerdevice"}};
  for (const Pair& pair : kPairs) {
    if (!pair.graph.empty() && pair.graph != pair.word && pair.graph.size() == graph.size() &&
        std::equal(graph.begin(), graph.end(), pair.graph.begin(),
                   [](char a, char b) { return lower(a) == lower(b); })) {
      return pair.word;
    }
  }
  return {};
}

}  // namespace

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> candidates) {
  if (const auto word = word_of_graph(wrong);
      !word.empty() && std::find(candidates.begin(), candidates.end(), word) != candidates.end()) {
    return word;
  }
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(wrong, candidate, best_distance);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace gate::compiler
