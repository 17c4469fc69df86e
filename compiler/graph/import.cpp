#include "compiler/graph/import.h"

#include <fmt/format.h>

#include <set>

#include "compiler/format/format.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/graph_map.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/reader.h"
#include "compiler/graph/write_gate.h"

namespace gate::graph {
namespace {

/// Names that are unique without regard to case: a second "X" becomes "X (2)" or "x-2".
class UniqueNames {
 public:
  explicit UniqueNames(std::string_view pattern) : pattern_(pattern) {}
  std::string take(const std::string& wanted) {
    auto name = wanted;
    for (int number = 2; !taken_.insert(fold_case(name)).second; ++number) {
      name = fmt::format(fmt::runtime(pattern_), wanted, number);
    }
    return name;
  }

 private:
  std::string pattern_;
  std::set<std::string> taken_;
};

/// "CA001: Require MFA" becomes "ca001-require-mfa".
std::string slug(std::string_view name) {
  constexpr std::size_t kSlugMax = 80;
  std::string out;
  for (const char c : fold_case(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() >= kSlugMax) {
      break;
    }
  }
  while (out.ends_with('-')) {
    out.pop_back();
  }
  return out.empty() ? "policy" : out;
}

std::string write_profile(TenantKind tenant) {
  return tenant == TenantKind::kExternalId ? "profile external_id\n" : "profile workforce\n";
}

class Importer {
 public:
  explicit Importer(const ImportOptions& options) : options_(options) {}

  ImportResult run(const std::vector<GraphFile>& input) {
    for (const auto& file : input) {
      read(file);
    }
    if (findings_.errors() == 0 || options_.partial) {
      write();
    }
    result_.findings = findings_.all();
    return std::move(result_);
  }

 private:
  void read(const GraphFile& file) {
    findings_.enter_file(file.name);
    const auto text = decode_text(file.bytes);
    if (!text) {
      unreadable(text.error());
      return;
    }
    const auto document = parse_document(*text);
    if (!document) {
      unreadable(document.error());
      return;
    }
    result_.left_out += read_graph(file.name, *document, model_, findings_);
  }

  void unreadable(const Error& error) {
    findings_.error("", error.message);
    ++result_.left_out;
  }

  void write() {
    const Symbols symbols(model_, findings_);
    std::vector<OutputFile> files;
    write_policies(symbols, files);
    for (const auto& [name, location] : symbols.locations()) {
      map_.add(name, location);
    }
    for (const auto& [name, strength] : symbols.strengths()) {
      map_.add(name, strength);
    }
    const auto add = [&](const char* name, std::string text) {
      if (!text.empty()) {
        files.push_back({name, std::move(text)});
      }
    };
    add("profile.gate", write_profile(options_.tenant));
    add("locations.gate", write_locations(symbols, findings_));
    add("strengths.gate", write_strengths(symbols));
    add("contexts.gate", write_contexts(symbols));
    add("signals.gate", write_signals(model_));
    add("directory.gate", write_directory(symbols));
    if (findings_.errors() != 0 && !options_.partial) {
      return;
    }
    if (!format_all(files)) {
      return;
    }
    files.push_back({std::string(kGraphMapFile), map_.to_json()});
    result_.locations = symbols.locations().size();
    result_.strengths = symbols.strengths().size();
    result_.files = std::move(files);
  }

  /// In the one canonical form. A text of ours that cannot be read is a fault of ours: reported,
  /// never written.
  bool format_all(std::vector<OutputFile>& files) {
    for (auto& file : files) {
      compiler::SourceMap sources;
      sources.add(file.name, file.text);
      compiler::DiagnosticCollector collector;
      const compiler::Limits limits;
      auto formatted = compiler::format_file(sources, 0, limits, collector);
      if (!formatted) {
        for (const auto& diagnostic : collector.take_sorted(limits.errors_per_file_max)) {
          findings_.enter_file(file.name);
          findings_.error("", fmt::format("what import wrote cannot be read: {} {}",
                                          diagnostic.code, diagnostic.message));
        }
        return false;
      }
      file.text = std::move(*formatted);
    }
    return true;
  }

  void write_policies(const Symbols& symbols, std::vector<OutputFile>& files) {
    UniqueNames names("{} ({})");
    UniqueNames ids("{}#{}");
    UniqueNames file_names("{}-{}");
    for (const auto& policy : model_.policies) {
      const auto before = findings_.errors();
      const auto name = names.take(policy.name);
      const auto id = policy.id.empty() ? std::string() : ids.take(policy.id);
      auto text = write_policy(policy, name, id, symbols, findings_);
      if (id != policy.id) {
        findings_.warning(policy.origin.path + ".id",
                          fmt::format("two policies have the id {}; this one is called {}: are "
                                      "these two exports of one tenant?",
                                      policy.id, id));
      }
      if (findings_.errors() != before) {
        ++result_.left_out;
        continue;
      }
      map_.add(name, id, policy);
      files.push_back(
          {fmt::format("policies/{}.gate", file_names.take(slug(name))), std::move(text)});
      ++result_.policies;
    }
  }

  ImportOptions options_;
  Model model_;
  Findings findings_;
  GraphMap map_;
  ImportResult result_;
};

}  // namespace

ImportResult import_graph(const std::vector<GraphFile>& input, const ImportOptions& options) {
  return Importer(options).run(input);
}

}  // namespace gate::graph
