#include "gateway/upgrade.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signaling::gateway {
namespace {

Upgrade Read(const std::string& target, const std::string& origin = "") {
  HttpRequest request{http::verb::get, target, 11};
  request.set(http::field::host, "a.example");
  if (!origin.empty()) request.set(http::field::origin, origin);
  return ReadUpgrade(request, Config());
}

TEST(UpgradeTest, PlainTakesItsRoomAndNameFromTheQuery) {
  const Upgrade upgrade = Read("/?room=yard&client_id=robot");
  EXPECT_EQ(upgrade.path, signaling::v1::SESSION_PATH_PLAIN);
  EXPECT_EQ(upgrade.room, "yard");
  EXPECT_FALSE(upgrade.room_is_default);
  EXPECT_EQ(upgrade.client_id, "robot");
  EXPECT_FALSE(upgrade.refusal);
}

TEST(UpgradeTest, PlainHasADefaultRoom) {
  EXPECT_EQ(Read("/").room, "lobby");
  EXPECT_TRUE(Read("/").room_is_default);
  EXPECT_EQ(Read("/?room=").room, "lobby");
  EXPECT_TRUE(Read("/?room=").room_is_default);
  EXPECT_FALSE(Read("/?room=lobby").room_is_default) << "it was asked for";
  EXPECT_EQ(Read("/?client_id=").client_id, "");
}

TEST(UpgradeTest, BadNamesAreRefused) {
  for (const char* target : {"/?room=a%20b", "/?room=%", "/?client_id=a/b", "/?client_id=%00"}) {
    const Upgrade upgrade = Read(target);
    ASSERT_TRUE(upgrade.refusal) << target;
    EXPECT_EQ(upgrade.refusal->reason, Reason::kInvalidMessage);
  }
}

TEST(UpgradeTest, V1IgnoresTheQuery) {
  const Upgrade upgrade = Read("/v1?room=a%20b");
  EXPECT_EQ(upgrade.path, signaling::v1::SESSION_PATH_V1);
  EXPECT_EQ(upgrade.room, "");
  EXPECT_FALSE(upgrade.refusal);
}

TEST(UpgradeTest, ForeignPagesAreRefused) {
  ASSERT_TRUE(Read("/v1", "https://b.example").refusal);
  EXPECT_EQ(Read("/?room=%", "https://b.example").refusal->reason, Reason::kOriginNotAllowed);
  EXPECT_FALSE(Read("/v1", "https://a.example").refusal);
}

constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kOtherTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-00";

std::string TraceOf(const std::string& target, const std::vector<std::string>& headers) {
  HttpRequest request{http::verb::get, target, 11};
  request.set(http::field::host, "a.example");
  for (const std::string& header : headers) request.insert("Traceparent", header);
  return ReadUpgrade(request, Config()).traceparent;
}

TEST(UpgradeTest, TheTraceIsOfTheHeaderElseOfTheQuery) {
  const std::string query = std::string("?traceparent=") + kOtherTrace;
  for (const std::string path : {"/", "/v1"}) {
    EXPECT_EQ(TraceOf(path, {kTrace}), kTrace);
    EXPECT_EQ(TraceOf(path + query, {}), kOtherTrace);
    EXPECT_EQ(TraceOf(path + query, {kTrace}), kTrace);
    EXPECT_EQ(TraceOf(path, {}), "");
  }
}

TEST(UpgradeTest, ATraceThatIsNotWellFormedIsIgnored) {
  const std::string query = std::string("?traceparent=") + kOtherTrace;
  EXPECT_EQ(TraceOf("/v1", {"00-1-1-01"}), "");
  EXPECT_EQ(TraceOf("/v1" + query, {"00-1-1-01"}), kOtherTrace);
  EXPECT_EQ(TraceOf("/v1", {kTrace, kTrace}), "") << "there may be one header of this name";
  EXPECT_EQ(TraceOf("/v1?traceparent=%22%0a", {}), "");
  EXPECT_EQ(TraceOf("/v1?traceparent=", {}), "");
}

}  // namespace
}  // namespace signaling::gateway
