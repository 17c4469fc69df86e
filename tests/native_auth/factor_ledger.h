#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/domain/message.h"
#include "tests/native_auth/shot.h"

/// What each flow and each session has proven, by what went over the wire alone: an independent
/// second account of C1, C3, C4 and C5. It knows passwords, mailboxes and the messages that were
/// delivered, and nothing of phases, tables and policies.
namespace gate::server::testing_support {

class FactorLedger {
 public:
  enum class Kind { kSignIn, kSignUp, kReset, kStepUp };
  /// Proven factors: `password`, `email` or `sms`, with the address of a code.
  using Factors = std::map<std::string, std::string>;

  struct Account {
    std::string password;
    std::set<std::string> addresses;
    std::string sub;       ///< of its tokens, once there were any
    std::string reset_by;  ///< the mailbox that reset the password and counts for nothing beside it
    int epoch = 0;
  };
  struct FlowSeen {
    Kind kind = Kind::kSignIn;
    std::string tenant;
    std::string client;
    std::string name;
    std::vector<std::string> tokens;  ///< the newest is the last
    int epoch = -1;                   ///< of the account when it began; -1: there was none
    std::string chosen_password;
    std::string code;  ///< the newest, until it was used
    std::string code_method;
    std::string code_to;
    Factors proven{};
    std::string access_token;  ///< that ended it
    int session = -1;          ///< of a step-up: the one that it replaces
    Factors brought{};         ///< of a step-up: what that session has proven
    std::string reset_by{};    ///< of a step-up: `Account::reset_by` when it began
  };
  struct Session {
    std::string tenant;
    std::string client;
    std::string name;
    int epoch = 0;
    Factors proven{};
    std::vector<std::string> tokens;  ///< refresh tokens; the newest is the last
    std::vector<Micros> used_at;      ///< one for each token but the last
    bool ended = false;
  };
  /// How many different factors a token for this audience needs now; `in_context`: one that names
  /// an authentication context.
  using Demand = std::function<std::size_t(const std::string& audience, bool in_context)>;

  explicit FactorLedger(Demand demand) : demand_(std::move(demand)) {}

  void add_account(const std::string& tenant, const std::string& name, Account account);
  /// An operator ended flows and sessions of the user.
  void revoke(const std::string& tenant, const std::string& name);
  /// Accounts for one request: `sent` are the messages that it caused.
  void observe(const Shot& shot, const Reply& reply, const std::vector<OutboxMessage>& sent,
               Micros now);

  [[nodiscard]] const std::vector<FlowSeen>& flows() const { return flows_; }
  [[nodiscard]] const std::vector<Session>& sessions() const { return sessions_; }
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, Account>& accounts() const {
    return accounts_;
  }
  /// Index of the flow that gave this continuation token; -1: none.
  [[nodiscard]] int flow_of(const std::string& token) const;

  /// What should not have happened, in words.
  std::vector<std::string> faults;
  /// How often tokens were issued: kind of the flow (or "refresh") and number of factors.
  std::map<std::string, int> issued;
  int enrolled = 0;

 private:
  void fault(const Shot& shot, const Reply& reply, const std::string& what);
  Account* account_of(const std::string& tenant, const std::string& name);
  void begin(const Shot& shot, const Reply& reply);
  void note_secret(FlowSeen& flow, const Shot& shot, const Reply& reply, bool repeated);
  void note_account(FlowSeen& flow, const Shot& shot, const Reply& reply);
  void note_messages(FlowSeen* flow, const Shot& shot, const Reply& reply,
                     const std::vector<OutboxMessage>& sent);
  void check_tokens(FlowSeen* flow, const Shot& shot, const Reply& reply, bool repeated);
  void check_refresh(const Shot& shot, const Reply& reply, Micros now);
  void check_renewal(Session& session, std::size_t index, const Shot& shot, const Reply& reply,
                     Micros now);
  void begin_step_up(int session, const Reply& reply);
  void check_claims(const Shot& shot, const Reply& reply, const std::string& name, int epoch,
                    const Factors& proven);

  Demand demand_;
  std::map<std::pair<std::string, std::string>, Account> accounts_;
  std::vector<FlowSeen> flows_;
  std::map<std::string, int> flow_by_token_;
  std::vector<Session> sessions_;
  std::set<std::string> bodies_;
};

}  // namespace gate::server::testing_support
