#include "compiler/graph/roundtrip.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "compiler/graph/export.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/graph_map.h"
#include "compiler/graph/json_document.h"
#include "compiler/graph/normalise.h"
#include "compiler/graph/object_kind.h"
#include "compiler/graph/write_json.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

struct Document {
  std::string label;  ///< file and path, for messages
  json::value value;
  ObjectKind kind = ObjectKind::kOther;
};
using Kind = ObjectKind;

std::string text_of(const json::value& object, std::string_view key) {
  if (object.is_object()) {
    for (const auto& entry : object.get_object()) {
      if (equal_fold(entry.key(), key) && entry.value().is_string()) {
        return std::string(entry.value().get_string());
      }
    }
  }
  return {};
}

/// What comes back from an export: names do not, and what is left alone does not.
void split_document(const std::string& file, const json::value& value, std::vector<Document>& out) {
  const auto collection = collection_of(value);
  const auto hint = folder_hint(file);
  const auto add = [&](std::string label, const json::value& object) {
    const auto kind = kind_of(object, collection, hint);
    if (kind == Kind::kPolicy || kind == Kind::kLocation || kind == Kind::kStrength) {
      out.push_back({std::move(label), object, kind});
    }
  };
  const json::array* list = value.if_array();
  if (list == nullptr && value.is_object()) {
    const auto* inner = value.get_object().if_contains("value");
    list = inner == nullptr ? nullptr : inner->if_array();
  }
  if (list != nullptr) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      add(fmt::format("{}[{}]", file, i), (*list)[i]);
    }
    return;
  }
  add(file, value);
}

/// Names locations by what they are called, whatever refers to them: an id, a name, "NAME:" and a
/// name. Without a definition the reference stands for itself.
LocationName names_of(const std::vector<Document>& documents) {
  std::map<std::string, std::string> names;
  for (const auto& document : documents) {
    if (document.kind != Kind::kLocation) {
      continue;
    }
    auto name = text_of(document.value, "displayName");
    name = fold_case(name.empty() ? text_of(document.value, "name") : name);
    if (const auto id = fold_case(text_of(document.value, "id")); !id.empty()) {
      names.emplace(id, name);
    }
    names.emplace("name:" + name, name);
  }
  return [names](std::string_view reference) {
    const auto found = names.find(fold_case(reference));
    return found == names.end() ? fold_case(reference) : found->second;
  };
}

/// Without the ids that export invents where the original had none.
void forget_invented_id(json::value& exported, const std::set<std::string>& original_ids) {
  if (!original_ids.contains(fold_case(text_of(exported, "id")))) {
    exported.as_object().erase("id");
  }
}

class Check {
 public:
  Check(std::string source, const std::vector<GraphFile>& input) : input_(input) {
    out_.source = std::move(source);
  }

  RoundTrip run() {
    if (!read_originals() || !there_and_back()) {
      return std::move(out_);
    }
    const auto original_names = names_of(originals_);
    const auto exported_names = names_of(exported_);
    std::map<std::string, std::vector<json::value>> by_name;
    std::set<std::string> found;
    for (const auto& each : exported_) {
      auto normal = normalise(each, exported_names);
      found.insert(json::serialize(normal));
      by_name[text_of(each.value, "displayName")].push_back(std::move(normal));
    }
    for (const auto& each : originals_) {
      const auto normal = normalise(each, original_names);
      auto& counter = each.kind == Kind::kPolicy     ? out_.policies
                      : each.kind == Kind::kLocation ? out_.locations
                                                     : out_.strengths;
      ++counter;
      if (found.contains(json::serialize(normal))) {
        ++out_.equal;
        continue;
      }
      auto name = text_of(each.value, "displayName");
      name = name.empty() ? text_of(each.value, "name") : name;
      const auto& candidates = by_name[name];
      out_.problems.push_back(fmt::format(
          "{}: {}", each.label,
          candidates.empty() ? "not in the export" : first_difference(normal, candidates.back())));
    }
    return std::move(out_);
  }

 private:
  static json::value normalise(const Document& document, const LocationName& names) {
    switch (document.kind) {
      case Kind::kPolicy:
        return normalise_policy(document.value, names);
      case Kind::kLocation:
        return normalise_location(document.value);
      case Kind::kStrength:
        return normalise_strength(document.value);
      case Kind::kName:
      case Kind::kMigration:
      case Kind::kOther:
      case Kind::kUnknown:
        break;
    }
    return document.value;
  }

  bool read_originals() {
    for (const auto& file : input_) {
      const auto text = decode_text(file.bytes);
      const auto document = text ? parse_export(*text) : Result<json::value>(text.error());
      if (!document) {
        out_.problems.push_back(fmt::format("{}: {}", file.name, document.error().message));
        continue;
      }
      split_document(file.name, *document, originals_);
    }
    return out_.problems.empty();
  }

  bool there_and_back() {
    const auto imported = import_graph(input_);
    for (const auto& finding : imported.findings) {
      if (finding.level == FindingLevel::kError) {
        out_.problems.push_back(to_text(finding));
      }
    }
    std::vector<SourceFile> files;
    std::string map;
    for (const auto& file : imported.files) {
      if (file.name == kGraphMapFile) {
        map = file.text;
      } else {
        files.push_back({file.name, file.text});
      }
    }
    const auto exported = export_graph(files, map);
    for (const auto& diagnostic : exported.diagnostics) {
      if (diagnostic.severity == Severity::kError) {
        out_.problems.push_back(fmt::format("{}: {} {}", files[diagnostic.span.file].name,
                                            diagnostic.code, diagnostic.message));
      }
    }
    std::set<std::string> ids;
    for (const auto& each : originals_) {
      ids.insert(fold_case(text_of(each.value, "id")));
    }
    const auto keep = [&](json::value value, Kind kind) {
      forget_invented_id(value, ids);
      exported_.push_back({"", std::move(value), kind});
    };
    for (const auto& policy : exported.model.policies) {
      keep(to_graph_json(policy), Kind::kPolicy);
    }
    for (const auto& location : exported.model.locations) {
      // A location without an id is referred to by its name in the set: kept for the references.
      auto value = to_graph_json(location);
      exported_.push_back({"", value, Kind::kLocation});
      keep(std::move(value), Kind::kLocation);
    }
    for (const auto& strength : exported.model.strengths) {
      keep(to_graph_json(strength), Kind::kStrength);
    }
    return out_.problems.empty();
  }

  const std::vector<GraphFile>& input_;
  RoundTrip out_;
  std::vector<Document> originals_;
  std::vector<Document> exported_;
};

}  // namespace

RoundTrip check_round_trip(std::string source, const std::vector<GraphFile>& input) {
  return Check(std::move(source), input).run();
}

}  // namespace gate::graph
