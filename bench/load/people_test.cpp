#include "bench/load/people.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/load/http_client.h"

namespace gate::load {
namespace {

Result<People> read_back(const std::string& text) {
  std::string file = (std::filesystem::temp_directory_path() / "gate-load-XXXXXX").string();
  close(mkstemp(file.data()));
  std::ofstream(file) << text;
  auto people = read_people(file);
  std::filesystem::remove(file);
  return people;
}

TEST(People, WhatIsMadeIsReadBack) {
  const auto people = read_back(make_provisioning(Kind::kPasswordSms, 3, "Wealth Clients"));
  ASSERT_TRUE(people) << people.error().message;
  ASSERT_EQ(people->persons.size(), 3U);
  EXPECT_EQ(people->persons[2].username, "load3@customer.example");
  EXPECT_EQ(people->persons[2].mailbox, "load3@customer.example");
  EXPECT_EQ(people->persons[2].phone, "+4366000000003");
  EXPECT_FALSE(people->persons[2].password.empty());
  const auto by_code = read_back(make_provisioning(Kind::kCode, 1, ""));
  EXPECT_TRUE(by_code->persons[0].password.empty());
  EXPECT_TRUE(by_code->persons[0].phone.empty());
}

TEST(People, AFileWithoutAnybodyIsRefused) {
  EXPECT_FALSE(read_back("{}"));
  EXPECT_FALSE(read_back("not JSON"));
  EXPECT_FALSE(read_people("no/such/file"));
}

TEST(People, KindsParseBack) {
  for (const Kind kind : {Kind::kCode, Kind::kPassword, Kind::kCodeSms, Kind::kPasswordSms}) {
    EXPECT_EQ(*parse_kind(name(kind)), kind);
  }
  EXPECT_FALSE(parse_kind("fax"));
}

TEST(HttpClient, OriginsAndFormsAreReadAndWrittenStrictly) {
  EXPECT_EQ(parse_origin("http://127.0.0.1:9090")->port, "9090");
  for (const char* bad :
       {"", "127.0.0.1:9090", "http://a", "http://a:", "http://a:b", "https://a:1"}) {
    EXPECT_FALSE(parse_origin(bad)) << bad;
  }
  EXPECT_EQ(encode_form({{"a b", "c&d=+"}, {"e", "\xC3\xA4"}}), "a+b=c%26d%3D%2B&e=%C3%A4");
}

}  // namespace
}  // namespace gate::load
