// A client comes back: exactly, or it is told why not.
#include <atomic>
#include <thread>

#include "tests/contract/back_office_call.h"
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using ::testing::ElementsAre;

// The running numbers that the messages carry.
std::vector<std::string> Data(const std::vector<v1::DownFrame>& events) {
  std::vector<std::string> data;
  for (const v1::DownFrame& event : events) {
    if (event.has_app()) data.push_back(event.app().data());
  }
  return data;
}

v1::UpFrame Numbered(std::uint64_t id, std::uint64_t after_id, const std::string& data) {
  v1::UpFrame frame;
  frame.set_id(id);
  frame.set_after_id(after_id);
  frame.mutable_app()->set_data(data);
  return frame;
}

TEST_P(EngineResumeTest, BringsWhatCameMeanwhileInOrder) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  bob.Message("1");
  bob.Message("2");
  EXPECT_THAT(Data(ann.Events(/*acknowledge=*/false)), ElementsAre("1", "2"));
  ann.End(DetachCause::kBroken);
  bob.Message("3");
  ann.Resume();
  ASSERT_TRUE(ann.opened());
  EXPECT_TRUE(ann.record().opened->resumed());
  EXPECT_EQ(ann.record().opened->last_id(), 1u) << "of the join";
  EXPECT_FALSE(ann.record().opened->has_room());
  EXPECT_GT(ann.record().unsent, 0);
  EXPECT_THAT(Data(ann.Events()), ElementsAre("3"));
  EXPECT_TRUE(bob.Events().empty()) << "a second is nobody's business";
  ann.Message("4");
  EXPECT_THAT(Data(bob.Events()), ElementsAre("4"));
}

TEST_P(EngineResumeTest, WhatWasGivenButNotReceivedIsGivenAgain) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  const std::uint64_t received = ann.last_seq();
  for (const char* data : {"1", "2", "3"}) bob.Message(data);
  EXPECT_EQ(ann.Events(/*acknowledge=*/false).size(), 3u);
  ann.ResumeWith(ann.token(), received + 1);
  PullBudget budget{.frames = 9, .bytes = 9999};
  v1::DownBatch batch;
  engine_->Pull(ann.ref(), received + 1, 1, &budget, &batch);
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_EQ(batch.frames(0).seq(), received + 2);
  EXPECT_EQ(batch.frames(0).app().data(), "2");
}

TEST_P(EngineResumeTest, AnswersAndVerdictsSurvive) {
  Client& ann = Joined("r", "ann");
  const std::uint64_t refused = ann.Message("1", "nobody");
  const std::uint64_t created = ann.Create();
  ann.End(DetachCause::kBroken);
  ann.Resume();
  const auto events = ann.Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].reply_to(), refused);
  EXPECT_EQ(ReasonOf(events[0]), Reason::kPeerUnavailable);
  EXPECT_EQ(events[1].reply_to(), created);
  EXPECT_TRUE(events[1].has_offer());
}

TEST_P(EngineResumeTest, WhatIsSentAgainIsOnlyAcknowledged) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Message("1");
  ann.End(DetachCause::kBroken);
  ann.Resume();
  ann.SendRaw(Numbered(2, 1, "\"1\""));
  EXPECT_THAT(ann.record().applied, ElementsAre(2));
  EXPECT_EQ(Data(bob.Events()).size(), 1u);
  ann.SendRaw(Numbered(4, 3, "\"4\""));
  EXPECT_THAT(ann.record().gaps, ElementsAre(2));
  EXPECT_TRUE(bob.Events().empty()) << "after a gap nothing is stored";
  ann.SendRaw(Numbered(3, 2, "3"));
  ann.SendRaw(Numbered(4, 3, "4"));
  EXPECT_THAT(Data(bob.Events()), ElementsAre("3", "4"));
}

TEST_P(EngineResumeTest, TheOthersHearOfItAfterASecond) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.End(DetachCause::kBroken);
  Wait(absl::Milliseconds(999));
  EXPECT_TRUE(bob.Events().empty());
  Wait(absl::Milliseconds(1));
  const v1::ParticipantConnection gone = bob.OnlyEvent().room().participant_connection();
  EXPECT_EQ(gone.client_id(), "ann");
  EXPECT_FALSE(gone.connected());
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  EXPECT_FALSE(eve.OnlyEvent().room().joined().participants(0).connected());
  bob.Events();
  ann.Resume();
  EXPECT_TRUE(bob.OnlyEvent().room().participant_connection().connected());
  EXPECT_TRUE(eve.OnlyEvent().room().participant_connection().connected());
}

