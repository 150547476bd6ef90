#include "services/signaling/core/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/common/limits.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

using ::testing::Optional;

Identity With(std::initializer_list<Grant> grants, std::vector<std::string> rooms = {}) {
  Identity identity;
  identity.authenticated = true;
  identity.client_id = "ann";
  identity.rooms = std::move(rooms);
  for (const Grant grant : grants) identity.grants.Add(grant);
  return identity;
}

TEST(AccessTest, AnOpenServiceRefusesNothing) {
  const Identity nobody;
  EXPECT_TRUE(MayJoin(nobody, "r").ok());
  EXPECT_TRUE(MayCreateRoom(nobody).ok());
  EXPECT_TRUE(MayOffer(nobody).ok());
  EXPECT_TRUE(MayAdminister(nobody).ok());
  EXPECT_TRUE(MayMultiplex(nobody).ok());
  EXPECT_TRUE(MayBeCalled(nobody, "anything").ok());
  EXPECT_TRUE(Moderates(nobody, true));
  EXPECT_FALSE(Moderates(nobody, false));
  EXPECT_FALSE(ReplacesNamesakes(nobody));
}

TEST(AccessTest, WhatIsNotGrantedIsRefused) {
  const Identity bare = With({}, {"*"});
  for (const absl::Status& status :
       {MayJoin(bare, "r"), MayOffer(bare), MayAdminister(bare), MayMultiplex(bare)}) {
    EXPECT_THAT(RefusalReason(status), Optional(Reason::kPermissionDenied));
  }
  EXPECT_THAT(RefusalReason(MayCreateRoom(bare)), Optional(Reason::kRoomNotFound));
  EXPECT_FALSE(Moderates(bare, true)) << "though it has been here longest";
}

TEST(AccessTest, OneGrantGrantsNoOther) {
  for (const Grant grant : {Grant::kJoin, Grant::kCreate, Grant::kOffer, Grant::kModerate,
                            Grant::kAdmin, Grant::kGateway}) {
    const Identity who = With({grant}, {"*"});
    EXPECT_EQ(MayJoin(who, "r").ok(), grant == Grant::kJoin);
    EXPECT_EQ(MayCreateRoom(who).ok(), grant == Grant::kCreate);
    EXPECT_EQ(MayOffer(who).ok(), grant == Grant::kOffer);
    EXPECT_EQ(Moderates(who, true), grant == Grant::kModerate);
    EXPECT_EQ(MayAdminister(who).ok(), grant == Grant::kAdmin);
    EXPECT_EQ(MayMultiplex(who).ok(), grant == Grant::kGateway);
    Grant parsed{};
    EXPECT_TRUE(ParseGrant(GrantName(grant), &parsed));
    EXPECT_EQ(parsed, grant);
  }
  Grant parsed{};
  EXPECT_FALSE(ParseGrant("Join", &parsed));
  EXPECT_FALSE(ParseGrant("", &parsed));
}

TEST(AccessTest, RoomsAreNamesAndBeginnings) {
  const Identity who = With({Grant::kJoin}, {"hall", "team-*"});
  for (const char* room : {"hall", "team-", "team-red"}) EXPECT_TRUE(MayJoin(who, room).ok());
  for (const char* room : {"hal", "hall2", "Hall", "team", "my-team-red", "*", "team-*x", ""}) {
    EXPECT_EQ(MayJoin(who, room).ok(), std::string_view(room).starts_with("team-")) << room;
  }
  EXPECT_TRUE(MayJoin(With({Grant::kJoin}, {"*"}), "any").ok());
  EXPECT_FALSE(MayJoin(With({Grant::kJoin}), "any").ok()) << "no room is not every room";
}

TEST(AccessTest, TheRoomOfOneThatNamesNone) {
  EXPECT_EQ(DefaultRoom(With({}, {"hall"}), "lobby"), "hall");
  EXPECT_EQ(DefaultRoom(With({}, {"hall", "yard"}), "lobby"), "lobby");
  EXPECT_EQ(DefaultRoom(With({}, {"hall*"}), "lobby"), "lobby");
  EXPECT_EQ(DefaultRoom(With({}), "lobby"), "lobby");
  EXPECT_EQ(DefaultRoom(Identity(), "lobby"), "lobby");
}

TEST(AccessTest, AnotherNameOrAnotherRoomDoesNotContinue) {
  const Identity before = With({Grant::kJoin}, {"r"});
  EXPECT_TRUE(MayContinue(before, before, "r").ok());
  Identity other = before;
  other.client_id = "bob";
  EXPECT_THAT(RefusalReason(MayContinue(before, other, "")), Optional(Reason::kUnauthenticated));
  EXPECT_TRUE(MayContinue(before, With({}), "").ok()) << "in no room, none is missing";
  EXPECT_THAT(RefusalReason(MayContinue(before, With({}), "r")),
              Optional(Reason::kPermissionDenied));
}

TEST(AccessTest, TheTokensMetadataGoesOverTheClients) {
  Identity who = With({});
  who.metadata = {{"name", "Ann"}};
  Metadata metadata;
  metadata["name"] = "Root";
  metadata["x"] = std::string(kMaxMetadataBytes - 8, 'x');
  ASSERT_TRUE(AddMetadata(who, &metadata).ok()) << "exactly what fits";
  EXPECT_EQ(metadata["name"], "Ann");
  metadata["x"] += 'x';
  EXPECT_THAT(RefusalReason(AddMetadata(who, &metadata)), Optional(Reason::kInvalidMessage));
  Metadata large;
  large["x"] = std::string(2 * kMaxMetadataBytes, 'x');
  EXPECT_TRUE(AddMetadata(With({}), &large).ok())
      << "what the client alone says was checked before";
}

}  // namespace
}  // namespace signaling
