#pragma once

#include <gate/policy_set.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/graph/import.h"
#include "compiler/graph/sign_in.h"
#include "tests/graph/oracle/oracle.h"

/// A policy set made by import, beside the independent reading of the same Graph JSON: what one
/// says, in the words of the other.
namespace graph_corpus {

namespace json = boost::json;

using ClauseSet = std::set<std::set<std::string>>;

/// What either side says of a sign-in, in Graph's words.
struct Verdict {
  std::string outcome;
  std::set<std::size_t> applied;  ///< enabled policies, by their number in the JSON array
  ClauseSet required;
  ClauseSet unmet;  ///< without "reauthenticate"; empty for a block
  bool reauthenticate = false;
  int error_code = 0;  ///< of a block
  graph_oracle::Session session;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
[[nodiscard]] std::string to_text(const Verdict& verdict);

class ImportedSet {
 public:
  /// Imports and compiles; fails the running test with every diagnostic when that does not work.
  ImportedSet(const json::value& policies, const json::value& locations,
              const json::value& app_groups,
              gate::graph::TenantKind tenant = gate::graph::TenantKind::kWorkforce);

  [[nodiscard]] bool ready() const { return interpreted_ && native_; }
  [[nodiscard]] const gate::PolicySet& interpreted() const { return *interpreted_; }
  /// Decides by machine code.
  [[nodiscard]] const gate::PolicySet& native() const { return *native_; }

  /// The sign-in as the policy engine takes it; fails the running test when it is malformed.
  [[nodiscard]] gate::SignInFacts facts(const json::value& sign_in) const;
  /// What the engine says: by explain(), so that the policies are named. Fails the running test
  /// when `set` is answered for by another executor than it was built for.
  [[nodiscard]] Verdict verdict(const gate::PolicySet& set, const gate::SignInFacts& facts) const;
  /// What the independent reading says.
  [[nodiscard]] Verdict oracle(const json::value& sign_in) const;
  /// The number in the JSON array of a policy of the set.
  [[nodiscard]] std::size_t number_of(std::size_t policy) const { return numbers_.at(policy); }

 private:
  [[nodiscard]] ClauseSet clauses(const gate::PolicySet& set, const gate::ClauseSet& some) const;
  [[nodiscard]] std::string control(std::string_view text) const;

  json::value policies_;
  json::value locations_;
  json::value app_groups_;
  json::value strengths_;  // those that the policies spell out
  gate::graph::AppGroups groups_;
  std::vector<std::size_t> numbers_;
  std::map<std::string, std::string> strength_ids_;  // name in the set → id
  std::shared_ptr<const gate::PolicySet> interpreted_;
  std::shared_ptr<const gate::PolicySet> native_;
};

}  // namespace graph_corpus
