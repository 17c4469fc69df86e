#include "tests/differential/set_executors.h"

#include <gate/evaluator.hpp>
#include <gate/request_json.hpp>

namespace gate::differential {
namespace {

/// What no executor says: for answers of one executor that contradict each other.
Decision contradiction() {
  Decision out;
  out.error_code = 1;
  return out;
}

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

class Prepared final : public OfSet {
 public:
  using OfSet::OfSet;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced) {
      return std::nullopt;
    }
    const SignInView view(facts);
    return PreparedRequest(set(), view.request()).evaluate();
  }
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
    // Words that contradict the numbers: a list that nobody has.
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

/// The request in the middle of others and once more at their end: a batch must not mix them up.
class Batch final : public OfSet {
 public:
  using OfSet::OfSet;
  std::optional<Decision> decide(const SignInFacts& facts, Plan plan) const override {
    if (plan != Plan::kEnforced) {
      return std::nullopt;
    }
    SignInFacts other = facts;
    other.groups.clear();
    other.sign_in_risk = Risk::kHigh;
    other.target = "another target";
    const SignInView view(facts);
    const SignInView other_view(other);
    std::vector<SignInRequest> requests(kRequests, other_view.request());
    requests[0] = SignInRequest{};
    requests[kHere] = requests.back() = view.request();
    std::vector<Decision> decisions(requests.size());
    set()->evaluate_batch(requests, decisions);
    const bool right = decisions.back() == decisions[kHere] &&
                       decisions[0] == set()->evaluate(requests[0]) &&
                       decisions[kHere + 1] == set()->evaluate(requests[kHere + 1]);
    return right ? decisions[kHere] : contradiction();
  }

 private:
  static constexpr std::size_t kRequests = 21;
  static constexpr std::size_t kHere = 9;
};

}  // namespace

std::vector<std::string_view> set_executor_names() {
  return {"set", "prepared", "evaluator", "explain", "JSON", "batch"};
}

std::unique_ptr<Executor> make_set_executor(std::string_view name,
                                            std::shared_ptr<const PolicySet> set) {
  if (name == "prepared") {
    return std::make_unique<Prepared>(name, std::move(set));
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
  if (name == "batch") {
    return std::make_unique<Batch>(name, std::move(set));
  }
  return std::make_unique<OfSet>(name, std::move(set));
}

}  // namespace gate::differential
