// What is read from a request: its origin, its target, and the session that it wants.
#include <gtest/gtest.h>

#include "gateway/origin.h"
#include "gateway/target.h"

namespace signaling::gateway {
namespace {

struct OriginCase {
  const char* origin;
  const char* host;
  std::vector<std::string> allowed;
  bool result;
};

TEST(OriginTest, SameHostByDefaultElseTheList) {
  const OriginCase cases[] = {
      {"", "a.example", {}, true},  // no browser
      {"https://a.example", "a.example", {}, true},
      {"https://A.example", "a.EXAMPLE", {}, true},
      {"http://a.example:8765", "a.example:8765", {}, true},
      {"http://a.example:8765", "a.example:8766", {}, false},
      {"http://a.example", "a.example:80", {}, true},
      {"https://a.example", "a.example:443", {}, true},
      {"https://a.example", "a.example:80", {}, false},
      {"http://[::1]:8765", "[::1]:8765", {}, true},
      {"https://b.example", "a.example", {}, false},
      {"https://a.example.b.example", "a.example", {}, false},
      {"null", "a.example", {}, false},
      {"null", "", {}, false},
      {"https://b.example", "a.example", {"https://b.example"}, true},
      {"https://b.example", "a.example", {"https://c.example", "https://b.example"}, true},
      {"http://b.example", "a.example", {"https://b.example"}, false},
      {"https://a.example", "a.example", {"https://b.example"}, false},
      {"https://b.example", "a.example", {"*"}, true},
  };
  for (const OriginCase& one : cases) {
    EXPECT_EQ(IsOriginAllowed(one.origin, one.host, one.allowed), one.result)
        << one.origin << " at " << one.host;
  }
}

TEST(TargetTest, TakesTheQueryApart) {
  const Target target = ParseTarget("/?room=a%2Bb&client_id=&x&room=c");
  EXPECT_EQ(target.path, "/");
  EXPECT_EQ(QueryParameter(target.query, "room"), "a+b");
  EXPECT_EQ(QueryParameter(target.query, "client_id"), "");
  EXPECT_EQ(QueryParameter(target.query, "x"), "");
  EXPECT_EQ(QueryParameter(target.query, "y"), std::nullopt);
  EXPECT_EQ(QueryParameter("", "y"), std::nullopt);
  EXPECT_EQ(ParseTarget("/v1").query, "");
}

TEST(TargetTest, ABadEncodingStaysAsItIs) {
  EXPECT_EQ(QueryParameter("room=%", "room"), "%");
  EXPECT_EQ(QueryParameter("room=%2", "room"), "%2");
  EXPECT_EQ(QueryParameter("room=%zz", "room"), "%zz");
  EXPECT_EQ(QueryParameter("room=a+b", "room"), "a b");
}

}  // namespace
}  // namespace signaling::gateway
