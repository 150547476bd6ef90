// Sessions, numbers and outboxes.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST_P(EngineSessionsTest, OpensUnderTheWantedOrAMadeUpClientId) {
  EXPECT_EQ(NewClient().Open("ann").client_id(), "ann");
  Client& nameless = NewClient().Open();
  EXPECT_TRUE(IsValidId(nameless.client_id())) << nameless.client_id();
}

TEST_P(EngineSessionsTest, OpeningTwiceFromTheSameHolderIsOneSession) {
  Client& client = NewClient().Open("ann");
  v1::Open again;
  again.set_session_id(client.ref().id.ToString());
  again.set_path(v1::SESSION_PATH_V1);
  again.set_client_id("ann");
  engine_->Open(client.ref().id, again, Identity(), {&sink_, 1});
  EXPECT_FALSE(client.closed());
  EXPECT_EQ(engine_->Stats().sessions, 1u);
}

TEST_P(EngineSessionsTest, AnotherHolderCannotOpenItAsSomethingElseOrEndIt) {
  Client& client = NewClient().Open("ann");
  RecordingSink other;
  v1::Open again;
  again.set_path(v1::SESSION_PATH_V1);
  engine_->Open(client.ref().id, again, Identity(), {&other, 9});
  EXPECT_TRUE(other.Of(9).closed.has_value());
  engine_->Detach(client.ref(), &other, DetachCause::kBye);
  EXPECT_FALSE(client.closed());
  EXPECT_EQ(engine_->Stats().sessions, 1u);
}

TEST_P(EngineSessionsTest, AnIdIsActedOnOnce) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  v1::UpFrame frame;
  frame.set_id(2);
  frame.set_after_id(1);
  frame.mutable_app()->set_data("1");
  ann.SendRaw(frame);
  ann.SendRaw(frame);
  EXPECT_EQ(bob.Events().size(), 1u);
  EXPECT_THAT(ann.record().applied, ::testing::ElementsAre(1, 2, 2))
      << "a duplicate is acknowledged again";
}

TEST_P(EngineSessionsTest, IdsMayHaveGapsThatTheSenderKnowsOf) {
  Client& ann = Joined("r", "ann");
  v1::UpFrame frame;
  frame.set_id(100);
  frame.set_after_id(1);
  frame.mutable_app()->set_data("1");
  ann.SendRaw(frame);
  EXPECT_THAT(ann.record().applied, ::testing::ElementsAre(1, 100));
}

TEST_P(EngineSessionsTest, AfterIdAboveTheLastStoresNothing) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  v1::UpFrame frame;
  frame.set_id(3);
  frame.set_after_id(2);
  frame.mutable_app()->set_data("1");
  ann.SendRaw(frame);
  EXPECT_THAT(ann.record().gaps, ::testing::ElementsAre(1));
  EXPECT_TRUE(bob.Events().empty());
  frame.Clear();
  frame.set_id(2);
  frame.set_after_id(1);
  frame.mutable_app()->set_data("2");
  ann.SendRaw(frame);
  EXPECT_EQ(bob.OnlyEvent().app().data(), "2");
}

TEST_P(EngineSessionsTest, AnotherEpochIsVoid) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  const SessionRef stale{ann.ref().id, ann.ref().epoch + 1};
  v1::UpFrame frame;
  frame.set_id(2);
  frame.mutable_app()->set_data("1");
  engine_->Apply(stale, &frame);
  EXPECT_TRUE(bob.Events().empty());
  EXPECT_THAT(ann.record().applied, ::testing::ElementsAre(1));
}

TEST_P(EngineSessionsTest, AVerdictOfTheGatewayIsAnEvent) {
  Client& ann = NewClient().Open("ann");
  v1::UpFrame frame;
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_UNKNOWN_TYPE);
  frame.mutable_refused()->set_message("dance");
  const std::uint64_t id = ann.Send(frame);
  const v1::DownFrame event = ann.OnlyEvent();
  EXPECT_EQ(ReasonOf(event), Reason::kUnknownType);
  EXPECT_EQ(event.error().action(), v1::ERROR_ACTION_NONE);
  EXPECT_EQ(event.reply_to(), id);
}

