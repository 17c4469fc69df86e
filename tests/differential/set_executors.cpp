#include "tests/differential/set_executors.h"

#include <gate/evaluator.hpp>
#include <gate/request_json.hpp>

#include "tests/property/entry_points.h"

namespace gate::differential {
namespace {

class OfSet : public Executor {
 public:
  OfSet(std::string_view name, std::shared_ptr<const PolicySet> set)
      : name_(name), set_(std::move(set)) {}
  std::string_view name() const override { return name_; }
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const SignInView view(facts);
    return plan == Plan::kEnforced ? set_->evaluate(view.request())
                                   : set_->evaluate_report_only(view.request());
  }

 protected:
  [[nodiscard]] const std::shared_ptr<const PolicySet>& set() const { return set_; }

 private:
  std::string_view name_;
  std::shared_ptr<const PolicySet> set_;
};

/// One of the ways of tests/property/entry_points.h.
class OfEntryPoint final : public OfSet {
 public:
  OfEntryPoint(const property::EntryPoint& entry, std::shared_ptr<const PolicySet> set)
      : OfSet(entry.name, std::move(set)), entry_(entry) {}
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const auto answer = ask(facts, plan);
    return answer ? answer->whole : std::nullopt;
  }
  std::optional<Verdict> verdict(const SignInFacts& facts, Plan plan) const override {
    const auto answer = ask(facts, plan);
    return answer ? answer->verdict : std::nullopt;
  }
  bool refuses(const SignInFacts& facts) const override {
    return !ask(facts, Plan::kEnforced).has_value();
  }

 private:
  [[nodiscard]] std::optional<property::Answer> ask(const SignInFacts& facts, Plan plan) const {
    return plan == Plan::kEnforced ? entry_.ask(set(), SignInView(facts).request()) : std::nullopt;
  }
  const property::EntryPoint& entry_;
};

class OfEvaluator final : public OfSet {
 public:
  OfEvaluator(std::string_view name, std::shared_ptr<const PolicySet> set)
      : OfSet(name, set), evaluator_(std::move(set)) {}
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced) {
      return std::nullopt;
    }
    Decision d = evaluator_.evaluate(SignInView(facts).request());
    d.generation = d.generation == 1 ? 0 : d.generation;
    return d;
  }

 private:
  Evaluator evaluator_;
};

class Explained final : public OfSet {
 public:
  using OfSet::OfSet;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const Explanation e = set()->explain(SignInView(facts).request());
    return plan == Plan::kEnforced ? e.decision : e.report_only;
  }
  std::optional<std::vector<AppliedPolicy>> applied(const SignInFacts& facts) const override {
    const SignInView view(facts);
    const Explanation e = set()->explain(view.request(), ExplainScope::kAppliedInWords);
    bool same = e.policies.size() == e.applied.size();
    for (std::size_t i = 0; same && i < e.applied.size(); ++i) {
      same = e.policies[i].policy == e.applied[i].policy && e.policies[i].applies &&
             e.policies[i].satisfied == e.applied[i].satisfied &&
             e.policies[i].outcome == e.applied[i].outcome;
    }
    // Words that contradict the numbers: a list that matches none of them.
    return same ? e.applied : std::vector<AppliedPolicy>(1);
  }
};

class Json final : public OfSet {
 public:
  using OfSet::OfSet;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    const auto again = parse_sign_in_json(to_json(facts));
    return again ? OfSet::decide(*again, plan) : std::nullopt;
  }
  bool refuses(const SignInFacts& facts) const override {
    return !parse_sign_in_json(to_json(facts));
  }
};

}  // namespace

std::vector<std::string_view> set_executor_names() {
  std::vector<std::string_view> out = {"set", "evaluator", "explain", "JSON"};
  for (const property::EntryPoint& entry : property::entry_points()) {
    out.push_back(entry.name);
  }
  return out;
}

std::unique_ptr<Executor> make_set_executor(std::string_view name,
                                            std::shared_ptr<const PolicySet> set) {
  for (const property::EntryPoint& entry : property::entry_points()) {
    if (entry.name == name) {
      return std::make_unique<OfEntryPoint>(entry, std::move(set));
    }
  }
  if (name == "evaluator") {
    return std::make_unique<OfEvaluator>(name, std::move(set));
  }
  if (name == "explain") {
    return std::make_unique<Explained>(name, std::move(set));
  }
  if (name == "JSON") {
    return std::make_unique<Json>(name, std::move(set));
  }
  return std::make_unique<OfSet>(name, std::move(set));
}

}  // namespace gate::differential
