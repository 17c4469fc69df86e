#include <fmt/format.h>

#include <gate/compile.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/analyse_set.h"
#include "compiler/driver/folder.h"
#include "compiler/driver/set_cache.h"
#include "compiler/driver/set_files.h"
#include "compiler/lower/attach_native.h"
#include "compiler/lower/native_file.h"
#include "compiler/lower/native_queue.h"
#include "compiler/source/limits.h"
#include "runtime/probe/cross_check.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate {

CompileCache::CompileCache(std::size_t bytes_max)
    : set_(std::make_unique<compiler::SetCache>(bytes_max)) {}
CompileCache::~CompileCache() = default;

CompileCache::Statistics CompileCache::statistics() const noexcept {
  const compiler::SetCache::Statistics& last = set_->statistics;
  return {last.files_parsed, last.files_reused, last.declarations_reused, last.policies_lowered,
          last.bytes};
}

namespace {

using compiler::Code;
using compiler::DiagnosticCollector;
using compiler::Limits;

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

std::string in_words(const probe::Difference& difference) {
  return fmt::format("of user \"{}\" at \"{}\" the interpreter says {} and the set {}",
                     difference.facts.user, difference.facts.target, name(difference.meant.outcome),
                     name(difference.said.outcome));
}

/// Compares a set that is not in use yet with the interpreter. Machine code that is wrong is taken
/// from it and from all others, and the tables decide: a set that is right in itself must not be
/// kept out by code that the process happens to have. False when the tables are wrong.
bool agrees(const PolicySet& set, std::size_t sign_ins, DiagnosticCollector& diagnostics) {
  const auto difference = probe::find_difference(set, sign_ins);
  if (!difference) {
    return true;
  }
  if (withdraw_code(internal::state_for_code(set)) && !probe::find_difference(set, sign_ins)) {
    lower::ban_native(set);
    diagnostics.report_unplaced<Code::kWrongMachineCode>(in_words(*difference));
    return true;
  }
  diagnostics.report_unplaced<Code::kInternalProgram>(in_words(*difference));
  return false;
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
  internal::state_for_code(*shared).cross_check = options.cross_check;
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
  // Last, so that code which the process had already is checked as well.
  return agrees(*shared, options.cross_check, diagnostics) ? shared : nullptr;
}

CompileOutput compile_set(compiler::LoadedFolder folder, Origin origin,
                          const CompileOptions& options, const Limits& limits,
                          DiagnosticCollector& diagnostics) {
  CompileOutput out;
  out.files = std::move(folder.files);
  if (out.files.size() > limits.files_max) {
    diagnostics.report_unplaced<Code::kTooManyFiles>(out.files.size(), limits.files_max);
    out.diagnostics = diagnostics.take_sorted(limits.errors_per_file_max);
    return out;
  }
  std::optional<ir::Program> program;
  {
    compiler::SetCache* cache = compiler::SetCache::of(options.cache);
    compiler::SetFiles set(out.files, limits, cache, diagnostics);
    if (origin == Origin::kMemory) {
      refuse_imports(set.trees(), diagnostics);
    }
    auto analysed = compiler::analyse_set(set, options, limits, cache, folder.stamps, diagnostics);
    program = std::move(analysed.program);
    out.tests = std::move(analysed.tests);
  }  // a large set needs the memory for its tables
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
  return compile_set({std::move(files), {}}, Origin::kMemory, options, Limits{}, diagnostics);
}

CompileOutput compile_folder(const std::filesystem::path& folder, const CompileOptions& options) {
  DiagnosticCollector diagnostics;
  const Limits limits;
  const compiler::SetCache* known = compiler::SetCache::of(options.cache);
  auto loaded = compiler::load_folder(folder, limits, diagnostics, known);
  return compile_set(std::move(loaded), Origin::kFolder, options, limits, diagnostics);
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
