#include "tests/differential/executors.h"

#include <gate/compile.hpp>
#include <gate/evaluator.hpp>
#include <gate/policy_file.hpp>
#include <gate/request_json.hpp>

#include "compiler/lower/attach_native.h"
#include "compiler/lower/emit_kernel.h"
#include "compiler/lower/object_code.h"
#include "runtime/index/index.h"
#include "runtime/jit/linked_code.h"
#include "runtime/set/build.h"
#include "tests/differential/c_executors.h"
#include "tests/executor/tier.h"

namespace gate::differential {
namespace {

constexpr std::string_view kNames[] = {
    "row tables", "posting tables", "row code",    "posting code", "set",         "prepared",
    "evaluator",  "explain",        "JSON",        "gateset",      "gatec.so",    "gatec.so tables",
    "C",          "C bound",        "C evaluator", "C explain",    "planted code"};

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

/// The ways through PolicySet.
class OfSet final : public Executor {
 public:
  enum class Way : std::uint8_t { kEvaluate, kPrepared, kEvaluator, kExplain, kJson };
  OfSet(std::string_view name, std::shared_ptr<const PolicySet> set, Way way)
      : name_(name), set_(std::move(set)), way_(way), evaluator_(set_) {}
  std::string_view name() const override { return name_; }

  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const SignInView view(facts);
    const bool enforced = plan == Plan::kEnforced;
    switch (way_) {
      case Way::kEvaluate:
        return enforced ? set_->evaluate(view.request())
                        : set_->evaluate_report_only(view.request());
      case Way::kPrepared:
        return enforced ? std::optional(PreparedRequest(set_, view.request()).evaluate())
                        : std::nullopt;
      case Way::kEvaluator: {
        if (!enforced) {
          return std::nullopt;
        }
        Decision d = evaluator_.evaluate(view.request());
        const std::uint64_t generation = d.generation;
        d.generation = generation == 1 ? 0 : generation;
        return d;
      }
      case Way::kExplain: {
        const Explanation explained = set_->explain(view.request());
        return enforced ? explained.decision : explained.report_only;
      }
      case Way::kJson: {
        const auto again = parse_sign_in_json(to_json(facts));
        if (!again) {
          return std::nullopt;
        }
        const SignInView read(*again);
        return enforced ? set_->evaluate(read.request())
                        : set_->evaluate_report_only(read.request());
      }
    }
    return std::nullopt;
  }
  std::optional<std::vector<std::uint32_t>> applied(const SignInFacts& facts,
                                                    Plan plan) const override {
    if (way_ != Way::kExplain) {
      return std::nullopt;
    }
    return applied_by(set_->explain(SignInView(facts).request()), plan);
  }
  bool refuses(const SignInFacts& facts) const override {
    return way_ == Way::kJson && !parse_sign_in_json(to_json(facts));
  }

 private:
  std::string_view name_;
  std::shared_ptr<const PolicySet> set_;
  Way way_;
  Evaluator evaluator_;
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
    using Way = OfSet::Way;
    for (const auto& [name, way] : {std::pair{"set", Way::kEvaluate},
                                    {"prepared", Way::kPrepared},
                                    {"evaluator", Way::kEvaluator},
                                    {"explain", Way::kExplain},
                                    {"JSON", Way::kJson}}) {
      const auto set = is_wanted(name) ? set_for(name, effort_.code) : nullptr;
      if (set != nullptr) {
        out_.push_back(std::make_unique<OfSet>(name, set, way));
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
    out_.push_back(std::make_unique<OfSet>(name, *loaded, OfSet::Way::kEvaluate));
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
  return {std::begin(kNames), std::end(kNames) - 1};
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
