#include "server/store/codec/documents.h"

#include <algorithm>
#include <boost/json.hpp>

#include "server/store/codec/columns.h"

namespace gate::server {
namespace {

namespace json = boost::json;

Error damaged() {
  return {ErrorCode::kCorrupt, "a stored tenant does not parse"};
}

json::array names_of(MethodSet methods) {
  json::array names;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if (methods.contains(method)) {
      names.emplace_back(name(method));
    }
  }
  return names;
}

Result<MethodSet> read_methods(const json::value* list) {
  if (list == nullptr || !list->is_array()) {
    return damaged();
  }
  MethodSet methods;
  for (const json::value& each : list->get_array()) {
    const auto method = each.is_string() ? parse_method(each.get_string()) : std::nullopt;
    if (!method) {
      return damaged();
    }
    methods.add(*method);
  }
  return methods;
}

Result<Answers> read_answers(const json::value* word) {
  for (const Answers answers : kAnswers) {
    if (word != nullptr && word->is_string() && word->get_string() == name(answers)) {
      return answers;
    }
  }
  return damaged();
}

Result<TenantLifetimes> read_lifetimes(const json::value* list) {
  constexpr std::size_t kCount = 4;
  if (list == nullptr || !list->is_array() || list->get_array().size() != kCount ||
      !std::all_of(list->get_array().begin(), list->get_array().end(),
                   [](const json::value& each) { return each.is_int64(); })) {
    return damaged();
  }
  const json::array& each = list->get_array();
  return TenantLifetimes{each[0].get_int64(), each[1].get_int64(), each[2].get_int64(),
                         each[3].get_int64()};
}

}  // namespace

std::string write_tenant_document(const Tenant& tenant) {
  const TenantRules& rules = tenant.rules;
  if (rules == TenantRules()) {
    return write_schema(tenant.attributes);
  }
  const TenantLifetimes& lives = rules.lifetimes;
  json::object document;
  document["attributes"] = json::parse(write_schema(tenant.attributes));
  document["answers"] = name(rules.answers);
  document["first_factors"] = names_of(rules.first_factors);
  document["second_factors"] = names_of(rules.second_factors);
  document["lifetimes"] =
      json::array{lives.access_token, lives.session, lives.email_code, lives.sms_code};
  document["language"] = rules.language;
  return json::serialize(document);
}

Result<void> read_tenant_document(std::string_view text, Tenant& tenant) {
  json::error_code failed;
  const json::value document = json::parse(text, failed);
  if (!failed && document.is_array()) {
    GATE_TRY(tenant.attributes, read_schema(text));
    return {};
  }
  const json::object* members = failed ? nullptr : document.if_object();
  const json::value* attributes = members == nullptr ? nullptr : members->if_contains("attributes");
  const json::value* language = members == nullptr ? nullptr : members->if_contains("language");
  if (attributes == nullptr || language == nullptr || !language->is_string()) {
    return damaged();
  }
  GATE_TRY(tenant.attributes, read_schema(json::serialize(*attributes)));
  TenantRules& rules = tenant.rules;
  GATE_TRY(rules.answers, read_answers(members->if_contains("answers")));
  GATE_TRY(rules.first_factors, read_methods(members->if_contains("first_factors")));
  GATE_TRY(rules.second_factors, read_methods(members->if_contains("second_factors")));
  GATE_TRY(rules.lifetimes, read_lifetimes(members->if_contains("lifetimes")));
  rules.language = std::string(language->get_string());
  return {};
}

std::string write_user_document(const User& user) {
  if (user.language.empty() && !user.first_factors) {
    return user.attributes.empty() ? std::string() : write_pairs(user.attributes);
  }
  json::object document;
  document["attributes"] = json::parse(write_pairs(user.attributes));
  document["language"] = user.language;
  if (user.first_factors) {
    document["first_factors"] = names_of(*user.first_factors);
  }
  return json::serialize(document);
}

Result<void> read_user_document(std::string_view text, User& user) {
  json::error_code failed;
  const json::value document = json::parse(text, failed);
  if (!failed && document.is_array()) {
    GATE_TRY(user.attributes, read_pairs(text));
    return {};
  }
  const json::object* members = failed ? nullptr : document.if_object();
  const json::value* attributes = members == nullptr ? nullptr : members->if_contains("attributes");
  const json::value* language = members == nullptr ? nullptr : members->if_contains("language");
  if (attributes == nullptr || language == nullptr || !language->is_string()) {
    return Error{ErrorCode::kCorrupt, "the stored attributes of a user do not parse"};
  }
  GATE_TRY(user.attributes, read_pairs(json::serialize(*attributes)));
  user.language = std::string(language->get_string());
  if (const json::value* listed = members->if_contains("first_factors")) {
    const auto methods = read_methods(listed);
    if (!methods || !kFirstFactors.contains_all(*methods)) {
      return Error{ErrorCode::kCorrupt, "the stored first factors of a user do not parse"};
    }
    user.first_factors = *methods;
  }
  return {};
}

}  // namespace gate::server
