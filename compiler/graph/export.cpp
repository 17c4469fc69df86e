#include "compiler/graph/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "compiler/graph/export_context.h"
#include "compiler/graph/object_reader.h"
#include "compiler/graph/spelling.h"
#include "compiler/graph/write_gate.h"
#include "compiler/graph/write_json.h"
#include "compiler/parse/parser.h"
#include "compiler/sema/templates.h"

namespace gate::graph {

namespace ast = compiler::ast;

Location export_location(const ast::NamedSet& set, ExportContext& context) {
  Location out;
  out.name = std::string(set.name.text);
  std::size_t trusted = 0;
  std::size_t gps_items = 0;
  for (const auto& item : set.items) {
    const bool is_trusted = word_of(item, 0) == "trusted";
    trusted += is_trusted ? 1 : 0;
    const std::size_t at = is_trusted ? 1 : 0;
    if (word_of(item, at) == "ip") {
      out.ranges.push_back({string_of(item, at + 1), "", ""});
    } else if (const std::size_t gps = word_of(item, at) == "gps" ? 1 : 0;
               word_of(item, at + gps) == "country") {
      const auto country = word_of(item, at + gps + 1);
      gps_items += gps;
      if (country == "unknown") {
        out.unknown_countries = true;
      } else {
        out.countries.emplace_back(country);
      }
    } else if (word_of(item, 0) != "none") {
      context.refuse(item.span, "a location made of other locations");
    }
  }
  out.trusted = trusted != 0;
  out.by_country = !out.countries.empty() || out.unknown_countries;
  out.by_gps = gps_items != 0;
  if (gps_items != 0 && gps_items != set.items.size()) {
    context.refuse(set.name.span, "a location that mixes two ways of finding the country");
  }
  if ((trusted != 0 && trusted != set.items.size()) || (out.by_country && !out.ranges.empty())) {
    context.refuse(set.name.span,
                   "a location that mixes trusted with other addresses, or "
                   "addresses with countries");
  }
  context.map.restore(out.name, out);
  if (out.id.empty()) {
    out.id = std::string(set.name.text);
  }
  return out;
}

namespace {

/// One combinationConfiguration for each different limit, with the combinations that it is of.
void add_limit(const ast::Item& method, const std::string& combination, Strength& into) {
  CombinationLimit limit;
  for (const auto& argument : method.arguments) {
    const auto word = word_of(argument, 0);
    auto& values = word == "aaguid"   ? limit.aaguids
                   : word == "issuer" ? limit.issuer_skis
                                      : limit.policy_oids;
    values.push_back(string_of(argument, 1));
  }
  const auto same = [&](const CombinationLimit& each) {
    return each.aaguids == limit.aaguids && each.issuer_skis == limit.issuer_skis &&
           each.policy_oids == limit.policy_oids;
  };
  auto found = std::ranges::find_if(into.limits, same);
  if (found == into.limits.end()) {
    found = into.limits.insert(found, std::move(limit));
  }
  found->applies_to.push_back(combination);
}

}  // namespace

Strength export_strength(const ast::Strength& strength, ExportContext& context) {
  Strength out;
  out.name = std::string(strength.name.text);
  out.policy_type = "custom";
  for (const auto& combination : strength.combinations) {
    Strings modes;
    for (const auto& method : combination) {
      modes.push_back(graph_word(Vocabulary::kMethod, word_of(method, 0)));
    }
    out.combinations.push_back(join(modes, ","));
    for (const auto& method : combination) {
      if (method.has_arguments) {
        add_limit(method, out.combinations.back(), out);
      }
    }
  }
  context.map.restore(out.name, out);
  if (out.id.empty()) {
    out.id = std::string(strength.name.text);
  }
  return out;
}

namespace {

/// A description without the line by which the import says what the set is called.
std::string without_called(const std::string& description, std::string_view identifier,
                           const std::string& display_name) {
  if (called(std::string(identifier), display_name).empty() ||
      !description.starts_with(display_name)) {
    return description;
  }
  const auto rest = description.substr(display_name.size());
  return rest.empty() || rest.front() == '\n' ? rest.substr(rest.empty() ? 0 : 1) : description;
}

/// Whether a string of `value` other than free text (a comment may have lines) holds a control
/// character, which the import refuses and no id of Entra has.
bool holds_control_character(const boost::json::value& value) {
  if (const auto* object = value.if_object(); object != nullptr) {
    return std::ranges::any_of(*object, [](const auto& member) {
      return member.key() != "description" && member.key() != "note" &&
             holds_control_character(member.value());
    });
  }
  if (const auto* array = value.if_array(); array != nullptr) {
    return std::ranges::any_of(*array, holds_control_character);
  }
  const auto* text = value.if_string();
  return text != nullptr && has_control_character(*text, false);
}

class Exporter {
 public:
  explicit Exporter(const std::vector<SourceFile>& files) {
    for (const auto& file : files) {
      sources_.add(file.name, file.text);
    }
    context_.sources = &sources_;
  }

