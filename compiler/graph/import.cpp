#include "compiler/graph/import.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "compiler/format/format.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/graph_map.h"
#include "compiler/graph/identifier.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/limits.h"
#include "compiler/graph/reader.h"
#include "compiler/graph/write_gate.h"
#include "compiler/parse/parser.h"
#include "compiler/sema/analyse.h"

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
    result_.left_out += pages_.report_missing(findings_);
    findings_.enter_file("");
    if (findings_.errors() == 0 && model_.policies.empty() && model_.locations.empty() &&
        model_.strengths.empty()) {
      findings_.error("",
                      "there is no policy, no named location and no strength in what was given");
    }
    name_deleted(DirectoryKind::kGroup, "group", &Principals::groups);
    name_deleted(DirectoryKind::kUser, "user", &Principals::users);
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
    const auto document = parse_export(*text);
    if (!document) {
      unreadable(document.error());
      return;
    }
    result_.left_out += read_graph(file.name, *document, model_, pages_, findings_);
  }

  /// With the whole list of groups at hand, an id that is not in it is of a group that is gone.
  void name_deleted(DirectoryKind kind, std::string_view noun, Strings Principals::* list) {
    if (!pages_.complete(kind)) {
      return;
    }
    std::set<std::string> known;
    for (const auto& each : model_.names) {
      if (each.kind == kind) {
        known.insert(fold_case(each.id));
      }
    }
    for (const auto& policy : model_.policies) {
      findings_.enter_file(policy.origin.file);
      findings_.enter_object(policy.name);
      for (const auto* who : {&policy.include, &policy.exclude}) {
        for (const auto& id : who->*list) {
          const bool word = id == "All" || id == "None" || id == "GuestsOrExternalUsers";
          if (!word && !known.contains(fold_case(id))) {
            findings_.warning(
                policy.origin.path + ".conditions.users",
                fmt::format("{} {} is in no list of {}s of the input: was it deleted?", noun, id,
                            noun));
          }
        }
      }
    }
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
    const auto before = findings_.errors();
    leave_out_wrong(files);
    if (findings_.errors() != before && !options_.partial) {
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

  /// Compiles what was written: a policy that no tenant can have would otherwise come to light when
  /// it is too late to leave it out.
  void leave_out_wrong(std::vector<OutputFile>& files) {
    compiler::SourceMap sources;
    for (const auto& file : files) {
      sources.add(file.name, file.text);
    }
    const compiler::Limits limits;
    compiler::DiagnosticCollector collector;
    std::vector<compiler::ast::File> declared;
    std::vector<std::pair<std::size_t, compiler::ast::Declaration>> policies;
    for (std::uint32_t i = 0; i < files.size(); ++i) {
      auto tree = compiler::parse_file(sources, i, limits, collector);
      const bool policy = policy_of_.contains(files[i].name);
      if (policy && !tree.declarations.empty()) {
        policies.emplace_back(i, std::move(tree.declarations.front()));
      } else {
        declared.push_back(std::move(tree));
      }
    }
    CompileOptions compile;
    compile.allow_empty = true;
    compiler::sema::SetAnalysis analysis(declared, false, sources, compile, limits, nullptr,
                                         collector);
    std::set<std::string> wrong;
    for (auto& [number, declaration] : policies) {
      const auto reported = collector.size();
      (void)analysis.add(std::move(declaration), 1, reported);
      for (const auto& each : collector.after(reported)) {
        if (each.severity == Severity::kError && wrong.insert(files[number].name).second) {
          const auto& policy = *policy_of_.at(files[number].name);
          findings_.enter_file(policy.origin.file);
          findings_.enter_object(policy.name);
          findings_.error(policy.origin.path, fmt::format("{} ({})", each.message, each.code));
        }
      }
    }
    result_.policies -= wrong.size();
    result_.left_out += wrong.size();
    std::erase_if(files, [&](const OutputFile& file) { return wrong.contains(file.name); });
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
      policy_of_.emplace(files.back().name, &policy);
      ++result_.policies;
    }
  }

  ImportOptions options_;
  Model model_;
  Pages pages_;
  Findings findings_;
  GraphMap map_;
  std::map<std::string, const Policy*> policy_of_;  // by the name of its file
  ImportResult result_;
};

}  // namespace

ImportResult import_graph(const std::vector<GraphFile>& input, const ImportOptions& options) {
  return Importer(options).run(input);
}

}  // namespace gate::graph
