// Who may come into a room, who has to go, and what may be said there.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAudio[] = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=audio 9 X 1\r\n";
constexpr char kVideo[] = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=video 9 X 1\r\n";

TEST_P(EngineRoomRulesTest, TheJoinThatCreatesTheRoomSetsItsOptions) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_max_participants(2);
  options.set_media(v1::MEDIA_AUDIO);
  options.set_relay_only(true);
  options.mutable_allowed()->add_client_ids("ann");
  options.mutable_allowed()->add_client_ids("bob");
  options.mutable_allowed()->add_client_ids("eve");
  ann.JoinWith("r", options);
  const v1::RoomOptions set = ann.OnlyEvent().room().joined().options();
  EXPECT_EQ(set.max_participants(), 2u);
  EXPECT_EQ(set.media(), v1::MEDIA_AUDIO);
  EXPECT_TRUE(set.relay_only());
  EXPECT_FALSE(set.knock());
  EXPECT_FALSE(set.locked());
  EXPECT_FALSE(set.has_allowed()) << "who may come is not for participants to read";
  Client& stranger = NewClient().Open("stranger");
  stranger.Join("r");
  EXPECT_EQ(ReasonOf(stranger.OnlyEvent()), Reason::kPermissionDenied);
  Client& bob = NewClient().Open("bob");
  v1::RoomOptions wider;
  wider.set_max_participants(5);
  bob.JoinWith("r", wider);
  EXPECT_EQ(bob.OnlyEvent().room().joined().options().max_participants(), 2u)
      << "the room is there already";
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  EXPECT_EQ(ReasonOf(eve.OnlyEvent()), Reason::kRoomFull) << "a cap of 2";
  EXPECT_EQ(NewClient().OpenPlain("r", "stranger").closed_for(), Reason::kPermissionDenied);
  EXPECT_EQ(clients_.back()->record().closed->close_code(), 4502u);
}

TEST_P(EngineRoomRulesTest, OptionsOfAJoinOnlyTighten) {
  Make({.max_participants = 4, .audio_only = true, .relay_only = true});
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_max_participants(5);
  ann.JoinWith("r", options);
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kInvalidMessage) << "over the ceiling";
  options.set_max_participants(0);
  ann.JoinWith("r", options);
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kInvalidMessage);
  options.set_max_participants(4);
  options.set_media(v1::MEDIA_ANY);
  options.set_relay_only(false);
  ann.JoinWith("r", options);
  const v1::RoomOptions set = ann.OnlyEvent().room().joined().options();
  EXPECT_EQ(set.media(), v1::MEDIA_AUDIO);
  EXPECT_TRUE(set.relay_only());
}

TEST_P(EngineRoomRulesTest, AnEmptyRoomKeepsItsOptionsForAWhile) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_max_participants(2);
  ann.JoinWith("r", options);
  ann.Leave();
  ann.Events();
  clock_.Advance(absl::Seconds(59));
  engine_->Expire();
  ann.Join("r");
  EXPECT_EQ(ann.OnlyEvent().room().joined().options().max_participants(), 2u);
  clock_.Advance(absl::Hours(1));
  engine_->Expire();
  EXPECT_EQ(engine_->Stats().rooms, 1u) << "somebody is there";
  ann.Leave();
  ann.Events();
  clock_.Advance(absl::Minutes(1));
  engine_->Expire();
  EXPECT_EQ(engine_->Stats().rooms, 0u);
  ann.Join("r");
  EXPECT_EQ(ann.OnlyEvent().room().joined().options().max_participants(), 5u) << "a new room";
}

TEST_P(EngineRoomRulesTest, OnlyTheLongestPresentModerates) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  for (const v1::Moderate& command : {Kick("ann"), Lock(true), Admit("eve")}) {
    bob.Moderate(command);
    EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kPermissionDenied);
  }
  ann.Leave();
  ann.Events();
  bob.Events();
  bob.Moderate(Lock(true));
  EXPECT_TRUE(bob.OnlyEvent().room().room_locked().locked()) << "the next one does";
  ann.Moderate(Lock(false));
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kNotInRoom);
}

TEST_P(EngineRoomRulesTest, KickedIsOutAndStaysOutForTheBan) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  ann.Events();
  bob.Events();
  ann.Moderate(Kick("bob"));
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
  EXPECT_EQ(bob.record().closed->close_code(), 4503u);
  EXPECT_EQ(bob.record().closed->error().message(), "enough");
  for (Client* other : {&ann, &eve}) {
    EXPECT_EQ(other->OnlyEvent().room().participant_left().reason(), v1::LEAVE_REASON_KICKED);
  }
  Client& again = NewClient().Open("bob");
  again.Join("r");
  EXPECT_EQ(ReasonOf(again.OnlyEvent()), Reason::kBanned);
  EXPECT_EQ(NewClient().OpenPlain("r", "bob").closed_for(), Reason::kBanned);
  again.Join("elsewhere");
  EXPECT_TRUE(again.OnlyEvent().room().has_joined()) << "a ban is one room's";
  again.Leave();
  again.Events();
  ann.Leave();
  eve.Leave();
  clock_.Advance(absl::Minutes(5) - absl::Seconds(1));
  engine_->Expire();
  again.Join("r");
  EXPECT_EQ(ReasonOf(again.OnlyEvent()), Reason::kBanned) << "it outlives the room";
  clock_.Advance(absl::Seconds(1));
  engine_->Expire();
  again.Join("r");
  EXPECT_TRUE(again.OnlyEvent().room().has_joined());
}

