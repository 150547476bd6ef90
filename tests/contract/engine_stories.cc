// The story that the observer is told at the end of each session.
#include "tests/contract/engine_fixture.h"
#include "tests/support/fake_authenticator.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr char kOtherTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST_P(EngineStoriesTest, TellsWhatTheSessionDid) {
  Client& ann = NewClient().TracedAs(kTrace).Open("ann");
  ann.Join("r");
  ann.Join("r");  // refused
  Client& bob = Joined("r", "bob");
  ann.Offer("bob");
  for (int i = 0; i < 3; ++i) ann.Candidate("candidate:1", "bob");
  bob.Offer("ann");
  ann.Answer("bob");
  ann.Create();
  const std::size_t events = ann.Events().size();
  Wait(absl::Seconds(90));
  ann.End(DetachCause::kBroken);
  ann.Resume();
  ann.Leave();
  ann.End();
  const auto told = observer_.Take();
  ASSERT_THAT(told.stories, SizeIs(1));
  const SessionStory& story = told.stories.front();
  EXPECT_EQ(story.id, ann.ref().id);
  EXPECT_EQ(story.name.substr(0, 2), "s-");
  EXPECT_EQ(story.client_id, "ann");
  EXPECT_EQ(story.path, v1::SESSION_PATH_V1);
  EXPECT_EQ(story.room, "r") << "the last, though it has left it";
  EXPECT_EQ(story.traceparent, kTrace);
  EXPECT_EQ(story.leave_reason, v1::LEAVE_REASON_LEFT);
  EXPECT_FALSE(story.reason.has_value());
  EXPECT_EQ(story.lasted, absl::Seconds(90));
  EXPECT_EQ(story.received, 9u);
  EXPECT_EQ(story.sent, events + 1);
  EXPECT_EQ(story.refused, 1u);
  EXPECT_EQ(story.resumes, 1u);
  EXPECT_EQ(story.detaches, 1u);
  EXPECT_EQ(story.offers, 2u) << "one sent, one stored";
  EXPECT_EQ(story.answers, 1u);
  EXPECT_EQ(story.candidates, 3u);
}

TEST_P(EngineStoriesTest, SaysWhyItEnded) {
  Client& robot = NewClient().OpenPlain("r", "robot");
  Client& ann = Joined("r", "ann");
  robot.Moderate(Kick("ann"));
  ASSERT_EQ(ann.closed_for(), Reason::kKicked);
  auto told = observer_.Take();
  ASSERT_THAT(told.stories, SizeIs(1));
  EXPECT_EQ(told.stories[0].reason, Reason::kKicked);
  EXPECT_EQ(told.stories[0].leave_reason, v1::LEAVE_REASON_KICKED);
  EXPECT_EQ(told.stories[0].room, "r");
  Vanish(robot);
  told = observer_.Take();
  ASSERT_THAT(told.stories, SizeIs(1));
  EXPECT_EQ(told.stories[0].path, v1::SESSION_PATH_PLAIN);
  EXPECT_EQ(told.stories[0].leave_reason, v1::LEAVE_REASON_TIMEOUT);
  EXPECT_FALSE(told.stories[0].reason.has_value());
}

TEST_P(EngineStoriesTest, TheTraceIsThatOfTheNewestConnection) {
  Client& ann = NewClient().TracedAs(kTrace).Open("ann");
  ann.End(DetachCause::kBroken);
  ann.TracedAs("").Resume();
  ann.End(DetachCause::kBroken);
  ann.TracedAs(kOtherTrace).Resume();
  ann.End();
  const auto told = observer_.Take();
  ASSERT_THAT(told.stories, SizeIs(1));
  EXPECT_EQ(told.stories[0].traceparent, kOtherTrace);
}

TEST_P(EngineStoriesTest, WhoWasSentAwayDidNotJustStayAway) {
  Client& ann = NewClient().Open("ann");
  Client& bob = NewClient().OpenPlain("r", "bob");
  ann.End(DetachCause::kDraining);
  bob.End(DetachCause::kDraining);
  bob.Attach();
  Vanish(bob);
  const auto told = observer_.Take();
  ASSERT_THAT(told.stories, SizeIs(2));
  EXPECT_FALSE(told.stories[0].reason.has_value()) << "it was back";
  EXPECT_EQ(told.stories[1].client_id, "ann");
  EXPECT_EQ(told.stories[1].reason, Reason::kDraining);
}

TEST_P(EngineStoriesTest, WhoHoldsTheSessionIsToldOfItsTrace) {
  Client& ann = NewClient().TracedAs(kTrace).Open("ann");
  EXPECT_EQ(ann.record().traceparent, kTrace);
  ann.End(DetachCause::kLinkBroken);
  EXPECT_EQ(ann.Attach().record().traceparent, kTrace) << "the gateway does not say it again";
  ann.End(DetachCause::kBroken);
  EXPECT_EQ(ann.TracedAs(kOtherTrace).Resume().record().traceparent, kOtherTrace);
  Client& bob = NewClient().Open("bob");
  EXPECT_EQ(bob.record().traceparent, "");
}

TEST_P(EngineStoriesTest, WhoNeverCameInHasNone) {
  Make({.max_participants = 1});
  Client& ann = NewClient().OpenPlain("r", "ann");
  Client& bob = NewClient().OpenPlain("r", "bob");
  EXPECT_EQ(bob.closed_for(), Reason::kRoomFull);
  Client& eve = NewClient().As(Refusal(Reason::kUnauthenticated, "no token")).Open("eve");
  EXPECT_TRUE(eve.closed());
  EXPECT_THAT(observer_.Take().stories, IsEmpty());
  ann.End();
  EXPECT_THAT(observer_.Take().stories, SizeIs(1));
}

}  // namespace
}  // namespace signaling
