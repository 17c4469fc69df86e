#include "tests/differential/executors.h"

#include <atomic>
#include <gate/compile.hpp>
#include <gate/policy_file.hpp>

#include "compiler/lower/attach_native.h"
#include "compiler/lower/emit_kernel.h"
#include "compiler/lower/object_code.h"
#include "runtime/index/index.h"
#include "runtime/jit/linked_code.h"
#include "runtime/set/build.h"
#include "tests/differential/c_executors.h"
#include "tests/differential/set_executors.h"
#include "tests/executor/tier.h"

namespace gate::differential {
namespace {

/// Row or posting tables, and what may be done without.
struct Way {
  std::string_view name;
  index::Options options;
  std::optional<lower::Cpu> code = std::nullopt;  ///< machine code, and for which processor
};
const std::vector<Way>& ways() {
  static const std::vector<Way> kWays = {
      {"row tables", {.layout = index::Layout::kRows}},
      {"row tables, scalar", {.layout = index::Layout::kRows, .wide = false}},
      {"row tables, no early stop", {.layout = index::Layout::kRows, .early_stop = false}},
      {"posting tables", {.layout = index::Layout::kPostings}},
      {"posting tables, no early stop", {.layout = index::Layout::kPostings, .early_stop = false}},
      {"row code", {.layout = index::Layout::kRows}, lower::Cpu::kHost},
      {"row code, any processor", {.layout = index::Layout::kRows}, lower::Cpu::kGeneric},
      {"row code, no early stop",
       {.layout = index::Layout::kRows, .early_stop = false},
       lower::Cpu::kHost},
      {"posting code", {.layout = index::Layout::kPostings}, lower::Cpu::kHost},
      {"posting code, no early stop",
       {.layout = index::Layout::kPostings, .early_stop = false},
       lower::Cpu::kHost},
  };
  return kWays;
}

/// Tables of one layout, with or without code.
class OfIndex final : public Executor {
 public:
  OfIndex(std::string_view name, const ir::Program& right, ir::Program program,
          const index::Options& options)
      : name_(name),
        right_(right),
        program_(std::move(program)),
        decisions_(right_),
        index_(program_, decisions_, options) {}
  std::string_view name() const override { return name_; }
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    return index_.decide(SignInView(facts).request(), plan);
  }
  std::optional<Verdict> verdict(const SignInFacts& facts, Plan plan) const override {
    Verdict out;
    index_.decide(SignInView(facts).request(), nullptr, plan, out);
    return out;
  }
  index::Index& index() { return index_; }
  std::unique_ptr<CompiledCode> code;
  std::shared_ptr<const jit::LinkedCode> linked;

 private:
  std::string_view name_;
  ir::Program right_;
  ir::Program program_;
  DecisionTables decisions_;
  index::Index index_;
};

class Maker {
 public:
  Maker(const ir::Program& program, const Effort& effort, const Planted* planted, bool& planted_in,
        std::string& problem)
      : program_(program),
        effort_(effort),
        planted_(planted),
        planted_in_(planted_in),
        problem_(problem) {}

