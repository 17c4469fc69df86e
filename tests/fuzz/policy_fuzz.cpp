// Any bytes as a policy file: nothing crashes, every diagnostic points into the text, and what
// compiles decides, explains itself, and means the same after it was formatted.

#include <cstddef>
#include <cstdint>
#include <gate/compile.hpp>
#include <string>

#include "compiler/format/format.h"

namespace {

using namespace gate;

CompileOutput compile_text(std::string text) {
  CompileOptions options;
  options.backend = Backend::kInterpreter;
  options.today = Date{.year = 2026, .month = 11, .day = 25};
  std::vector<SourceFile> files;
  files.push_back({"fuzz.gate", std::move(text)});
  return compile(std::move(files), options);
}

void check_span(const CompileOutput& output, const SourceSpan& span) {
  if (span.file == compiler::kNoFile) {
    return;  // about the set as a whole
  }
  GATE_CHECK(span.file < output.files.size(), "a span names a file");
  GATE_CHECK(span.begin <= span.end && span.end <= output.files[span.file].text.size(),
             "a span lies in its file");
}

void check_diagnostics(const CompileOutput& output) {
  for (const Diagnostic& diagnostic : output.diagnostics) {
    GATE_CHECK(!diagnostic.code.empty() && !diagnostic.message.empty(), "a diagnostic speaks");
    check_span(output, diagnostic.span);
    for (const Diagnostic::Note& note : diagnostic.notes) {
      if (note.span) {
        check_span(output, *note.span);
      }
    }
    for (const Diagnostic::Edit& edit : diagnostic.edits) {
      check_span(output, edit.span);
    }
  }
  (void)render_text(output, false);
  (void)render_json(output);
}

void check_decisions(const PolicySet& set) {
  SignInFacts facts;
  facts.user = "amy@bank.example";
  facts.groups = {"Wealth Clients"};
  facts.target = "retail-app";
  facts.ip = "203.0.113.7";
  facts.country = "AT";
  facts.sign_in_risk = Risk::kMedium;
  facts.completed = {{Method::kPassword, 10}};
  facts.now_unix_s = 1'764'028'800;
  for (const TargetKind kind :
       {TargetKind::kApp, TargetKind::kUserAction, TargetKind::kAuthContext}) {
    facts.target_kind = kind;
    const SignInView view(facts);
    const Decision decision = set.evaluate(view.request());
    GATE_CHECK(set.explain(view.request()).decision == decision, "explain agrees");
  }
}

void check_format(const std::string& text, const PolicySet& set) {
  const auto format = [](const std::string& source) {
    compiler::SourceMap sources;
    const std::uint32_t file = sources.add("fuzz.gate", source);
    compiler::DiagnosticCollector diagnostics;
    return compiler::format_file(sources, file, {}, diagnostics);
  };
  const auto once = format(text);
  GATE_CHECK(once.has_value(), "what compiles can be formatted");
  GATE_CHECK(format(*once) == once, "formatting twice changes nothing");
  const CompileOutput again = compile_text(*once);
  GATE_CHECK(again.policies != nullptr, "what was formatted compiles");
  GATE_CHECK(again.policies->digest() == set.digest(), "formatting keeps the meaning");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const CompileOutput output = compile_text(text);
  GATE_CHECK((output.policies == nullptr) == output.has_errors(), "a set or an error");
  check_diagnostics(output);
  if (output.policies != nullptr) {
    check_decisions(*output.policies);
    check_format(text, *output.policies);
  }
  return 0;
}
