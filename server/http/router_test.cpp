#include "server/http/router.h"

#include <gtest/gtest.h>

namespace gate::server {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    const auto answer = [](int status) {
      return [status](Exchange&) { return HttpResponse{status, {}, {}}; };
    };
    router_.add("POST", "/{tenant}/oauth2/token", answer(201));
    router_.add("GET", "/{tenant}/keys", answer(202));
    router_.add("POST", "/{tenant}/keys", answer(203));
    router_.add("GET", "/{tenant}/users/{user}", answer(204));
  }
  int status(std::string_view method, std::string_view path) const {
    const Router::Match match = router_.find(method, path);
    const HttpRequest request;
    Exchange exchange{.request = request};
    return match.handler == nullptr ? 0 : (*match.handler)(exchange).status;
  }
  Router router_;
};

TEST_F(RouterTest, FindsByMethodAndTemplate) {
  EXPECT_EQ(status("POST", "/bank/oauth2/token"), 201);
  EXPECT_EQ(status("GET", "/bank/keys"), 202);
  EXPECT_EQ(status("HEAD", "/bank/keys"), 202);
  EXPECT_EQ(status("POST", "/bank/keys"), 203);
  EXPECT_EQ(status("GET", "/bank/oauth2/token"), 0);
  EXPECT_TRUE(router_.find("GET", "/bank/oauth2/token").path_known);
  EXPECT_TRUE(router_.find("OPTIONS", "/bank/oauth2/token").accepts_post);
  EXPECT_FALSE(router_.find("OPTIONS", "/bank/users/amy").accepts_post);
}

TEST_F(RouterTest, GivesTheValuesOfNamedSegments) {
  const Router::Match match = router_.find("GET", "/bank/users/amy%20b");
  ASSERT_EQ(match.values.size(), 2U);
  EXPECT_EQ(match.values[0], "bank");
  EXPECT_EQ(match.values[1], "amy%20b") << "nothing is decoded";
}

TEST_F(RouterTest, KnowsNoOtherPath) {
  const std::string longest(Router::kSegmentBytesMax, 't');
  EXPECT_EQ(status("GET", "/" + longest + "/keys"), 202);
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("bank/keys"), std::string("//keys"),
        std::string("/bank/keys/"), std::string("/bank//keys"), std::string("/bank"),
        std::string("/bank/Keys"), std::string("/bank/keys?x"), std::string("/a/b/keys"),
        "/" + longest + "t/keys"}) {
    EXPECT_FALSE(router_.find("GET", path).path_known) << path;
  }
}

TEST_F(RouterTest, ListsItsEndpoints) {
  const std::vector<std::string> all = {"POST /{tenant}/oauth2/token", "GET /{tenant}/keys",
                                        "POST /{tenant}/keys", "GET /{tenant}/users/{user}"};
  EXPECT_EQ(router_.endpoints(), all);
}

}  // namespace
}  // namespace gate::server
