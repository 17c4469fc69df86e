// gatec dump: what the compiler makes of a policy set, stage by stage.

#include "compiler/ast/dump.h"

#include <fmt/format.h>

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/cli/policy_source.h"
#include "compiler/driver/folder.h"
#include "compiler/lower/attach_native.h"
#include "compiler/parse/parser.h"
#include "runtime/ir/text.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate::cli {
namespace {

class Dump final : public Command {
 public:
  std::string_view name() const override { return "dump"; }
  std::string_view summary() const override {
    return "print what the compiler makes of a set: words, tree, IR, LLVM";
  }
  std::string_view details() const override {
    return "  tokens  the words of each file, with line, column and kind\n"
           "  ast     the tree of each file, with places; needs no correct names\n"
           "  ir      the Decision IR of the whole set, as text that can be read back\n"
           "  llvm    the LLVM IR of its machine code; a comment when tables alone decide\n"
           "\n"
           "Examples:\n"
           "  gatec dump ast policies/admins.gate\n"
           "  gatec dump ir policies\n";
  }
  void declare(Arguments& arguments) override {
    arguments.positional("STAGE", stage_, true, "what to print",
                         Fit::one_of({"tokens", "ast", "ir", "llvm"}));
    source_.declare_path(arguments);
    source_.declare_today(arguments);
    arguments.flag("--sources", sources_, "ir: with descriptions, file names and lines");
  }

  ExitCode run(Console& console) override {
    return stage_ == "tokens" || stage_ == "ast" ? dump_files(console) : dump_set(console);
  }

 private:
  ExitCode dump_set(Console& console) const {
    ExitCode failure = ExitCode::kOk;
    const bool llvm = stage_ == "llvm";
    const auto set =
        source_.compile(console, llvm ? Backend::kNative : Backend::kInterpreter, failure);
    if (!set) {
      return failure;
    }
    if (llvm) {
      console.out(lower::dump_llvm(*set->policies));
      return ExitCode::kOk;
    }
    console.out(ir::print_text(internal::state_of(*set->policies).program(),
                               sources_ ? ir::Sources::kKeep : ir::Sources::kLeaveOut));
    return ExitCode::kOk;
  }

  ExitCode dump_files(Console& console) const {
    const compiler::Limits limits;
    compiler::DiagnosticCollector diagnostics;
    CompileOutput output;
    output.files = compiler::load_folder(source_.path(), limits, diagnostics).files;
    compiler::SourceMap sources;
    for (const SourceFile& file : output.files) {
      sources.add(file.name, file.text);
    }
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
      if (sources.size() > 1) {
        console.out(fmt::format("{}# {}\n", i == 0 ? "" : "\n", sources.name(i)));
      }
      const compiler::ast::File tree = compiler::parse_file(sources, i, limits, diagnostics);
      console.out(stage_ == "ast" ? compiler::dump_ast(sources, tree, compiler::Places::kShow)
                                  : compiler::dump_tokens(sources, i));
    }
    output.diagnostics = diagnostics.take_sorted(limits.errors_per_file_max);
    console.err(render_text(output, console.color_err()));
    return output.has_errors() ? ExitCode::kFindings : ExitCode::kOk;
  }

  PolicySource source_;
  std::string stage_;
  bool sources_ = false;
};

}  // namespace

std::unique_ptr<Command> make_dump() {
  return std::make_unique<Dump>();
}

}  // namespace gate::cli
