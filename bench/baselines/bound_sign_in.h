#pragma once

#include <cstdint>
#include <gate/request.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/workload/model.h"

namespace gate::bench {

/// A sign-in with its names turned into numbers: what the baselines decide from. As cheap to
/// compare with as we could make it, so that the baselines are not slow by neglect.
struct BoundSignIn {
  static constexpr Id kNobody = 0xFFFFFFFF;
  Id user = kNobody;
  std::vector<Id> groups;     ///< sorted
  std::uint32_t roles = 0;    ///< bits of role numbers
  std::uint8_t kind = 0;      ///< UserKind
  std::uint8_t platform = 0;  ///< and so on: numbers of enumerators
  std::uint8_t client = 0;
  std::uint8_t sign_in_risk = 0;
  std::uint8_t user_risk = 0;
  std::uint8_t transfer = 0;
  std::uint8_t trust = 0;
  bool compliant = false;  ///< registered and compliant
  bool reported_lost = false;
  bool has_model = false;
  bool has_amount = false;
  bool new_payee = false;
  bool can_prompt = true;
  bool terms = false;
  TargetKind target_kind = TargetKind::kApp;
  Id target = kNobody;
  std::uint8_t app_groups = 0;  ///< bits of app group numbers
  std::vector<Id> places;       ///< sorted
  std::string model;            ///< lower case
  std::int64_t amount = 0;
  std::int64_t failures = 0;
  std::uint32_t done = 0;      ///< bits of Method
  std::uint16_t vouched = 0;   ///< bits of ControlKind
  std::uint64_t oldest_s = 0;  ///< age of the oldest factor
};

/// Turns names into numbers by hash tables made once per workload.
class Binder {
 public:
  /// Copies what it needs of `workload`.
  explicit Binder(const Workload& workload);
  /// Fills `out`, whose memory is used again: no allocation once its vectors have grown.
  void bind(const SignInRequest& request, BoundSignIn& out) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Table = std::unordered_map<std::string, Id, Hash, std::equal_to<>>;
  static Id find(const Table& table, std::string_view text);
  void bind_session(const SignInRequest& request, BoundSignIn& out) const;

  Table users_, groups_, roles_, apps_, app_groups_, actions_, contexts_;
  std::vector<Location> places_;
};

}  // namespace gate::bench
