#pragma once

#include <map>
#include <utility>
#include <vector>

#include "runtime/index/postings.h"

namespace gate::index {

/// Lays the lists of a Postings out.
class PostingsBuilder {
 public:
  PostingsBuilder(const ir::Program& program, const Features& features,
                  const Conditions& conditions, Postings& out)
      : program_(program), features_(features), conditions_(conditions), out_(out) {}
  void build();

 private:
  using Keys = std::vector<std::uint32_t>;
  /// Policies with more pairs than this stand under one half only.
  static constexpr std::size_t kPairsMax = 16;
  static_assert(ir::kPoliciesMax * kPairsMax <= Postings::kEntriesMax);
  struct Placed {
    std::uint64_t pair = 0;
    Postings::Entry entry;
  };

  void add(std::uint32_t policy);
  [[nodiscard]] Keys keys_of(const ir::PrincipalSet& set) const;
  [[nodiscard]] Keys keys_of(const ir::TargetSet& set) const;
  [[nodiscard]] Keys anchors(const ir::PrincipalSet& set) const;
  [[nodiscard]] Keys anchors_of_targets(const ir::Policy& policy) const;
  /// What the lists of a policy do not settle: Entry::check.
  void add_check(const ir::Policy& policy, const Keys& included_principals,
                 const Keys& included_targets, std::uint32_t residual, Postings::Entry& entry);
  void number_excluded();
  void lay_out_lists();
  [[nodiscard]] Postings::Pair list_of(std::uint32_t first, std::uint32_t count);
  void index_pairs();
  void give_room_back();

  const ir::Program& program_;
  const Features& features_;
  const Conditions& conditions_;
  Postings& out_;
  std::vector<Placed> placed_;
  std::vector<Postings::Pair> lists_;
  std::map<Keys, std::uint32_t> check_ids_;
};

}  // namespace gate::index
