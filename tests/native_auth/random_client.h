#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/native_auth/factor_ledger.h"

namespace gate::server::testing_support {

/// What the policies demand of everyone; the payment API and the context c1 demand two factors of
/// everyone always.
enum class Demanded { kOne, kTwo, kBlock };

/// A client that holds many flows at once, of several users, clients and tenants. In half of its
/// requests it sends what a well-behaved client sends next. In the others it sends anything: any
/// endpoint, any continuation token that it ever saw, codes and passwords of any flow and user. All
/// that it sends, and all that comes back, goes to a `FactorLedger`.
class RandomClient {
 public:
  /// Replaces what a faulty server decides; empty: nothing.
  using Fault = std::function<std::optional<PolicyVerdict>(const SignInFacts&, Demanded)>;

  explicit RandomClient(unsigned seed, const FlowMachines& machines = flow_machines(),
                        Fault fault = {});

  void step();
  [[nodiscard]] const FactorLedger& ledger() const { return ledger_; }
  [[nodiscard]] TestServer& server() { return server_; }

 private:
  using FlowSeen = FactorLedger::FlowSeen;

  [[nodiscard]] PolicyVerdict decide(const SignInFacts& facts) const;
  void provision_people();
  void add_tenant(const char* id, const char* domain, SignUpMode mode, const char* password);

  [[nodiscard]] bool one_in(unsigned n) { return dice_() % n == 0; }
  template <typename T>
  [[nodiscard]] T any_of(const std::vector<T>& all) {
    return all[dice_() % all.size()];
  }

  [[nodiscard]] Shot next_shot();
  [[nodiscard]] Shot beginning();
  [[nodiscard]] Shot proper(std::size_t flow);
  [[nodiscard]] Shot proper_submit(const FlowSeen& seen, const Reply& last, bool second);
  [[nodiscard]] Shot proper_enrolment(const FlowSeen& seen, const Reply& last);
  [[nodiscard]] Shot wild();
  [[nodiscard]] Shot renewal();
  void fire(const Shot& shot);
  void revoke_one();

  [[nodiscard]] std::string scope();
  [[nodiscard]] std::string some_name();
  [[nodiscard]] std::string some_code(const std::string& right);
  [[nodiscard]] std::string some_password(const FlowSeen& seen);
  [[nodiscard]] std::string some_token();

  std::mt19937 dice_;
  Demanded demanded_ = Demanded::kOne;
  Fault fault_;
  TestServer server_;
  FactorLedger ledger_;
  std::vector<std::string> endpoints_;
  std::vector<Shot> fired_;
  /// Of each flow: the answer that led to its newest token, and whether a second factor is due.
  struct Position {
    std::string path;
    Reply last;
    bool second = false;
  };
  std::vector<Position> positions_;
  int serial_ = 0;
};

}  // namespace gate::server::testing_support
