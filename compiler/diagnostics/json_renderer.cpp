#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gate/compile.hpp>

#include "compiler/source/source_map.h"

namespace gate {
namespace {

namespace json = boost::json;
using compiler::SourceMap;

json::object position(const SourceMap& sources, std::uint32_t file, std::uint32_t offset) {
  const auto at = sources.locate(file, offset);
  return json::object{{"line", at.line}, {"column", at.column}, {"offset", offset}};
}

json::value span_to_json(const SourceMap& sources, SourceSpan span) {
  if (span.file >= sources.size()) {
    return nullptr;
  }
  return json::object{{"file", sources.name(span.file)},
                      {"begin", position(sources, span.file, span.begin)},
                      {"end", position(sources, span.file, span.end)}};
}

json::object to_json(const SourceMap& sources, const Diagnostic& diagnostic) {
  json::array notes;
  for (const auto& note : diagnostic.notes) {
    json::object entry{{"text", note.text}};
    if (note.span) {
      entry["span"] = span_to_json(sources, *note.span);
    }
    notes.push_back(std::move(entry));
  }
  json::array edits;
  for (const auto& edit : diagnostic.edits) {
    edits.push_back(json::object{{"span", span_to_json(sources, edit.span)},
                                 {"replacement", edit.replacement}});
  }
  return json::object{
      {"code", diagnostic.code},       {"severity", name(diagnostic.severity)},
      {"message", diagnostic.message}, {"span", span_to_json(sources, diagnostic.span)},
      {"label", diagnostic.label},     {"notes", std::move(notes)},
      {"help", diagnostic.help},       {"edits", std::move(edits)}};
}

}  // namespace

std::string render_json(const CompileOutput& output) {
  SourceMap sources;
  for (const SourceFile& file : output.files) {
    sources.add(file.name, file.text);
  }
  json::array all;
  for (const Diagnostic& diagnostic : output.diagnostics) {
    all.push_back(to_json(sources, diagnostic));
  }
  return json::serialize(all);
}

std::string_view name(Severity value) noexcept {
  switch (value) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

bool CompileOutput::has_errors() const noexcept {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) {
      return true;
    }
  }
  return false;
}

}  // namespace gate
