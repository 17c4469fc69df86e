#pragma once

#include <boost/json/object.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/graph/corpus.h"
#include "tests/graph/sign_in_generator_values.h"

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
  using Strings = PolicyValues::Strings;

  [[nodiscard]] bool chance(int percent);
  [[nodiscard]] std::string pick(const Strings& from, std::string_view otherwise = "");
  [[nodiscard]] std::int64_t pick_number(const PolicyValues::Numbers& from);
  /// The value itself, or nearly: another case, more of it, less of it.
  [[nodiscard]] std::string almost(const std::string& value);
  /// A value paired with this key.
  [[nodiscard]] std::string paired(const PolicyValues::Pairs& pairs, const std::string& key);

  // Anything (sign_in_generator.cpp).
  void random_identity(json::object& identity);
  void random_target(json::object& target);
  void random_conditions(json::object& conditions);
  void random_attributes(json::object& owner);
  [[nodiscard]] json::value random_device();

  // Everything that one policy asks for, now and then with what it excludes
  // (sign_in_generator_meet.cpp).
  void meet(const json::value& policy, json::object& sign_in);
  void meet_users(const json::value* conditions, json::object& identity);
  void meet_excluded(const json::value* users, json::object& identity);
  void meet_target(const json::value* conditions, json::object& target);
  void meet_conditions(const json::value* conditions, json::object& facts);
  void meet_places(const json::value* places, json::object& facts);

  // What was done and shown (sign_in_generator_session.cpp).
  [[nodiscard]] json::object random_session(const json::object& identity);
  void random_ages(bool twice, json::object& session);
  void random_presented(json::object& session);

  std::mt19937_64 random_;
  json::array policies_;
  json::value app_groups_;
  PolicyValues values_;
};

}  // namespace graph_corpus
