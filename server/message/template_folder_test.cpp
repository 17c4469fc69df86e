#include "server/message/template_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace gate::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class TemplateFolderTest : public testing::Test {
 protected:
  TemplateFolderTest() { fs::create_directories(root_); }
  ~TemplateFolderTest() override { fs::remove_all(root_); }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::trunc) << text;
  }
  [[nodiscard]] LoadedTemplates load(const std::string& language = "en") const {
    return load_templates(root_.string(), language);
  }
  [[nodiscard]] static std::string text(const LoadedTemplates& loaded, const Tenant& tenant) {
    const std::vector<std::string> languages = {"de"};
    return loaded.templates
        .write({.tenant = tenant,
                .kind = MessageKind::kSignInCode,
                .channel = ChannelKind::kSms,
                .languages = languages,
                .code = "1"})
        .body;
  }
  const fs::path root_ =
      fs::path(testing::TempDir()) / ("template_folder_" + std::to_string(getpid()));
};

TEST_F(TemplateFolderTest, ReadsLanguagesAndTenants) {
  put("de/sign_in_code.sms.txt", "alle {code}\n");
  put("de/password_changed.email.txt", "Subject: Passwort\n\nGeändert.\n");
  put("tenants/bank.example/de/sign_in_code.sms.txt", "bank {code}\n");
  put("de/.sign_in_code.sms.txt.swp", "x");
  put("de/sign_in_code.sms.txt~", "x");
  const LoadedTemplates loaded = load();
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(text(loaded, {"b", "Bank", "bank.example"}), "bank 1");
  EXPECT_EQ(text(loaded, {"s", "Shop", "shop.example"}), "alle 1");
}

TEST_F(TemplateFolderTest, EveryProblemIsNamedWithItsFileAndPlace) {
  put("de/sign_in_code.sms.txt", "{kode}");
  put("de/sign_up_code.sms.txt", "{code}");
  put("de/hello.txt", "x");
  put("Deutsch/sign_in_code.sms.txt", "{code}");
  put("notes.txt", "x");
  put("tenants/bank.example/de/reset_code.email.txt", "{code}");
  EXPECT_THAT(
      load().problems,
      ElementsAre(
          StartsWith("Deutsch: a folder of templates is named by a language tag"),
          StartsWith("de/hello.txt: no message has this name; known are sign_in_code.{email"),
          StartsWith("de/sign_in_code.sms.txt:1:1: unknown placeholder {kode}"),
          StartsWith("de/sign_up_code.sms.txt: no message has this name"),
          StartsWith("notes.txt: a folder of templates is named by"),
          StartsWith("tenants/bank.example/de/reset_code.email.txt:1:1: a mail begins with")));
}

TEST_F(TemplateFolderTest, AFolderThatIsNotThereAndADefaultLanguageThatIsNotComplete) {
  fs::remove_all(root_);
  EXPECT_THAT(load().problems, ElementsAre(HasSubstr("No such file")));
  fs::create_directories(root_);
  EXPECT_THAT(load("de").problems, ElementsAre(HasSubstr("the default language is not complete")));
  EXPECT_THAT(load_templates("", "en").problems, IsEmpty());
  EXPECT_THAT(load_templates("", "de").problems, ElementsAre(HasSubstr("not complete")));
}

}  // namespace
}  // namespace gate::server
