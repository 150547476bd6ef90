#include "services/signaling/rpc/scheduler.h"

#include <gtest/gtest.h>

#include <future>

namespace signaling {
namespace {

using std::chrono::milliseconds;

struct Flushed final : Flushable {
  void Flush() override { done.set_value(); }
  std::promise<void> done;
};

TEST(SchedulerTest, FlushesWhenDueThoughTheTickIsFar) {
  Scheduler scheduler(milliseconds(60'000), [] {});
  const auto stream = std::make_shared<Flushed>();
  const auto due = Scheduler::Clock::now() + milliseconds(5);
  scheduler.FlushAt(due, stream);
  ASSERT_EQ(stream->done.get_future().wait_for(std::chrono::seconds(30)),
            std::future_status::ready);
  EXPECT_GE(Scheduler::Clock::now(), due);
}

TEST(SchedulerTest, TicksAgainAndAgain) {
  std::promise<void> third;
  int ticks = 0;
  Scheduler scheduler(milliseconds(1), [&] {
    if (++ticks == 3) third.set_value();
  });
  ASSERT_EQ(third.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(SchedulerTest, ForgetsStreamsThatAreGone) {
  Scheduler scheduler(milliseconds(1), [] {});
  scheduler.FlushAt(Scheduler::Clock::now(), std::make_shared<Flushed>());
  const auto alive = std::make_shared<Flushed>();
  scheduler.FlushAt(Scheduler::Clock::now() + milliseconds(2), alive);
  ASSERT_EQ(alive->done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

}  // namespace
}  // namespace signaling
