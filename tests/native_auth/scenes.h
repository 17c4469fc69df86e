#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/native_auth/shot.h"

/// Every step of every flow, each with the request that a client sends there. Tests of what holds
/// for all requests go through them, so that a new endpoint is covered once its step is listed here
/// (BadInput.EveryEndpointAndEveryParameterHasAScene).
namespace gate::server::testing_support {

struct Scene {
  enum class Policy { kOne, kTwo };  ///< how many factors it demands
  Policy policy;
  const char* name;
  Shot (*stage)(TestServer&);
  const char* member;  ///< that the answer has when it is the right one
  enum class Repeat {
    kSame,     ///< the same bytes get the same answer (T4)
    kAnew,     ///< begins a flow, and another one when it is sent again
    kRenewal,  ///< the same successor, with tokens that are signed anew (E3)
  };
  Repeat repeat = Repeat::kSame;
  /// What else the continuation token of this step may be used for, as `Scene::use`.
  std::vector<std::string> also{};

  /// Brings a flow to the step; the request that comes next.
  [[nodiscard]] Shot begin(TestServer& server) const;
  void set_policy(TestServer& server) const;
  /// The endpoint and, where there is one, the grant: `/oauth2/v2.0/token oob`.
  [[nodiscard]] static std::string use(const Shot& shot);
};

/// Requests that are right, at each step.
[[nodiscard]] const std::vector<Scene>& scenes();
/// Requests that are wrong and counted, or rejected and not counted: wrong codes and passwords,
/// passwords and attributes that break a rule.
[[nodiscard]] const std::vector<Scene>& scenes_of_failures();

}  // namespace gate::server::testing_support
