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
  struct Entry {
    std::uint64_t pair = 0;
    Postings::Ref ref;
  };

  void add(std::uint32_t policy);
  [[nodiscard]] Keys keys_of(const ir::PrincipalSet& set) const;
  [[nodiscard]] Keys keys_of(const ir::TargetSet& set) const;
  [[nodiscard]] Keys anchors(const ir::PrincipalSet& set) const;
  [[nodiscard]] Keys anchors(const ir::TargetSet& set) const;
  std::uint32_t check_for(const ir::Policy& policy, const Keys& included_principals,
                          const Keys& included_targets, std::uint32_t residual);
  void lay_out_lists();
  void add_masks(Postings::List& list);
  void index_pairs();
  void give_room_back();

  const ir::Program& program_;
  const Features& features_;
  const Conditions& conditions_;
  Postings& out_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> pair_of_list_;
  std::map<Keys, std::uint32_t> check_ids_;
};

}  // namespace gate::index
