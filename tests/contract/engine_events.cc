// What watchers are told.
#include <atomic>

#include "services/signaling/core/errors.h"
#include "tests/contract/back_office_call.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RecordingEventSink final : public EventSink {
 public:
  void OnEvents() override { ++told; }
  std::atomic<int> told = 0;
};

std::string Say(const v1::Event& event) {
  switch (event.event_case()) {
    case v1::Event::kRoomOpened: return "open " + event.room_opened().room();
    case v1::Event::kRoomEnded: return "end " + event.room_ended().room();
    case v1::Event::kParticipantEntered: return "in " + event.participant_entered().client_id();
    case v1::Event::kParticipantGone: return "out " + event.participant_gone().client_id();
    default: return v1::OfferState_Name(event.offer_changed().state()).substr(12);
  }
}

TEST_P(EngineEventsTest, OneClientAloneDoesNotPushOthersOutOfTheLog) {
  Make({.max_events = 10});
  BackOffice& office = engine_->back_office();
  RecordingEventSink sink;
  const std::uint64_t start = *office.Watch("", &sink);
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  for (int i = 0; i < 100; ++i) {
    robot.Offer();
    robot.Events();
  }
  std::vector<v1::WatchEventsResponse> events;
  EXPECT_TRUE(office.ReadEvents(start, 100, &events).ok());
  EXPECT_THAT(events, SizeIs(3)) << "the room, the robot, and one offer that it renewed";
  office.Unwatch(&sink);
}

TEST_P(EngineEventsTest, WatchersSeeEverythingInOrderFromTheirCursorOn) {
  BackOffice& office = engine_->back_office();
  RecordingEventSink sink;
  const auto start = office.Watch("", &sink);
  ASSERT_TRUE(start.ok());
  Client& ann = Joined("r", "ann");
  ann.Create();
  const std::string id = OfferOf(ann.OnlyEvent()).offer_id();
  ann.Withdraw(id);
  ann.End();
  clock_.Advance(absl::Minutes(1));
  engine_->Expire();
  EXPECT_GT(sink.told, 0);
  std::vector<v1::WatchEventsResponse> events;
  ASSERT_TRUE(office.ReadEvents(*start, 100, &events).ok());
  std::vector<std::string> said;
  for (const auto& response : events) said.push_back(Say(response.event()));
  EXPECT_THAT(said, ElementsAre("open r", "in ann", "QUEUED", "WITHDRAWN", "out ann", "end r"));
  office.Unwatch(&sink);
  RecordingEventSink again;
  const auto from = office.Watch(events[3].cursor(), &again);
  ASSERT_TRUE(from.ok());
  EXPECT_GT(again.told, 0) << "there is something to read at once";
  std::vector<v1::WatchEventsResponse> rest;
  ASSERT_TRUE(office.ReadEvents(*from, 1, &rest).ok());
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(Say(rest[0].event()), "out ann");
  office.Unwatch(&again);
}

TEST_P(EngineEventsTest, ACursorThatIsTooOldIsRefusedNeverSkipped) {
  Make({.max_events = 4});
  BackOffice& office = engine_->back_office();
  RecordingEventSink sink;
  const std::uint64_t start = *office.Watch("", &sink);
  const std::string cursor = office.CursorOf(start);
  Client& ann = NewClient().Open("ann");
  for (int i = 0; i < 2; ++i) {
    ann.Join("r");
    ann.Leave();
  }
  std::vector<v1::WatchEventsResponse> events;
  EXPECT_EQ(*RefusalReason(office.ReadEvents(start, 10, &events)), Reason::kCursorExpired);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_TRUE(office.ReadEvents(start + 1, 10, &events).ok());
  EXPECT_THAT(events, SizeIs(4));
  office.Unwatch(&sink);
  EXPECT_EQ(*RefusalReason(office.Watch(cursor, &sink).status()), Reason::kCursorExpired);
  EXPECT_EQ(*RefusalReason(office.Watch("otherlog123.1", &sink).status()), Reason::kCursorExpired);
  EXPECT_EQ(*RefusalReason(office.Watch("nonsense", &sink).status()), Reason::kInvalidMessage);
  const int told = sink.told;
  ann.Join("r");
  EXPECT_EQ(sink.told, told) << "who was refused is not told";
}

}  // namespace
}  // namespace signaling
