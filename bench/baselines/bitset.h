#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "bench/baselines/answer.h"

namespace gate::bench {

/// The evaluator of somebody who has thought about it: one row of bits over the policies for every
/// value that a policy may ask for. A decision is OR of the rows that a sign-in has, AND between
/// the kinds of conditions; what is left is tested one by one. Rows with few bits are kept as
/// lists. No allocation once `Scratch` and `Answer` have grown.
class BitsetEvaluator {
 public:
  /// Keeps a reference: `policies` must outlive the evaluator. Cost linear in the policies.
  explicit BitsetEvaluator(const std::vector<Policy>& policies);

  struct Scratch {
    std::vector<std::uint64_t> users, targets, places, refused;
  };
  void evaluate(const BoundSignIn& sign_in, Scratch& scratch, Answer& answer) const;

  /// Bytes of all rows, the policies themselves not counted.
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Words = std::vector<std::uint64_t>;
  using Row = std::vector<std::uint32_t>;
  /// Rows by number of a user, a group, an app …
  struct Rows {
    std::unordered_map<Id, Row> lists;
    std::unordered_map<Id, Words> dense;
    void add(Id id, std::size_t policy) { lists[id].push_back(static_cast<std::uint32_t>(policy)); }
    void settle(std::size_t words);
    void add_to(Id id, Words& bits) const;
    [[nodiscard]] std::size_t bytes() const;
  };
  struct Side {
    Rows users, groups, roles, kinds, members[3], app_groups, places;
    Words everybody, every_app, anywhere;
  };
  static constexpr std::size_t kMasks = 7;

  void add(const Policy& policy, std::size_t index);
  void add(Side& side, const Principals& who, const Targets& targets, TargetKind kind,
           const std::vector<Id>& places, std::size_t index);
  void gather(const Side& side, const BoundSignIn& sign_in, Words& users, Words& targets,
              Words& places) const;

  const std::vector<Policy>& policies_;
  std::size_t words_ = 0;
  Side include_, exclude_;
  Words on_, residual_;
  Words masks_[kMasks][8];
  Words kinds_of_target_[3];
};

}  // namespace gate::bench
