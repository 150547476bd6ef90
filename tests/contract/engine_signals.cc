// Who receives what, and in which order.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST_P(EngineSignalsTest, GoToTheOnlyOtherParticipant) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  bob.Offer("", "", "v=0 offer");
  ann.Answer();
  bob.Candidate("candidate:1");
  bob.Candidate("");
  const auto seen = ann.Events();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].signal().client_id(), "bob");
  EXPECT_EQ(seen[0].signal().offer().sdp(), "v=0 offer");
  EXPECT_EQ(seen[0].signal().to(), "");
  EXPECT_EQ(seen[1].signal().ice_candidate().candidate(), "candidate:1");
  EXPECT_TRUE(seen[2].signal().has_ice_candidate())
      << "an empty candidate is end-of-candidates and is kept";
  EXPECT_TRUE(bob.OnlyEvent().signal().has_answer());
}

TEST_P(EngineSignalsTest, WithSeveralTheLastPartnerIsMeantElseATargetIsNeeded) {
  Client& robot = Joined("r", "robot");
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  for (Client* client : {&robot, &ann}) client->Events();
  robot.Candidate("candidate:0");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kTargetRequired);
  ann.Offer("robot");
  EXPECT_EQ(robot.OnlyEvent().signal().client_id(), "ann");
  robot.Answer();
  robot.Candidate("candidate:1");
  EXPECT_EQ(ann.Events().size(), 2u);
  EXPECT_TRUE(bob.Events().empty());
  bob.Offer("robot");
  robot.Events();
  robot.Answer();
  EXPECT_TRUE(bob.OnlyEvent().signal().has_answer());
  ann.Candidate("candidate:2");
  EXPECT_EQ(robot.OnlyEvent().signal().client_id(), "ann")
      << "the first pair is not disturbed by the second";
  bob.Leave();
  ann.Leave();
  Joined("r", "eve");
  Joined("r", "joe");
  robot.Events();
  robot.Candidate("candidate:3");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kTargetRequired) << "the last partner is gone";
}

TEST_P(EngineSignalsTest, NobodyThereIsSaid) {
  Client& ann = Joined("r", "ann");
  const std::uint64_t id = ann.Offer();
  const v1::DownFrame verdict = ann.OnlyEvent();
  EXPECT_EQ(ReasonOf(verdict), Reason::kPeerUnavailable);
  EXPECT_EQ(verdict.reply_to(), id);
  EXPECT_EQ(verdict.error().action(), v1::ERROR_ACTION_RETRY);
  Joined("r", "bob");
  ann.Events();
  for (const char* to : {"eve", "ann"}) {
    ann.Offer(to);
    EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable) << to;
  }
}

TEST_P(EngineSignalsTest, NothingPassesWithoutARoomOrBetweenRooms) {
  Client& ann = NewClient().Open("ann");
  ann.Offer();
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kNotInRoom);
  ann.Message("1");
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kNotInRoom);
  ann.Join("r");
  ann.Events();
  Client& bob = Joined("s", "bob");
  ann.Offer("bob");
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable);
  EXPECT_TRUE(bob.Events().empty());
}

TEST_P(EngineSignalsTest, RejectPassesItsReason) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  v1::UpFrame frame;
  frame.mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_BUSY);
  bob.Send(frame);
  EXPECT_EQ(ann.OnlyEvent().signal().reject().reason(), v1::Reject::REASON_BUSY);
}

TEST_P(EngineSignalsTest, MessagesGoToOneOrToEverybodyElse) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  for (Client* client : {&ann, &bob}) client->Events();
  ann.Message(R"({"a":1})");
  ann.Message("2", "eve");
  EXPECT_EQ(bob.OnlyEvent().app().data(), R"({"a":1})");
  const auto seen = eve.Events();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].app().client_id(), "ann");
  EXPECT_TRUE(ann.Events().empty());
  bob.Leave();
  eve.Leave();
  ann.Events();
  ann.Message("3");
  EXPECT_TRUE(ann.Events().empty()) << "a room without others takes a message too";
  ann.Message("4", "eve");
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable);
}

TEST_P(EngineSignalsTest, OrderHoldsBetweenEachTwo) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  for (int i = 0; i < 200; ++i) bob.Candidate("candidate:" + std::to_string(i));
  const auto seen = ann.Events();
  ASSERT_EQ(seen.size(), 200u);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(seen[static_cast<std::size_t>(i)].signal().ice_candidate().candidate(),
              "candidate:" + std::to_string(i));
  }
}

}  // namespace
}  // namespace signaling