TEST_P(EngineResumeTest, ASocketThatOnlyLooksAliveIsTakenOver) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  const SessionRef old = ann.ref();
  const std::uint64_t old_tag = ann.tag();
  ann.Resume();
  const auto closed = sink_.Of(old_tag).closed;
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->close_code(), 4504u);
  EXPECT_GT(ann.ref().epoch, old.epoch);

  bob.Message("1");
  // What the old connection still says is void.
  engine_->Acknowledge(old, ann.last_seq() + 1);
  engine_->Detach(old, &sink_, DetachCause::kBroken);
  engine_->Detach(old, &sink_, DetachCause::kBye);
  v1::UpFrame late = Numbered(2, 1, "2");
  engine_->Apply(old, &late);
  PullBudget budget{.frames = 9, .bytes = 9999};
  v1::DownBatch batch;
  engine_->Pull(old, 0, 1, &budget, &batch);
  EXPECT_EQ(batch.frames_size(), 0);
  v1::Attach attach;
  attach.set_epoch(old.epoch);
  attach.set_attempt(1000);
  engine_->Attach(old.id, attach, {&sink_, 700});
  EXPECT_EQ(sink_.Of(700).closed->close_code(), 4504u);

  EXPECT_FALSE(ann.closed());
  EXPECT_TRUE(ann.record().applied.empty());
  EXPECT_THAT(Data(ann.Events()), ElementsAre("1"));
  EXPECT_TRUE(bob.Events().empty());
  EXPECT_EQ(engine_->Stats().detached, 0u);
}

TEST_P(EngineResumeTest, AResumeConfirmsWhatArrived) {
  Make({.max_outbox_events = 8});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  for (int i = 0; i < 6; ++i) bob.Message("1");
  ann.Events(/*acknowledge=*/false);
  ann.Resume();
  for (int i = 0; i < 6; ++i) bob.Message("1");
  EXPECT_FALSE(ann.closed());
}

TEST_P(EngineResumeTest, APlainSessionThatAcknowledgesCanBeResumed) {
  Client& quiet = NewClient().OpenPlain("r", "quiet");
  Client& ann = Joined("r", "ann");
  quiet.End(DetachCause::kBroken);
  EXPECT_EQ(ann.OnlyEvent().room().participant_left().reason(), v1::LEAVE_REASON_TIMEOUT);
  Client& robot = NewClient().OpenPlain("r", "robot");
  engine_->SetResumable(robot.ref());
  ann.Events();
  robot.End(DetachCause::kBroken);
  ann.Message("1");
  ASSERT_TRUE(robot.Resume().record().opened->resumed());
  EXPECT_EQ(robot.client_id(), "robot");
  EXPECT_THAT(Data(robot.Events()), ElementsAre("1"));
}

TEST_P(EngineResumeTest, ManyEventsComeInPortions) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.End(DetachCause::kBroken);
  for (int i = 0; i < 200; ++i) bob.Message(std::to_string(i));
  ann.Resume();
  bob.Message("200");
  std::size_t seen = 0;
  for (const std::size_t expected : {64U, 64U, 64U, 9U}) {
    const auto events = ann.Events(/*acknowledge=*/false);
    ASSERT_EQ(events.size(), expected);
    for (const auto& event : events) EXPECT_EQ(event.app().data(), std::to_string(seen++));
    const int unsent = ann.record().unsent;
    engine_->Acknowledge(ann.ref(), ann.last_seq());
    EXPECT_EQ(ann.record().unsent > unsent, expected == 64) << "the next one is announced";
  }
  for (int i = 0; i < 100; ++i) bob.Message("1");
  EXPECT_EQ(ann.Events().size(), 100u) << "what is new is not held back";
  // Large ones in smaller portions, and one at least.
  ann.End(DetachCause::kBroken);
  const std::string large(std::size_t{30} * 1024, '1');
  for (int i = 0; i < 5; ++i) bob.Message(large);
  ann.Resume();
  for (const std::size_t expected : {2U, 2U, 1U}) EXPECT_EQ(ann.Events().size(), expected);
}

TEST_P(EngineResumeTest, ListedAsDetached) {
  Client& ann = NewClient().Open("ann");
  const auto state = [&] {
    const auto listed = Call<v1::ListSessionsResponse>(
        engine_->back_office(), &BackOffice::ListSessions, v1::ListSessionsRequest());
    return listed->sessions(0).state();
  };
  EXPECT_EQ(state(), v1::SESSION_STATE_CONNECTED);
  ann.End(DetachCause::kBroken);
  EXPECT_EQ(state(), v1::SESSION_STATE_DETACHED);
  ann.Resume();
  EXPECT_EQ(state(), v1::SESSION_STATE_CONNECTED);
}

