#include "bench/load/people.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

namespace gate::load {
namespace {

namespace json = boost::json;

constexpr std::string_view kTenant = "7b7f6f5e-0001-4a6c-9d1e-0000000000d1";
constexpr std::string_view kClient = "7b7f6f5e-0002-4a6c-9d1e-0000000000d1";
constexpr std::string_view kPassword = "correct horse battery";
constexpr std::array<std::string_view, 4> kNames = {"code", "password", "code+sms", "password+sms"};

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The objects of a list, or none.
std::vector<const json::object*> objects(const json::object& document, std::string_view key) {
  std::vector<const json::object*> found;
  const json::value* list = document.if_contains(key);
  if (list != nullptr && list->is_array()) {
    for (const json::value& entry : list->get_array()) {
      if (entry.is_object()) {
        found.push_back(&entry.get_object());
      }
    }
  }
  return found;
}

Person person_of(const json::object& user) {
  Person person{text_of(user, "username"), text_of(user, "password"), {}, {}};
  for (const json::object* channel : objects(user, "channels")) {
    std::string& address = text_of(*channel, "kind") == "sms" ? person.phone : person.mailbox;
    if (address.empty()) {
      address = text_of(*channel, "address");
    }
  }
  return person;
}

}  // namespace

std::string_view name(Kind kind) noexcept {
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Kind> parse_kind(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) {
      return static_cast<Kind>(i);
    }
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("`{}` is none of code, password, code+sms, password+sms", text)};
}

Result<People> read_people(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return Error{ErrorCode::kNotFound, fmt::format("{} cannot be read", file)};
  }
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("{} is not a JSON object", file)};
  }
  People people;
  for (const json::object* client : objects(document.get_object(), "clients")) {
    if (people.client_id.empty()) {
      people.tenant_id = text_of(*client, "tenant_id");
      people.client_id = text_of(*client, "client_id");
    }
  }
  for (const json::object* user : objects(document.get_object(), "users")) {
    if (text_of(*user, "tenant_id") == people.tenant_id) {
      people.persons.push_back(person_of(*user));
    }
  }
  if (people.client_id.empty() || people.persons.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} names no client, or no user of its tenant", file)};
  }
  return people;
}

std::string make_provisioning(Kind kind, std::size_t count, std::string_view second_factor_group) {
  const bool password = kind == Kind::kPassword || kind == Kind::kPasswordSms;
  const bool second = kind == Kind::kCodeSms || kind == Kind::kPasswordSms;
  json::array users;
  for (std::size_t i = 1; i <= count; ++i) {
    json::object user{{"tenant_id", kTenant},
                      {"id", fmt::format("7b7f6f5e-0003-4a6c-9d1e-{:012}", i)},
                      {"username", fmt::format("load{}@customer.example", i)},
                      {"display_name", fmt::format("Load {}", i)}};
    json::array channels{
        json::object{{"kind", "email"}, {"address", fmt::format("load{}@customer.example", i)}}};
    if (password) {
      user["password"] = kPassword;
    }
    if (second) {
      user["groups"] = json::array{second_factor_group};
      channels.push_back(json::object{
          {"kind", "sms"}, {"address", fmt::format("+43660{:08}", i)}, {"preferred", true}});
    }
    user["channels"] = std::move(channels);
    users.push_back(std::move(user));
  }
  return json::serialize(json::object{
      {"tenants",
       json::array{json::object{{"id", kTenant}, {"name", "Load"}, {"domain", "load.example"}}}},
      {"resources", json::array{json::object{{"tenant_id", kTenant},
                                             {"name", "retail-app"},
                                             {"audience", "api://retail-bank"},
                                             {"scopes", json::array{"accounts"}}}}},
      {"clients", json::array{json::object{{"tenant_id", kTenant},
                                           {"client_id", kClient},
                                           {"name", "retail-app"},
                                           {"scopes", json::array{"api://retail-bank/accounts"}}}}},
      {"users", std::move(users)}});
}

}  // namespace gate::load
