#include "compiler/driver/analyse_set.h"

#include <string>
#include <string_view>
#include <utility>

#include "compiler/driver/policy_trees.h"
#include "compiler/lint/checks.h"
#include "compiler/sema/analyse.h"
#include "compiler/sema/test_blocks.h"
#include "compiler/sema/unused.h"

namespace gate::compiler {
namespace {

/// Takes every policy through the analysis.
class PolicyWalk {
 public:
  PolicyWalk(SetFiles& set, sema::SetAnalysis& analysis, SetCache* cache, bool reuse,
             DiagnosticCollector& diagnostics)
      : set_(&set),
        analysis_(&analysis),
        cache_(cache),
        reuse_(reuse),
        diagnostics_(&diagnostics),
        trees_(set.reader(), set.second_reader(), jobs()),
        fragments_(set.trees().size()) {}

  void run() {
    for (std::uint32_t file = 0; file < set_->trees().size(); ++file) {
      const std::size_t count = set_->policies(file).size();
      damaged_ = 0;
      for (std::size_t i = 0; i < count && !analysis_->full(); ++i) {
        policy(file, i);
      }
    }
  }
  [[nodiscard]] std::vector<Fragments> take_fragments() { return std::move(fragments_); }

 private:
  [[nodiscard]] std::string_view known(std::uint32_t file, std::size_t policy) {
    const std::string_view fragment = reuse_ ? set_->known(file, policy) : std::string_view();
    return fragment.empty() || !analysis_->holds(fragment) ? std::string_view() : fragment;
  }

  /// The policies that nothing is known of, in order.
  std::vector<PolicyJob> jobs() {
    std::vector<PolicyJob> out;
    for (std::uint32_t file = 0; file < set_->trees().size(); ++file) {
      const std::vector<PolicyPlace>& policies = set_->policies(file);
      for (std::size_t i = 0; i < policies.size(); ++i) {
        if (known(file, i).empty()) {
          out.push_back({file, &policies[i]});
        }
      }
    }
    if (cache_ != nullptr) {
      cache_->statistics.policies_lowered = out.size();
    }
    return out;
  }

  void policy(std::uint32_t file, std::size_t index) {
    const PolicyPlace& place = set_->policies(file)[index];
    const std::string_view fragment = known(file, index);
    PolicyTrees::Parsed parsed;
    if (fragment.empty()) {
      parsed = trees_.next();
    } else if (analysis_->add_known(fragment, Span{file, place.begin, place.end}, place.line)) {
      fragments_[file].add(fragment);
      cache_->statistics.declarations_reused += set_->changed(file) ? 1 : 0;
      return;
    } else {
      parsed.tree = set_->reader().policy(file, place, parsed.diagnostics);
    }
    const std::size_t reported = diagnostics_->size();
    if (parsed.tree) {
      diagnostics_->append(std::move(parsed.diagnostics));
    } else if (++damaged_ > kDamagedMax) {
      fragments_[file].add({});
      return;
    } else {
      parsed.tree =
          set_->reader().damaged_policy(file, place, set_->explained(file), *diagnostics_);
    }
    const auto made = analysis_->add(*std::move(parsed.tree), place.line, reported);
    fragments_[file].add(made.value_or(std::string()));
  }

  /// A file with more policies that cannot be parsed is no policy file: no more is said of them.
  static constexpr std::size_t kDamagedMax = 1'000;

  SetFiles* set_;
  sema::SetAnalysis* analysis_;
  SetCache* cache_;
  bool reuse_;
  DiagnosticCollector* diagnostics_;
  PolicyTrees trees_;
  std::vector<Fragments> fragments_;  // by file
  std::size_t damaged_ = 0;           // policies of the file
};

}  // namespace

AnalysedSet analyse_set(SetFiles& set, const CompileOptions& options, const Limits& limits,
                        SetCache* cache, std::span<const FileStamp> stamps,
                        DiagnosticCollector& diagnostics) {
  sema::SetAnalysis analysis(set.trees(), set.incomplete(), set.sources(), options, limits,
                             cache != nullptr ? &cache->tables : nullptr, diagnostics);
  // The checks of lints read the trees of all policies.
  const bool reuse = cache != nullptr && cache->stamp == analysis.stamp() && !options.lints;
  PolicyWalk walk(set, analysis, cache, reuse, diagnostics);
  walk.run();
  AnalysedSet out;
  out.program = analysis.finish();
  if (out.program) {
    lint::check_lockout(*out.program, analysis.policy_names(), diagnostics);
  }
  if (options.lints && out.program) {
    const auto policies = analysis.policies();
    lint::run_checks({*out.program, policies, set.trees(), analysis.symbols(), set.sources()},
                     diagnostics);
  }
  if (options.keep_test_blocks) {
    out.tests = sema::resolve_tests(set.trees(), set.sources(), analysis.symbols(),
                                    out.program ? &*out.program : nullptr, diagnostics);
    if (!diagnostics.has_errors()) {
      // Without the tests, what only they use would look unused.
      sema::report_unused(set.trees(), set.sources(), analysis.symbols(), diagnostics);
    }
  }
  set.keep(walk.take_fragments(), analysis.stamp(), stamps);
  return out;
}

}  // namespace gate::compiler