TEST_P(EngineRoomRulesTest, AKickMayBanNotAtAll) {
  Client& ann = Joined("r", "ann");
  Joined("r", "bob");
  ann.Events();
  ann.Moderate(Kick("bob", 0));
  Joined("r", "bob");
  ann.Events();
  ann.Moderate(Kick("nobody"));
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable);
  ann.Moderate(Kick("ann"));
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPermissionDenied);
}

TEST_P(EngineRoomRulesTest, ABannedNameIsNotAdoptedEither) {
  Client& ann = Joined("lobby", "ann");
  Joined("lobby", "robot");
  ann.Moderate(Kick("robot"));
  Client& robot = NewClient().OpenPlain("lobby");
  ASSERT_TRUE(robot.opened());
  robot.Offer("", "robot");
  EXPECT_EQ(robot.closed_for(), Reason::kBanned);
  EXPECT_EQ(engine_->Stats().participants, 1u);
}

TEST_P(EngineRoomRulesTest, ALockedRoomLetsNobodyInUntilItIsUnlockedOrEmpty) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.Moderate(Lock(true));
  const v1::RoomLocked told = bob.OnlyEvent().room().room_locked();
  EXPECT_TRUE(told.locked());
  EXPECT_EQ(told.client_id(), "ann");
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  EXPECT_EQ(ReasonOf(eve.OnlyEvent()), Reason::kRoomLocked);
  EXPECT_EQ(NewClient().OpenPlain("r", "x").closed_for(), Reason::kRoomLocked);
  EXPECT_EQ(clients_.back()->record().closed->close_code(), 4005u);
  ann.Moderate(Lock(false));
  eve.Join("r");
  EXPECT_TRUE(eve.OnlyEvent().room().has_joined());
  ann.Moderate(Lock(true));
  ann.Leave();
  bob.Leave();
  eve.Leave();
  Joined("r", "late");
}

TEST_P(EngineRoomRulesTest, ARefusedJoinChangesNothing) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_max_participants(1);
  ann.JoinWith("full", options);
  Client& bob = NewClient().Open("bob");
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room("full");
  (*frame.mutable_room()->mutable_join()->mutable_metadata())["name"] = "refused";
  bob.Send(frame);
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kRoomFull);
  Client& eve = Joined("r", "eve");
  bob.Join("r");
  EXPECT_TRUE(eve.OnlyEvent().room().participant_joined().participant().metadata().empty());
}

TEST_P(EngineRoomRulesTest, AClosedRoomsReasonReachesWhoHadNoSpaceLeft) {
  Make({.max_outbox_events = 3});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  ann.Events();
  bob.Events();
  for (int i = 0; i < 3; ++i) bob.Message("1", "eve");
  v1::Moderate close;
  close.mutable_close_room();
  ann.Moderate(close);
  EXPECT_EQ(eve.closed_for(), Reason::kRoomClosed) << "not for the farewells of the others";
}

TEST_P(EngineRoomRulesTest, AClosedRoomEndsTheSessionsInIt) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  bob.Events();
  v1::Moderate close;
  close.mutable_close_room()->set_reason("time is up");
  ann.Moderate(close);
  EXPECT_EQ(ann.closed_for(), Reason::kRoomClosed);
  EXPECT_EQ(ann.record().closed->close_code(), 4505u);
  EXPECT_EQ(ann.record().closed->error().message(), "time is up");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kPermissionDenied) << "who only knocks lives on";
  EXPECT_EQ(engine_->Stats().rooms, 0u);
}

TEST_P(EngineRoomRulesTest, AnAudioRoomRefusesOtherMedia) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_media(v1::MEDIA_AUDIO);
  ann.JoinWith("r", options);
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.Offer("", "", kVideo);
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kMediaNotAllowed);
  ann.Offer("", "", kAudio);
  EXPECT_EQ(bob.OnlyEvent().signal().offer().sdp(), kAudio) << "relayed unchanged";
}

TEST_P(EngineRoomRulesTest, ARelayOnlyRoomTellsNoAddress) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options;
  options.set_relay_only(true);
  ann.JoinWith("r", options);
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.Offer("", "", kAudio);
  ann.Candidate("candidate:1 1 udp 1 192.0.2.7 5000 typ host");
  ann.Candidate("candidate:2 1 udp 1 198.51.100.9 5000 typ relay raddr 192.0.2.7 rport 6000");
  ann.Candidate("");
  const auto seen = bob.Events();
  ASSERT_THAT(seen, SizeIs(3)) << "the host candidate is not passed";
  for (const v1::DownFrame& event : seen) {
    EXPECT_EQ(event.ShortDebugString().find("192.0.2.7"), std::string::npos);
  }
  EXPECT_THAT(ann.Events(), IsEmpty()) << "and that is no fault of the sender's";
}

}  // namespace
}  // namespace signaling
