#include "compiler/driver/import_graph.h"

#include <algorithm>

namespace gate::compiler {

bool stands_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::string_view whole = path.native();
  const std::string_view start = folder.native();
  return whole.starts_with(start) &&
         (whole.size() == start.size() || start.ends_with('/') || whole[start.size()] == '/');
}

std::size_t ImportGraph::add_folder(std::filesystem::path place, std::string name) {
  folders_.push_back({std::move(place), std::move(name)});
  return folders_.size() - 1;
}

void ImportGraph::add_import(std::filesystem::path place, Span span, std::size_t folder) {
  imports_.push_back({std::move(place), span, folder});
}

std::vector<std::vector<ImportGraph::Edge>> ImportGraph::edges() const {
  std::vector<std::vector<Edge>> out(folders_.size());
  for (std::size_t from = 0; from < folders_.size(); ++from) {
    for (const Import& import : imports_) {
      if (stands_below(import.place, folders_[from].place)) {
        out[from].push_back({import.folder, import.span});
      }
    }
  }
  return out;
}

/// Depth first over the folders, with the way from the start kept at hand. Iterative: a chain of
/// imports may be as long as their limit allows.
class ImportGraph::Search {
 public:
  Search(const ImportGraph& graph, DiagnosticCollector& diagnostics)
      : graph_(&graph),
        diagnostics_(&diagnostics),
        edges_(graph.edges()),
        state_(graph.folders_.size(), State::kNew) {}

  void run() {
    for (std::size_t start = 0; start < state_.size(); ++start) {
      if (state_[start] == State::kNew) {
        walk(start);
      }
    }
  }

 private:
  enum class State : std::uint8_t { kNew, kOnTheWay, kDone };
  struct Step {
    std::size_t folder = 0;
    std::size_t next = 0;  // edge to look at
  };

  void walk(std::size_t start) {
    enter(start);
    while (!way_.empty()) {
      const std::size_t here = way_.back().folder;
      if (way_.back().next == edges_[here].size()) {
        state_[here] = State::kDone;
        way_.pop_back();
        continue;
      }
      const Edge edge = edges_[here][way_.back().next++];
      if (state_[edge.to] == State::kNew) {
        enter(edge.to);
      } else if (state_[edge.to] == State::kOnTheWay) {
        report(edge);
      }
    }
  }
  void enter(std::size_t folder) {
    state_[folder] = State::kOnTheWay;
    way_.push_back({folder, 0});
  }

  /// The import of `closing` leads back to a folder on the way.
  void report(const Edge& closing) {
    if (std::find(reported_.begin(), reported_.end(), closing.span) != reported_.end()) {
      return;  // the same import, seen from a folder around
    }
    reported_.push_back(closing.span);
    const auto first = std::find_if(way_.begin(), way_.end(),
                                    [&](const Step& step) { return step.folder == closing.to; });
    std::string circle;
    for (auto step = first; step != way_.end(); ++step) {
      circle += "`" + graph_->folders_[step->folder].name + "` imports ";
    }
    circle += "`" + graph_->folders_[closing.to].name + "`";
    auto builder = diagnostics_->report<Code::kImportCycle>(closing.span, circle);
    builder.label("leads back");
    for (auto step = first; step + 1 < way_.end(); ++step) {
      const Edge& taken = edges_[step->folder][step->next - 1];
      builder.related(taken.span,
                      fmt::format("`{}` is imported here", graph_->folders_[taken.to].name));
    }
  }

  const ImportGraph* graph_;
  DiagnosticCollector* diagnostics_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<State> state_;
  std::vector<Step> way_;
  std::vector<Span> reported_;
};

void ImportGraph::report_cycles(DiagnosticCollector& diagnostics) const {
  Search(*this, diagnostics).run();
}

}  // namespace gate::compiler
