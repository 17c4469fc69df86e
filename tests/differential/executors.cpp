#include "tests/differential/executors.h"

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

/// Tables of one layout, with or without code.
class OfIndex final : public Executor {
 public:
  OfIndex(std::string_view name, const ir::Program& right, ir::Program program,
          index::Layout layout)
      : name_(name),
        right_(right),
        program_(std::move(program)),
        decisions_(right_),
        index_(program_, decisions_, layout) {}
  std::string_view name() const override { return name_; }
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    return index_.decide(SignInView(facts).request(), plan);
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
    add_index("row tables", index::Layout::kRows, false);
    add_index("posting tables", index::Layout::kPostings, false);
    if (effort_.code) {
      add_index("row code", index::Layout::kRows, true);
      add_index("posting code", index::Layout::kPostings, true);
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

  void add_index(std::string_view name, index::Layout layout, bool code) {
    const bool too_many = program_.policies.size() > index::Rows::kPoliciesMax;
    if (!is_wanted(name) || (layout == index::Layout::kRows && too_many)) {
      return;
    }
    auto made = std::make_unique<OfIndex>(name, program_, program_for(name), layout);
    if ((made->index().rows() != nullptr) != (layout == index::Layout::kRows)) {
      complain(name, "another layout decides");
    }
    if (code) {
      auto compiled = lower::compile_native(made->index());
      if (!compiled) {
        complain(name, compiled.error().message);
        return;
      }
      if (*compiled != nullptr) {
        made->code = std::move(*compiled);
        made->index().attach(made->code->entries());
      }
      expect(name, executor::machine_code_answers(made->index()));
    } else {
      expect(name, executor::tables_answer(made->index()));
    }
    out_.push_back(std::move(made));
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
    const bool has_code = index::plan_for(*set->state().index).has_value();
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
    auto made = std::make_unique<OfIndex>("planted code", program_, program_, index::Layout::kRows);
    auto plan = lower::plan_for(made->index());
    if (!plan || made->index().rows() == nullptr || !planted_->shapes->plant(plan->shapes)) {
      return;
    }
    const lower::KernelNames names{"wrong_rows", "wrong_residual"};
    const auto object = lower::compile_object(*plan, names, lower::Cpu::kHost);
    if (!object) {
      complain("planted code", object.error().message);
      return;
    }
    auto code = jit::link(object.value(), {names.rows, names.residual});
    if (!code) {
      complain("planted code", code.error().message);
      return;
    }
    made->linked = std::move(*code);
    made->index().attach({reinterpret_cast<abi::RowKernel>(made->linked->address(0)),
                          reinterpret_cast<abi::ResidualKernel>(made->linked->address(1))});
    planted_in_ = true;
    out_.push_back(std::move(made));
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
  std::vector<std::string_view> out = {"row tables",     "posting tables", "row code",
                                       "posting code",   "gateset",        "gatec.so",
                                       "gatec.so tables"};
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
