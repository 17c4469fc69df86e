#include <gate/compile.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/folder.h"
#include "compiler/lower/attach_native.h"
#include "compiler/lower/native_file.h"
#include "compiler/lower/native_queue.h"
#include "compiler/parse/parse_files.h"
#include "compiler/sema/analyse.h"
#include "compiler/sema/templates.h"
#include "compiler/sema/test_blocks.h"
#include "compiler/sema/unused.h"
#include "compiler/source/limits.h"
#include "compiler/source/source_map.h"
#include "runtime/set/build.h"

namespace gate {

struct CompileCache::Impl {
  compiler::ParseCache trees;
};

CompileCache::CompileCache() : impl_(std::make_unique<Impl>()) {}
CompileCache::~CompileCache() = default;

CompileCache::Statistics CompileCache::statistics() const noexcept {
  const compiler::ParseCache::Statistics& last = impl_->trees.statistics();
  return {last.files_parsed, last.files_reused, last.declarations_reused};
}

namespace {

using compiler::Code;
using compiler::DiagnosticCollector;
using compiler::Limits;
using compiler::SourceMap;

/// Where the files came from: only a folder can have followed its imports.
enum class Origin : std::uint8_t { kMemory, kFolder };

void refuse_imports(const std::vector<compiler::ast::File>& files,
                    DiagnosticCollector& diagnostics) {
  for (const auto& file : files) {
    for (const auto& declaration : file.declarations) {
      if (std::holds_alternative<compiler::ast::Import>(declaration.node)) {
        diagnostics.report<Code::kImportNotAvailable>(declaration.span);
      }
    }
  }
}

/// The program as something that decides.
std::shared_ptr<const PolicySet> build(ir::Program program, const CompileOptions& options,
                                       DiagnosticCollector& diagnostics) {
  auto set = build_policy_set(std::move(program), options.backend);
  if (!set) {
    diagnostics.report_unplaced<Code::kInternalProgram>(set.error().message);
    return nullptr;
  }
  std::shared_ptr<const PolicySet> shared(std::move(*set));
  switch (options.native_code) {
    case NativeCode::kBackground:
      generate_native_code(shared);
      break;
    case NativeCode::kBeforeReturn:
      if (!lower::attach_native(*shared)) {
        // The set decides from its tables, with the same answers; PolicySet::tier() tells.
      }
      break;
    case NativeCode::kNever:
      break;
  }
  return shared;
}

CompileOutput compile_set(std::vector<SourceFile> files, Origin origin,
                          const CompileOptions& options, const Limits& limits,
                          DiagnosticCollector& diagnostics) {
  CompileOutput out;
  out.files = std::move(files);
  if (out.files.size() > limits.files_max) {
    diagnostics.report_unplaced<Code::kTooManyFiles>(out.files.size(), limits.files_max);
    out.diagnostics = diagnostics.take_sorted(limits.errors_per_file_max);
    return out;
  }
  SourceMap sources;
  for (const SourceFile& file : out.files) {
    sources.add(file.name, file.text);
  }
  compiler::ParseCache* cache = options.cache != nullptr ? &options.cache->impl().trees : nullptr;
  auto trees = compiler::parse_files(sources, limits, diagnostics, cache);
  if (origin == Origin::kMemory) {
    refuse_imports(trees, diagnostics);
  }
  compiler::sema::expand_templates(trees, diagnostics);
  auto analysis = compiler::sema::analyse(trees, sources, options, limits, diagnostics);
  if (options.keep_test_blocks) {
    out.tests =
        compiler::sema::resolve_tests(trees, sources, analysis.symbols,
                                      analysis.program ? &*analysis.program : nullptr, diagnostics);
  }
  if (options.keep_test_blocks && !diagnostics.has_errors()) {
    // Without the tests, what only they use would look unused.
    compiler::sema::report_unused(trees, sources, analysis.symbols, diagnostics);
  }
  auto program = std::move(analysis.program);
  analysis = {};
  if (cache != nullptr) {
    cache->keep(std::move(trees));
  }
  trees = {};  // a large set needs the memory for its tables
  if (program && !diagnostics.has_errors()) {
    out.policies = build(std::move(*program), options, diagnostics);
  }
  if (diagnostics.has_errors()) {
    out.policies = nullptr;
    out.tests.clear();
  }
  out.diagnostics = diagnostics.take_sorted(limits.errors_per_file_max);
  return out;
}

}  // namespace

CompileOutput compile(std::vector<SourceFile> files, const CompileOptions& options) {
  DiagnosticCollector diagnostics;
  return compile_set(std::move(files), Origin::kMemory, options, Limits{}, diagnostics);
}

CompileOutput compile_folder(const std::filesystem::path& folder, const CompileOptions& options) {
  DiagnosticCollector diagnostics;
  const Limits limits;
  auto files = compiler::load_folder(folder, limits, diagnostics);
  return compile_set(std::move(files), Origin::kFolder, options, limits, diagnostics);
}

void generate_native_code(const std::shared_ptr<const PolicySet>& set) {
  lower::NativeQueue::instance().add(set);
}

NativeCodeCounts native_code_counts() noexcept {
  return lower::native_counts();
}

Result<std::string> build_native_policy_set(const PolicySet& set, const SaveOptions& options) {
  return lower::build_native_file(set, options);
}

}  // namespace gate