  Executors run() {
    for (const Way& way : ways()) {
      add_index(way);
    }
    for (const std::string_view name : set_executor_names()) {
      const auto set = is_wanted(name) ? set_for(name, effort_.code) : nullptr;
      if (set != nullptr) {
        out_.push_back(make_set_executor(name, set));
      }
    }
    if (effort_.files) {
      add_file("gateset", false, true);
      if (effort_.code) {
        add_file("gatec.so", true, true);
        add_file("gatec.so tables", true, false);
      }
    }
    add_c();
    if (planted_ != nullptr && planted_->shapes != nullptr) {
      add_planted_code();
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_wanted(std::string_view name) const {
    return effort_.only.empty() || effort_.only == name;
  }
  void complain(std::string_view name, std::string_view what) {
    problem_ += std::string(name) + ": " + std::string(what) + "\n";
  }
  void expect(std::string_view name, const ::testing::AssertionResult& result) {
    if (!result) {
      complain(name, result.message());
    }
  }

  /// The program that an executor is made from.
  ir::Program program_for(std::string_view name) {
    ir::Program out = program_;
    if (planted_ != nullptr && planted_->program != nullptr && planted_->executor == name) {
      planted_in_ = planted_->program->plant(out);
    }
    return out;
  }

  void add_index(const Way& way) {
    const bool rows = way.options.layout == index::Layout::kRows;
    const bool too_many = rows && program_.policies.size() > index::Rows::kPoliciesMax;
    if (!is_wanted(way.name) || too_many || (way.code && !effort_.code)) {
      return;
    }
    auto made = std::make_unique<OfIndex>(way.name, program_, program_for(way.name), way.options);
    if ((made->index().rows() != nullptr) != rows) {
      complain(way.name, "another layout decides");
    }
    if (rows &&
        made->index().rows()->is_wide() != (way.options.wide && index::Rows::can_be_wide())) {
      complain(way.name, "the other kernel decides");
    }
    if (!way.code) {
      expect(way.name, executor::tables_answer(made->index()));
    } else if (give_code(way, *made)) {
      expect(way.name, executor::machine_code_answers(made->index()));
    } else {
      return;
    }
    out_.push_back(std::move(made));
  }

  bool give_code(const Way& way, OfIndex& made) {
    if (*way.code == lower::Cpu::kGeneric) {
      auto plan = lower::plan_for(made.index());
      return !plan || link_code(way.name, *plan, *way.code, made);
    }
    auto compiled = lower::compile_native(made.index());
    if (!compiled) {
      complain(way.name, compiled.error().message);
      return false;
    }
    if (*compiled != nullptr) {
      made.code = std::move(*compiled);
      made.index().attach(made.code->entries());
    }
    return true;
  }

  /// Code that no other set shares.
  bool link_code(std::string_view name, const index::KernelPlan& plan, lower::Cpu cpu,
                 OfIndex& made) {
    static std::atomic<std::uint64_t> number = 0;  // names of linked code must differ
    const std::string suffix = std::to_string(++number);
    const lower::KernelNames names{"own_rows_" + suffix, "own_residual_" + suffix};
    const auto object = lower::compile_object(plan, names, cpu);
    if (!object) {
      complain(name, object.error().message);
      return false;
    }
    auto code = jit::link(object.value(), {names.rows, names.residual});
    if (!code) {
      complain(name, code.error().message);
      return false;
    }
    made.linked = std::move(*code);
    made.index().attach({reinterpret_cast<abi::RowKernel>(made.linked->address(0)),
                         reinterpret_cast<abi::ResidualKernel>(made.linked->address(1))});
    return true;
  }

  std::shared_ptr<const PolicySet> set_for(std::string_view name, bool code) {
    const bool wrong = planted_ != nullptr && planted_->executor == name;
    auto& shared = code ? with_code_ : with_tables_;
    if (!wrong && shared != nullptr) {
      return shared;
    }
    auto built = build_policy_set(program_for(name));
    if (!built) {
      complain(name, built.error().message);
      return nullptr;
    }
    if (code) {
      if (const auto attached = lower::attach_native(**built); !attached) {
        complain(name, attached.error().message);
      }
    }
    expect(name, code ? executor::machine_code_answers(**built) : executor::tables_answer(**built));
    std::shared_ptr<const PolicySet> set = std::move(*built);
    if (!wrong) {
      shared = set;
    }
    return set;
  }

  std::string file_of(std::string_view name, bool native) {
    const auto set = set_for(name, false);
    if (set == nullptr) {
      return {};
    }
    const auto file = native ? build_native_policy_set(*set) : save_policy_set(*set);
    if (!file) {
      complain(name, file.error().message);
      return {};
    }
    const bool is_elf = file->starts_with(
        "\x7F"
        "ELF");
    const bool has_code = index::plan_for(*internal::state_of(*set).index).has_value();
    if (native && is_elf != has_code) {
      complain(name, "the file has no code, or has some and should not");
    }
    return *file;
  }

  void add_file(std::string_view name, bool native, bool run_code) {
    const std::string bytes = is_wanted(name) ? file_of(name, native) : std::string();
    if (bytes.empty()) {
      return;
    }
    LoadOptions options;
    options.run_unsigned_code = run_code;
    const auto loaded = load_policy_set(bytes, options);
    if (!loaded) {
      complain(name, loaded.error().message);
      return;
    }
    expect(name, native && run_code ? executor::machine_code_answers(**loaded)
                                    : executor::tables_answer(**loaded));
    out_.push_back(make_set_executor(name, *loaded));
  }

  void add_c() {
    for (const std::string_view name : c_executor_names()) {
      if (!is_wanted(name)) {
        continue;
      }
      const auto set = set_for(name, false);
      const auto file = set == nullptr ? Result<std::string>(Error{}) : save_policy_set(*set);
      auto made = file ? make_c_executor(name, *file) : nullptr;
      if (made == nullptr) {
        complain(name, "the C interface does not load what was saved");
      } else {
        out_.push_back(std::move(made));
      }
    }
  }

  /// Row code from a wrong plan for right tables.
  void add_planted_code() {
    constexpr std::string_view kName = "planted code";
    auto made = std::make_unique<OfIndex>(kName, program_, program_,
                                          index::Options{.layout = index::Layout::kRows});
    auto plan = lower::plan_for(made->index());
    if (plan && made->index().rows() != nullptr && planted_->shapes->plant(plan->shapes) &&
        link_code(kName, *plan, lower::Cpu::kHost, *made)) {
      planted_in_ = true;
      out_.push_back(std::move(made));
    }
  }

  const ir::Program& program_;
  const Effort& effort_;
  const Planted* planted_;
  bool& planted_in_;
  std::string& problem_;
  std::shared_ptr<const PolicySet> with_code_;
  std::shared_ptr<const PolicySet> with_tables_;
  Executors out_;
};

}  // namespace

Executors make_executors(const ir::Program& program, const Effort& effort, const Planted* planted,
                         bool& planted_in, std::string& problem) {
  return Maker(program, effort, planted, planted_in, problem).run();
}

std::vector<std::string_view> executor_names() {
  std::vector<std::string_view> out = {"gateset", "gatec.so", "gatec.so tables"};
  for (const Way& way : ways()) {
    out.push_back(way.name);
  }
  for (const auto& more : {set_executor_names(), c_executor_names()}) {
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::vector<std::uint32_t> applied_by(const Explanation& explanation, Plan plan) {
  std::vector<std::uint32_t> out;
  for (const AppliedPolicy& each : explanation.applied) {
    if (each.state == PolicyState::kOn || plan == Plan::kReportOnly) {
      out.push_back(each.policy);
    }
  }
  return out;
}

}  // namespace gate::differential
