#include "services/signaling/rpc/metered_engine.h"

#include <gtest/gtest.h>

#include "tests/signaling/rpc/fake_office.h"
#include "tests/signaling/rpc/samples.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class MeteredEngineTest : public ::testing::Test {
 protected:
  std::optional<std::uint64_t> Count(const char* operation) {
    return Sample(registry_, "signaling_engine_operations_total", {{"operation", operation}});
  }
  std::optional<std::uint64_t> Timed(const char* operation) {
    return Sample(registry_, "signaling_engine_operation_seconds", {{"operation", operation}});
  }

  prometheus::Registry registry_;
  FakeEngine engine_{10};
  MeteredEngine metered_{engine_, registry_};
};

TEST_F(MeteredEngineTest, EveryOperationHasItsSeriesFromTheStart) {
  std::size_t operations = 0;
  for (const prometheus::MetricFamily& family : registry_.Collect()) {
    operations = family.metric.size();
    EXPECT_EQ(operations, kOperations) << family.name;
  }
  EXPECT_EQ(Count("open"), 0u);
  EXPECT_EQ(Timed("unwatch"), 0u);
}

TEST_F(MeteredEngineTest, WhatIsRareIsTimedEachTime) {
  for (int i = 0; i < 10; ++i) metered_.Detach({}, nullptr, DetachCause::kBye);
  EXPECT_EQ(Count("detach"), 10u);
  EXPECT_EQ(Timed("detach"), 10u);
}

TEST_F(MeteredEngineTest, OfWhatComesWithEveryMessageOneInSixtyFour) {
  v1::UpFrame frame;
  for (int i = 0; i < 129; ++i) metered_.Apply({}, &frame);
  EXPECT_EQ(Count("apply"), 129u);
  EXPECT_EQ(Timed("apply"), 3u);
  PullBudget budget;
  v1::DownBatch batch;
  EXPECT_EQ(metered_.Pull({}, 7, 1, &budget, &batch).last_seq, 7u) << "the engine's answer";
  EXPECT_EQ(Timed("pull"), 1u) << "each counts for itself";
}

TEST_F(MeteredEngineTest, ACallOfABackEndIsTimedUntilItsAnswer) {
  engine_.office().Hold();
  bool answered = false;
  v1::CreateRoomRequest request;
  request.set_room("r");
  metered_.back_office().CreateRoom(request,
                                    [&](const absl::StatusOr<v1::CreateRoomResponse>& answer) {
                                      EXPECT_TRUE(answer.ok());
                                      answered = true;
                                    });
  EXPECT_EQ(Count("create_room"), 1u);
  EXPECT_EQ(Timed("create_room"), 0u);
  engine_.office().AnswerHeld();
  EXPECT_TRUE(answered);
  EXPECT_EQ(Timed("create_room"), 1u);
}

TEST_F(MeteredEngineTest, EachOperationCountsAsItself) {
  v1::UpFrame frame;
  PullBudget budget;
  v1::DownBatch batch;
  std::vector<v1::WatchEventsResponse> events;
  metered_.Open({}, {}, Identity(), {});
  metered_.Attach({}, {}, {});
  metered_.Detach({}, nullptr, DetachCause::kBye);
  metered_.SetResumable({});
  metered_.Refresh({}, {});
  metered_.Apply({}, &frame);
  metered_.Alive({});
  metered_.Measured({}, absl::Seconds(1));
  metered_.Report({}, {});
  metered_.Acknowledge({}, 1);
  metered_.Pull({}, 0, 1, &budget, &batch);
  metered_.Expire();
  BackOffice& office = metered_.back_office();
  office.CreateRoom({}, [](const auto&) {});
  office.GetRoom({}, [](const auto&) {});
  office.ListRooms({}, [](const auto&) {});
  office.UpdateRoom({}, [](const auto&) {});
  office.DeleteRoom({}, [](const auto&) {});
  office.ListParticipants({}, [](const auto&) {});
  office.RemoveParticipant({}, [](const auto&) {});
  office.SendMessage({}, [](const auto&) {});
  office.GetOffer({}, [](const auto&) {});
  office.ListOffers({}, [](const auto&) {});
  office.DeleteOffer({}, [](const auto&) {});
  office.ListSessions({}, [](const auto&) {});
  office.EndSession({}, [](const auto&) {});
  office.ExplainSession({}, [](const auto&) {});
  office.ExplainOffer({}, [](const auto&) {});
  struct Sink final : EventSink {
    void OnEvents() override {}
  } sink;
  ASSERT_TRUE(office.Watch("", &sink).ok());
  ASSERT_TRUE(office.ReadEvents(0, 1, &events).ok());
  office.Unwatch(&sink);
  std::size_t counted = 0;
  for (const prometheus::MetricFamily& family : registry_.Collect()) {
    if (family.type != prometheus::MetricType::Counter) continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      EXPECT_EQ(metric.counter.value, 1) << metric.label[0].value;
      ++counted;
    }
  }
  EXPECT_EQ(counted, kOperations);
  EXPECT_EQ(engine_.office().calls().size(), 15u);
  EXPECT_EQ(engine_.office().calls().front(), "signaling.v1.CreateRoomRequest");
  EXPECT_EQ(engine_.office().calls().back(), "signaling.v1.ExplainOfferRequest");
}

}  // namespace
}  // namespace signaling