  ExportResult run(std::string_view map_json) {
    if (!map_json.empty()) {
      auto map = GraphMap::from_json(map_json);
      if (!map) {
        context_.refuse({}, "graph-map.json: " + map.error().message);
        return take();
      }
      context_.map = std::move(*map);
    }
    if (!parse()) {
      return take();
    }
    for (const bool policies : {false, true}) {  // what they use before what uses it
      for (const auto& file : files_) {
        for (const auto& declaration : file.declarations) {
          if (std::holds_alternative<ast::Policy>(declaration.node) == policies) {
            add(declaration);
          }
        }
      }
    }
    fatal_ = false;
    for (const auto& file : files_) {
      for (const auto& declaration : file.declarations) {
        const auto* preset = std::get_if<ast::Default>(&declaration.node);
        fatal_ = fatal_ || (preset != nullptr && preset->deny);
      }
    }
    return take();
  }

 private:
  bool parse() {
    compiler::DiagnosticCollector collector;
    const compiler::Limits limits;
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
      files_.push_back(compiler::parse_file(sources_, i, limits, collector));
    }
    const bool failed = collector.has_errors();
    if (failed) {
      context_.diagnostics = collector.take_sorted(limits.errors_per_file_max);
    }
    if (!failed) {
      compiler::sema::expand_templates(files_, collector);
      if (collector.has_errors()) {
        context_.diagnostics = collector.take_sorted(limits.errors_per_file_max);
        return false;
      }
    }
    for (const auto& file : files_) {
      context_.declare(file);
    }
    return !failed;
  }

  /// `before`: the errors before the object was looked at.
  template <typename T>
  void keep(T exported, const SourceSpan& span, std::size_t before, std::vector<T>& into,
            std::string_view name = {}) {
    if (holds_control_character(to_graph_json(exported))) {
      context_.refuse(span, "a string in this holds a line break or another control character");
    }
    if (context_.errors != before) {
      ++left_out_;
      context_.leave_out(name);
      return;
    }
    into.push_back(std::move(exported));
  }

  void add(const ast::Declaration& declaration) {
    const auto before = context_.errors;
    if (const auto* policy = std::get_if<ast::Policy>(&declaration.node)) {
      keep(export_policy(*policy, declaration.description, context_), declaration.span, before,
           model_.policies);
    } else if (const auto* set = std::get_if<ast::NamedSet>(&declaration.node)) {
      if (set->kind == ast::SetKind::kLocations) {
        auto location = export_location(*set, context_);
        location.note = without_called(declaration.description, set->name.text, location.name);
        if (!location.undefined) {
          keep(std::move(location), declaration.span, before, model_.locations, set->name.text);
        }
      }
    } else if (const auto* strength = std::get_if<ast::Strength>(&declaration.node)) {
      auto exported = export_strength(*strength, context_);
      exported.description =
          without_called(declaration.description, strength->name.text, exported.name);
      keep(std::move(exported), declaration.span, before, model_.strengths, strength->name.text);
    } else if (const auto* preset = std::get_if<ast::Default>(&declaration.node)) {
      if (preset->deny) {
        context_.refuse(declaration.span, "a set that denies by default");
      }
    }
  }

  ExportResult take() {
    ExportResult out;
    out.model = std::move(model_);
    out.left_out = left_out_;
    out.fatal = fatal_;
    out.diagnostics = std::move(context_.diagnostics);
    return out;
  }

  compiler::SourceMap sources_;
  std::vector<ast::File> files_;
  ExportContext context_;
  Model model_;
  std::size_t left_out_ = 0;
  bool fatal_ = true;  // until the files could be read
};

}  // namespace

bool ExportResult::ok() const {
  return std::ranges::none_of(
      diagnostics, [](const Diagnostic& each) { return each.severity == Severity::kError; });
}

ExportResult export_graph(const std::vector<SourceFile>& files, std::string_view map_json) {
  return Exporter(files).run(map_json);
}

}  // namespace gate::graph