TEST_P(EngineSessionsTest, UnacknowledgedEventsStayAndAcknowledgedOnesGo) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  for (int i = 0; i < 3; ++i) ann.Message(std::to_string(i));
  const std::uint64_t before = 1;  // bob's joined
  v1::DownBatch batch;
  PullBudget budget{.frames = 10, .bytes = 10'000};
  EXPECT_EQ(engine_->Pull(bob.ref(), before, 7, &budget, &batch).last_seq, before + 3);
  EXPECT_EQ(batch.frames(0).slot(), 7u);
  engine_->Acknowledge(bob.ref(), before + 2);
  batch.Clear();
  engine_->Pull(bob.ref(), before, 7, &budget, &batch);
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).seq(), before + 3);
  engine_->Acknowledge(bob.ref(), 1'000'000);  // never sent: ignored
  batch.Clear();
  engine_->Pull(bob.ref(), before, 7, &budget, &batch);
  EXPECT_EQ(batch.frames_size(), 1);
}

TEST_P(EngineSessionsTest, ABudgetIsKeptAndTheRestIsToldOf) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  for (int i = 0; i < 5; ++i) ann.Message(std::to_string(i));
  v1::DownBatch batch;
  PullBudget budget{.frames = 2, .bytes = 10'000};
  PullResult pulled = engine_->Pull(bob.ref(), 1, 1, &budget, &batch);
  EXPECT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(pulled.more);
  EXPECT_EQ(budget.frames, 0u);
  budget = {.frames = 10, .bytes = 1};  // one always fits an empty batch
  batch.Clear();
  pulled = engine_->Pull(bob.ref(), pulled.last_seq, 1, &budget, &batch);
  EXPECT_EQ(batch.frames_size(), 1);
  EXPECT_TRUE(pulled.more);
}

TEST_P(EngineSessionsTest, AnOutboxThatOverflowsEndsItsOwnSessionOnly) {
  Make({.max_outbox_events = 8});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  ann.Events();
  bob.Events();
  for (int i = 0; i < 9; ++i) {
    ann.Message(std::to_string(i));
    bob.Events();
  }
  EXPECT_EQ(eve.closed_for(), Reason::kSlowConsumer);
  EXPECT_EQ(eve.record().closed->close_code(), 4003u);
  EXPECT_FALSE(ann.closed());
  EXPECT_FALSE(bob.closed());
  const v1::DownFrame left = ann.OnlyEvent();
  EXPECT_EQ(left.room().participant_left().client_id(), "eve");
  EXPECT_EQ(left.room().participant_left().reason(), v1::LEAVE_REASON_OVERFLOW);
  EXPECT_EQ(engine_->Stats().participants, 2u);
}

TEST_P(EngineSessionsTest, AnOutboxIsBoundedInBytesToo) {
  Make({.max_outbox_bytes = 4096});
  Client& ann = Joined("r", "ann");
  Client& eve = Joined("r", "eve");
  ann.Events();
  for (int i = 0; i < 5; ++i) ann.Message('"' + std::string(1000, 'x') + '"');
  EXPECT_EQ(eve.closed_for(), Reason::kSlowConsumer);
}

TEST_P(EngineSessionsTest, EndTellsTheOthersWhy) {
  const std::pair<DetachCause, v1::LeaveReason> cases[] = {
      {DetachCause::kBye, v1::LEAVE_REASON_LEFT},
      {DetachCause::kFault, v1::LEAVE_REASON_CLOSED},
  };
  Client& ann = Joined("r", "ann");
  for (const auto& [cause, reason] : cases) {
    Client& bob = Joined("r", "bob");
    ann.Events();
    bob.End(cause);
    EXPECT_TRUE(bob.closed());
    EXPECT_EQ(bob.closed_for(), std::nullopt);
    EXPECT_EQ(ann.OnlyEvent().room().participant_left().reason(), reason);
  }
}

}  // namespace

}  // namespace signaling