// Offers.

TEST_P(EngineResumeTest, ADetachedMakersOfferStaysAndItHearsOfTheClaim) {
  const Scene scene = Queued();
  scene.maker.End(DetachCause::kBroken);
  scene.claimer.Claim(scene.id);
  EXPECT_TRUE(scene.claimer.OnlyEvent().signal().has_offer());
  scene.claimer.AnswerFor(scene.id);
  scene.maker.Resume();
  const auto events = scene.maker.Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(OfferOf(events[0]).state(), v1::OFFER_STATE_CLAIMED);
  EXPECT_TRUE(events[1].signal().has_answer());
  scene.maker.End(DetachCause::kBroken);
  Wait(absl::Seconds(30));
  EXPECT_EQ(OfferOf(scene.claimer.OnlyEvent()).reason(), v1::OFFER_REASON_MAKER_LEFT);
}

TEST_P(EngineResumeTest, ADetachedClaimerKeepsTheClaimForItsLease) {
  const Scene scene = Claimed();
  scene.claimer.End(DetachCause::kBroken);
  EXPECT_TRUE(scene.maker.Events().empty());
  scene.claimer.Resume();
  scene.claimer.AnswerFor(scene.id);
  EXPECT_TRUE(scene.maker.OnlyEvent().signal().has_answer());

  const Scene late = Claimed();
  late.claimer.End(DetachCause::kBroken);
  Wait(absl::Seconds(15));
  EXPECT_EQ(OfferOf(late.maker.OnlyEvent()).state(), v1::OFFER_STATE_QUEUED);
  late.claimer.Resume();
  EXPECT_EQ(OfferOf(late.claimer.OnlyEvent()).state(), v1::OFFER_STATE_QUEUED)
      << "who was away hears of it too";
}

TEST_P(EngineResumeTest, AMakerBackOrGoneAndAClaimAreOneOrTheOther) {
  for (int i = 0; i < 50; ++i) {
    const Scene scene = Queued();
    scene.maker.End(DetachCause::kBroken);
    clock_.Advance(absl::Seconds(30));
    std::thread claim([&] { scene.claimer.Claim(scene.id); });
    std::thread expire([&] { engine_->Expire(); });
    std::thread resume([&] { scene.maker.Resume(); });
    for (std::thread* thread : {&claim, &expire, &resume}) thread->join();
    const auto told = scene.claimer.Events();
    ASSERT_FALSE(told.empty());
    ASSERT_TRUE(scene.maker.opened());
    if (scene.maker.record().opened->resumed()) {
      ASSERT_EQ(told.size(), 1u);
      EXPECT_TRUE(told[0].signal().has_offer());
      EXPECT_EQ(OfferOf(scene.maker.OnlyEvent()).state(), v1::OFFER_STATE_CLAIMED);
    } else if (told[0].has_error()) {
      EXPECT_EQ(ReasonOf(told[0]), Reason::kOfferExpired);
    } else {
      ASSERT_EQ(told.size(), 2u) << "the claim, and the maker's end";
      EXPECT_EQ(OfferOf(told[1]).reason(), v1::OFFER_REASON_MAKER_LEFT);
    }
    scene.maker.End();
    scene.claimer.End();
    scene.other.End();
  }
}

TEST_P(EngineResumeTest, OfManyWhoComeBackAtOnceOneHoldsTheSession) {
  constexpr int kThreads = 8;
  Client& ann = Joined("r", "ann");
  for (int round = 0; round < 20; ++round) {
    v1::Open open;
    open.set_path(v1::SESSION_PATH_V1);
    open.mutable_resume()->set_session_id(ann.ref().id.ToString());
    open.mutable_resume()->set_token(ann.token());
    open.mutable_resume()->set_last_seq(ann.last_seq());
    std::vector<std::thread> threads;
    RecordingSink sink;
    for (std::uint64_t tag = 1; tag <= kThreads; ++tag) {
      threads.emplace_back([&, tag, open]() mutable {
        open.set_session_id(NewRandomId());
        engine_->Open(*SessionId::Parse(open.session_id()), open, Identity(), {&sink, tag});
      });
    }
    for (std::thread& thread : threads) thread.join();
    int holding = 0;
    for (std::uint64_t tag = 1; tag <= kThreads; ++tag) {
      ASSERT_TRUE(sink.Of(tag).opened->resumed());
      if (!sink.Of(tag).closed) ++holding;
    }
    EXPECT_EQ(holding, 1);
    ann.Resume();
    ASSERT_TRUE(ann.record().opened->resumed());
    ann.Message("1", "nobody");
    ann.Events();
  }
}

}  // namespace
}  // namespace signaling
