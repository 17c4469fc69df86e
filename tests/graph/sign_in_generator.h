#pragma once

#include <boost/json/object.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/graph/corpus.h"

namespace graph_corpus {

/// Sign-ins derived from policies, in the shape of the What-If request: most of them meet one
/// policy in everything and then have a fact or two changed, so that they stand at the border where
/// readings differ; the rest are drawn from everything that the policies mention. Equal seeds give
/// equal sign-ins.
class SignInGenerator {
 public:
  SignInGenerator(const Source& source, std::uint64_t seed);
  [[nodiscard]] json::value next();

  /// Members of Office365 and the other groups, which both readings must know alike.
  [[nodiscard]] const json::value& app_groups() const { return app_groups_; }

 private:
  using Strings = std::vector<std::string>;
  void collect(const Source& source);
  void collect_places(const Source& source);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  static void collect_compared(const std::string& rule, const std::string& prefix, Pairs& into);
  void collect_rule_values(const json::value& policies);
  void random_attributes(json::object& owner);
  void random_presented(json::object& session);

  [[nodiscard]] bool chance(int percent);
  [[nodiscard]] std::string pick(const Strings& from, std::string_view otherwise = "");
  [[nodiscard]] std::string address();

  void random_identity(json::object& identity);
  void random_target(json::object& target);
  void random_conditions(json::object& conditions);
  [[nodiscard]] json::value random_device();
  [[nodiscard]] json::object random_session();

  void meet(const json::value& policy, json::object& sign_in);
  void meet_users(const json::value* conditions, json::object& identity);
  void meet_target(const json::value* conditions, json::object& target);
  void meet_conditions(const json::value* conditions, json::object& facts);

  std::mt19937_64 random_;
  json::array policies_;
  json::value app_groups_;
  Strings users_, groups_, roles_, apps_, tenants_, principals_, addresses_, countries_;
  Pairs rule_values_, custom_values_;
  std::vector<std::string> aaguids_, issuers_, oids_;
  std::vector<std::pair<std::string, std::string>> address_in_;  // location id, an address in it
};

}  // namespace graph_corpus
