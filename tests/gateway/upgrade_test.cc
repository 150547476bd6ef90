#include "gateway/upgrade.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace signaling::gateway
