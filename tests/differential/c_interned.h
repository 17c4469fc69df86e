#pragma once

#include <gate/gate.h>

#include <cstdint>
#include <vector>

namespace gate::differential {

/// A gate_request in the numbers of a set, with the arrays that it points into. The request must
/// outlive it.
class CInterned {
 public:
  CInterned(const gate_policy_set* set, const gate_request& from);
  CInterned(const CInterned&) = delete;
  CInterned& operator=(const CInterned&) = delete;
  /// False: the set has no number for the place.
  [[nodiscard]] bool has_place() const { return has_place_; }
  [[nodiscard]] const gate_interned_request& get() const { return r_; }

 private:
  void copy_values(const gate_request& from);
  void number_facts(const gate_policy_set* set, const gate_request& from);

  gate_interned_request r_ = gate_interned_request_new();
  bool has_place_ = false;
  std::vector<std::uint32_t> groups_, roles_, app_groups_;
  std::vector<gate_interned_control> satisfied_;
  std::vector<gate_interned_string> strings_;
  std::vector<gate_interned_list> lists_;
  std::vector<gate_interned_signal> signals_;
};

}  // namespace gate::differential
