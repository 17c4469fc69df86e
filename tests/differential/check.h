#pragma once

#include <gate/compile.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/differential/executors.h"
#include "tests/differential/set_text.h"

namespace gate::differential {

/// What a campaign came across: what was compared, how often, and how dull it was.
struct Statistics {
  std::size_t sets = 0;
  std::size_t policies = 0;
  std::size_t largest_set = 0;
  std::map<std::size_t, std::size_t> sizes;  ///< how many sets of how many policies
  std::size_t requests = 0;
  std::size_t with_many_groups = 0;
  std::size_t meanings = 0;  ///< policies held against the reading of their text
  std::size_t applied = 0;
  std::map<std::string, std::size_t> decisions;  ///< by executor
  std::map<std::string, std::size_t> verdicts;   ///< without reasons, by executor
  std::map<std::string, std::size_t> applied_lists;
  std::map<std::string, std::size_t> outcomes;
  std::map<std::string, std::size_t> reasons;
  std::map<std::string, std::size_t> relations;
  Features features;

  void add(const Decision& decision);
  [[nodiscard]] std::string text() const;
};

/// A difference. `kind` stays while the set is made smaller.
struct Difference {
  std::string kind;  ///< "compile", "meaning", "explain", or the name of an executor
  std::string text;
  std::size_t request = 0;
};

struct Check {
  Effort effort;
  const Planted* planted = nullptr;
  bool* planted_in = nullptr;        ///< whether the bug had a place
  Statistics* statistics = nullptr;  ///< or null
  std::size_t explain_every = 1;     ///< requests; explaining takes the longest
};

/// Compiles the set through the public interface and decides every request by every executor, in
/// both plans. The first difference, or an empty kind.
[[nodiscard]] Difference check(const SetText& set, const Layout& layout,
                               const std::vector<SignInFacts>& requests, const Check& how);

/// `gate::compile` as the fuzzer calls it everywhere.
[[nodiscard]] CompileOutput compile_text(std::vector<SourceFile> files, Backend backend);

}  // namespace gate::differential
