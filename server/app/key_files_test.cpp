#include "server/app/key_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "server/crypto/openssl_random.h"

namespace gate::server {
namespace {

using ::testing::HasSubstr;

class KeyFilesTest : public ::testing::Test {
 protected:
  KeyFilesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gate-key-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/master.key";
  }
  ~KeyFilesTest() override { std::filesystem::remove_all(folder_); }
  void write(std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }

  std::string folder_;
  std::string path_;
  OpensslRandom random_;
};

TEST_F(KeyFilesTest, E7_AMadeKeyIsForItsOwnerAloneAndNeverOverwritten) {
  ASSERT_TRUE(create_master_key(path_, random_).has_value());
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const auto key = read_master_key(path_);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(key->size(), 32U);
  EXPECT_EQ(create_master_key(path_, random_).error().code, ErrorCode::kConflict);
}

TEST_F(KeyFilesTest, RefusesFilesThatOthersMayRead) {
  write(std::string(64, 'a'), 0640);
  EXPECT_EQ(read_master_key(path_).error().code, ErrorCode::kDenied);
  EXPECT_EQ(read_secret_file(path_).error().code, ErrorCode::kDenied);
}

TEST_F(KeyFilesTest, TakesExactlySixtyFourDigitsAndSaysNothingOfThem) {
  for (const std::string& text :
       {std::string(63, 'a'), std::string(65, 'a'), std::string(63, 'a') + "g", std::string()}) {
    write(text);
    const auto key = read_master_key(path_);
    ASSERT_FALSE(key.has_value());
    EXPECT_THAT(key.error().message, ::testing::Not(HasSubstr("aaa")));
  }
  write(std::string(32, 'a') + std::string(32, 'F') + "\n");
  EXPECT_TRUE(read_master_key(path_).has_value());
}

TEST_F(KeyFilesTest, ASecretMayHaveFourKilobytesAndNotOneByteMore) {
  write(std::string(4096, 'x'));
  EXPECT_EQ(read_secret_file(path_)->size(), 4096U);
  write(std::string(4097, 'x'));
  EXPECT_FALSE(read_secret_file(path_).has_value());
  EXPECT_EQ(read_secret_file(folder_ + "/none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace gate::server
