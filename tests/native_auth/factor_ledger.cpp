#include "tests/native_auth/factor_ledger.h"

#include <algorithm>

namespace gate::server::testing_support {
namespace {

constexpr Micros kRefreshGrace = 10 * kMicrosPerSecond;  // E3

bool begins_a_flow(const std::string& path) {
  return path.ends_with("/initiate") || path.ends_with("/start");
}

FactorLedger::Kind kind_of(const std::string& path) {
  if (path.starts_with("/signup")) {
    return FactorLedger::Kind::kSignUp;
  }
  return path.starts_with("/resetpassword") ? FactorLedger::Kind::kReset
                                            : FactorLedger::Kind::kSignIn;
}

const char* name_of(FactorLedger::Kind kind) {
  switch (kind) {
    case FactorLedger::Kind::kSignIn:
      return "sign-in";
    case FactorLedger::Kind::kSignUp:
      return "sign-up";
    case FactorLedger::Kind::kReset:
      return "reset";
    case FactorLedger::Kind::kStepUp:
      break;
  }
  return "step-up";
}

/// The answer says that the flow advanced.
bool went_on(const Reply& reply) {
  return !reply.token().empty() || reply.has_tokens();
}

std::set<std::string> amr_of(const FactorLedger::Factors& proven) {
  std::set<std::string> amr;
  for (const auto& [method, address] : proven) {
    amr.insert(method == "password" ? "pwd" : method == "email" ? "otp" : "sms");
  }
  return amr;
}

std::set<std::string> amr_of(const boost::json::object& claims) {
  std::set<std::string> amr;
  for (const auto& word : claims.at("amr").as_array()) {
    amr.emplace(word.as_string());
  }
  amr.erase("mfa");
  return amr;
}

std::string claim(const boost::json::object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

void FactorLedger::fault(const Shot& shot, const Reply& reply, const std::string& what) {
  std::string text = what + ": " + shot.path;
  for (const auto& [name, value] : shot.params) {
    text += " " + name + "=" + value;
  }
  faults.push_back(text + " -> " + boost::json::serialize(reply.body));
}

FactorLedger::Account* FactorLedger::account_of(const std::string& tenant,
                                                const std::string& name) {
  const auto found = accounts_.find({tenant, name});
  return found == accounts_.end() ? nullptr : &found->second;
}

void FactorLedger::add_account(const std::string& tenant, const std::string& name,
                               Account account) {
  accounts_[{tenant, name}] = std::move(account);
}

void FactorLedger::revoke(const std::string& tenant, const std::string& name) {
  if (Account* account = account_of(tenant, name)) {
    ++account->epoch;
  }
}

int FactorLedger::flow_of(const std::string& token) const {
  const auto found = flow_by_token_.find(token);
  return found == flow_by_token_.end() ? -1 : found->second;
}

void FactorLedger::observe(const Shot& shot, const Reply& reply,
                           const std::vector<OutboxMessage>& sent, Micros now) {
  if (begins_a_flow(shot.path)) {
    begin(shot, reply);
    if (!sent.empty()) {
      fault(shot, reply, "the first request of a flow sent a message");
    }
    return;
  }
  const bool repeated = !bodies_.insert(shot.request().path + shot.request().body).second;
  if (shot.get("grant_type") == "refresh_token" && shot.path.ends_with("/token")) {
    check_refresh(shot, reply, now);  // a continuation token beside it is of no meaning
    note_messages(nullptr, shot, reply, sent);
    return;
  }
  const int at = flow_of(shot.get("continuation_token"));
  FlowSeen* flow = at < 0 ? nullptr : &flows_[static_cast<std::size_t>(at)];
  if (flow != nullptr && went_on(reply)) {
    if (flow->tenant != shot.tenant || flow->client != shot.client) {
      fault(shot, reply, "a flow went on for another tenant or client");
    }
    note_secret(*flow, shot, reply, repeated);
    note_account(*flow, shot, reply);
  }
  if (reply.has_tokens()) {
    check_tokens(flow, shot, reply, repeated);
  }
  note_messages(flow, shot, reply, sent);
  if (flow != nullptr && !reply.token().empty() && flow_of(reply.token()) < 0) {
    flow_by_token_[reply.token()] = at;
    flow->tokens.push_back(reply.token());
  }
}

void FactorLedger::begin(const Shot& shot, const Reply& reply) {
  if (reply.has_tokens()) {
    fault(shot, reply, "tokens for the first request of a flow");
  }
  if (reply.token().empty()) {
    return;
  }
  FlowSeen flow;
  flow.kind = kind_of(shot.path);
  flow.tenant = shot.tenant;
  flow.client = shot.client;
  flow.name = shot.get("username");
  flow.tokens = {reply.token()};
  flow.chosen_password = shot.get("password");
  const Account* account = account_of(flow.tenant, flow.name);
  flow.epoch = account == nullptr || flow.kind == Kind::kSignUp ? -1 : account->epoch;
  flow_by_token_[reply.token()] = static_cast<int>(flows_.size());
  flows_.push_back(std::move(flow));
}

/// The flow advanced: with a password or a code it must have been the right one.
void FactorLedger::note_secret(FlowSeen& flow, const Shot& shot, const Reply& reply,
                               bool repeated) {
  const std::string grant = shot.get("grant_type");
  if (shot.path.ends_with("/oauth2/v2.0/token") && grant == "password") {
    const Account* account = account_of(flow.tenant, flow.name);
    if (account != nullptr && !account->password.empty() &&
        account->password == shot.get("password")) {
      flow.proven["password"] = "";
    } else if (!repeated) {
      fault(shot, reply, "a flow went on with a wrong password");
    }
  }
  const bool takes_code = shot.path.ends_with("/token") || shot.path.ends_with("/continue");
  if (!takes_code || (grant != "oob" && grant != "mfa_oob")) {
    return;
  }
  if (!flow.code.empty() && flow.code == shot.get("oob")) {
    flow.proven[flow.code_method] = flow.code_to;
    flow.code.clear();
    if (shot.path.starts_with("/register")) {
      ++enrolled;
      if (Account* account = account_of(flow.tenant, flow.name)) {
        account->addresses.insert(flow.code_to);
      }
    }
  } else if (!repeated) {
    fault(shot, reply, "a flow went on with a wrong code");
  }
}

/// Accounts that a sign-up made, and passwords that a reset changed.
void FactorLedger::note_account(FlowSeen& flow, const Shot& shot, const Reply& reply) {
  if (reply.status != 200) {
    return;
  }
  if (shot.path.ends_with("/signup/v1.0/continue") && flow.epoch < 0) {
    if (!flow.proven.contains("email") || account_of(flow.tenant, flow.name) != nullptr) {
      fault(shot, reply, "an account without a proven mailbox, or a second one of a name");
    }
    Account made;
    made.password =
        shot.get("grant_type") == "password" ? shot.get("password") : flow.chosen_password;
    made.addresses = {flow.name};
    add_account(flow.tenant, flow.name, std::move(made));
    flow.epoch = 0;
  }
  Account* account = account_of(flow.tenant, flow.name);
  if (shot.path.ends_with("/resetpassword/v1.0/submit") && account != nullptr &&
      account->password != shot.get("new_password")) {
    if (!flow.proven.contains("email") || flow.epoch != account->epoch) {
      fault(shot, reply, "a password was changed without a proven mailbox, or after its end");
    }
    account->password = shot.get("new_password");
    account->reset_by = flow.proven["email"];
    flow.epoch = ++account->epoch;
  }
}

void FactorLedger::note_messages(FlowSeen* flow, const Shot& shot, const Reply& reply,
                                 const std::vector<OutboxMessage>& sent) {
  for (const OutboxMessage& message : sent) {
    if (message.code.empty()) {
      continue;  // a notice
    }
    if (flow == nullptr || reply.text("challenge_type") != "oob") {
      fault(shot, reply, "a code that nothing asked for");
      return;
    }
    const Account* account = account_of(flow->tenant, flow->name);
    const bool named = shot.path.starts_with("/register")
                           ? message.to == shot.get("challenge_target")
                           : message.to == flow->name ||
                                 (account != nullptr && account->addresses.contains(message.to));
    if (!named || (account == nullptr && flow->kind != Kind::kSignUp)) {
      fault(shot, reply, "a code to a stranger, " + message.to);
    }
    flow->code = message.code;
    flow->code_method = message.kind == ChannelKind::kEmail ? "email" : "sms";
    flow->code_to = message.to;
  }
}

void FactorLedger::check_tokens(FlowSeen* flow, const Shot& shot, const Reply& reply,
                                bool repeated) {
  if (flow == nullptr || flow->tenant != shot.tenant || flow->client != shot.client) {
    fault(shot, reply, "tokens without a flow of this tenant and client");
    return;
  }
  if (!flow->access_token.empty()) {
    if (!repeated || flow->access_token != reply.text("access_token")) {
      fault(shot, reply, "tokens of a flow that was over");
    }
    return;
  }
  Account* account = account_of(flow->tenant, flow->name);
  Factors proven = flow->proven;
  for (const auto& factor : flow->brought) {
    // The mailbox that reset the password counts for nothing beside it (N13.5).
    const bool by_reset = !factor.second.empty() && factor.second == flow->reset_by;
    if (!by_reset || !flow->proven.contains("password")) {
      proven.insert(factor);
    }
  }
  check_claims(shot, reply, flow->name, flow->epoch, proven);
  if (account == nullptr) {
    return;
  }
  const auto demanded = demand_(claim(claims_of(reply.text("access_token")), "aud"), false);
  const auto mail = proven.find("email");
  const bool mail_is_void =
      !account->reset_by.empty() && mail != proven.end() && mail->second == account->reset_by;
  if (demanded > 1 && mail_is_void && proven.contains("password") && proven.size() == 2) {
    fault(shot, reply, "a password and the mailbox that reset it counted as two factors");
  }
  if (std::any_of(proven.begin(), proven.end(), [&](const auto& factor) {
        return !factor.second.empty() && factor.second != account->reset_by;
      })) {
    account->reset_by.clear();
  }
  flow->access_token = reply.text("access_token");
  ++issued[std::string(name_of(flow->kind)) + std::to_string(proven.size())];
  const std::string refresh = reply.text("refresh_token");
  if (refresh.empty()) {
    return;
  }
  if (flow->session >= 0) {
    Session& before = sessions_[static_cast<std::size_t>(flow->session)];
    if (before.ended) {
      fault(shot, reply, "a step-up of a session that has ended");
    }
    before.ended = true;  // the new refresh token takes the place of the old one
  }
  sessions_.push_back({flow->tenant, flow->client, flow->name, flow->epoch, proven, {refresh}, {}});
}

/// Whose tokens they are, what they claim, and what they need.
void FactorLedger::check_claims(const Shot& shot, const Reply& reply, const std::string& name,
                                int epoch, const Factors& proven) {
  Account* account = account_of(shot.tenant, name);
  if (account == nullptr || account->epoch != epoch) {
    fault(shot, reply, "tokens of an account that does not exist or was revoked");
    return;
  }
  const boost::json::object id = claims_of(reply.text("id_token"));
  const boost::json::object access = claims_of(reply.text("access_token"));
  account->sub = account->sub.empty() ? claim(id, "sub") : account->sub;
  if (claim(id, "tid") != shot.tenant || claim(id, "aud") != shot.client ||
      claim(id, "preferred_username") != name || claim(id, "sub") != account->sub ||
      claim(access, "sub") != account->sub || claim(access, "azp") != shot.client) {
    fault(shot, reply, "tokens of another user, client or tenant");
  }
  if (amr_of(id) != amr_of(proven) || amr_of(access) != amr_of(proven)) {
    fault(shot, reply, "tokens that claim other factors than were proven");
  }
  if (proven.empty() || proven.size() < demand_(claim(access, "aud"), access.contains("acrs"))) {
    fault(shot, reply, "tokens before the factors that policy demands");
  }
}

void FactorLedger::check_refresh(const Shot& shot, const Reply& reply, Micros now) {
  const std::string token = shot.get("refresh_token");
  for (Session& session : sessions_) {
    const auto at = std::find(session.tokens.begin(), session.tokens.end(), token);
    if (at == session.tokens.end()) {
      continue;
    }
    check_renewal(session, static_cast<std::size_t>(at - session.tokens.begin()), shot, reply, now);
    if (!reply.token().empty()) {
      begin_step_up(static_cast<int>(&session - sessions_.data()), reply);
    }
    return;
  }
  if (reply.has_tokens()) {
    fault(shot, reply, "tokens for a refresh token that was never given");
  }
}

void FactorLedger::check_renewal(Session& session, std::size_t index, const Shot& shot,
                                 const Reply& reply, Micros now) {
  const bool newest = index + 1 == session.tokens.size();
  const bool own = session.tenant == shot.tenant && session.client == shot.client;
  const bool late = !newest && now - session.used_at[index] >= kRefreshGrace;
  if (went_on(reply) && (!own || late || session.ended)) {
    fault(shot, reply, "a refresh token of another client, that was used, or of an ended family");
  }
  if (!reply.has_tokens()) {
    session.ended = session.ended || (own && late && reply.suberror() == "bad_token");
    return;
  }
  const std::string next = reply.text("refresh_token");
  if (!newest && next != session.tokens[index + 1]) {
    fault(shot, reply, "a second successor of a refresh token");
  }
  check_claims(shot, reply, session.name, session.epoch, session.proven);
  ++issued["refresh" + std::to_string(session.proven.size())];
  if (newest) {
    session.tokens.push_back(next);
    session.used_at.push_back(now);
  }
}

/// A renewal that policy refused began a flow of the missing factors.
void FactorLedger::begin_step_up(int session, const Reply& reply) {
  const Session& of = sessions_[static_cast<std::size_t>(session)];
  FlowSeen flow;
  flow.kind = Kind::kStepUp;
  flow.tenant = of.tenant;
  flow.client = of.client;
  flow.name = of.name;
  flow.tokens = {reply.token()};
  flow.epoch = of.epoch;
  flow.session = session;
  flow.brought = of.proven;
  const Account* account = account_of(of.tenant, of.name);
  flow.reset_by = account == nullptr ? std::string() : account->reset_by;
  flow_by_token_[reply.token()] = static_cast<int>(flows_.size());
  flows_.push_back(std::move(flow));
}

}  // namespace gate::server::testing_support
