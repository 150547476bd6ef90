#include "services/signaling/auth/peer_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signaling {
namespace {

using Names = std::vector<std::string>;

TEST(PeerNamesTest, WhoIsNotListedIsNobody) {
  const PeerPolicy policy{.gateways = {"gateway"}, .admins = {"admin"}};
  for (const Names& names : {Names{}, Names{""}, Names{"Gateway"}, Names{"gateway.example"},
                             Names{"gatewa"}, Names{std::string("gateway\0", 8)}, Names{"*"}}) {
    EXPECT_FALSE(IdentityOfPeer(names, policy).has_value()) << ::testing::PrintToString(names);
  }
  EXPECT_FALSE(IdentityOfPeer({"gateway"}, {.gateways = {}}).has_value());
}

TEST(PeerNamesTest, AGatewayMultiplexesAndNoMore) {
  const auto who = IdentityOfPeer({"spiffe://example/other", "signaling-gateway"}, {});
  ASSERT_TRUE(who.has_value());
  EXPECT_TRUE(who->authenticated);
  EXPECT_EQ(who->client_id, "signaling-gateway");
  EXPECT_EQ(who->expires, absl::InfiniteFuture());
  EXPECT_TRUE(who->rooms.empty());
  Grants gateway;
  gateway.Add(Grant::kGateway);
  EXPECT_EQ(who->grants, gateway);
}

TEST(PeerNamesTest, AnAdminIsNoGateway) {
  const auto who = IdentityOfPeer({"billing"}, {.admins = {"support", "billing"}});
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ(who->client_id, "billing");
  Grants admin;
  admin.Add(Grant::kAdmin);
  EXPECT_EQ(who->grants, admin);
}

TEST(PeerNamesTest, OneMayBeBoth) {
  const auto who = IdentityOfPeer({"all-in-one"}, {.gateways = {"*"}, .admins = {"all-in-one"}});
  ASSERT_TRUE(who.has_value());
  EXPECT_TRUE(who->grants.Has(Grant::kGateway));
  EXPECT_TRUE(who->grants.Has(Grant::kAdmin));
}

TEST(PeerNamesTest, AStarIsEveryCertificateButNotEverybody) {
  const PeerPolicy policy{.gateways = {"*"}};
  EXPECT_TRUE(IdentityOfPeer({"whoever"}, policy).has_value());
  EXPECT_FALSE(IdentityOfPeer({}, policy).has_value()) << "not verified";
}

}  // namespace
}  // namespace signaling
