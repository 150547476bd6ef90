#include "services/signaling/rpc/drain.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace signaling {
namespace {

using Clock = StreamRegistry::Clock;

// Ends when its last session is gone, or when it is told to.
class FakeStream final : public Stream, public std::enable_shared_from_this<FakeStream> {
 public:
  FakeStream(StreamRegistry& registry, std::size_t sessions)
      : registry_(registry), sessions_(sessions) {}

  void Flush() override {}
  void Tick() override {}
  void Shutdown() override {
    shut_down = true;
    registry_.Remove(this);
  }
  std::size_t BeginDrain(absl::Duration left) override {
    told_ = left;
    if (sessions_ == 0) registry_.Remove(this);
    return uncounted ? 0 : sessions_;
  }
  std::size_t SendAway(std::size_t count) override {
    count = std::min(count, sessions_);
    if (count > 0) sent_at_.push_back(Clock::now());
    sessions_ -= count;
    if (sessions_ == 0 && !stays) registry_.Remove(this);
    return count;
  }

  std::size_t sessions() const { return sessions_; }
  absl::Duration told() const { return told_; }
  // When some were sent away.
  const std::vector<Clock::time_point>& sent_at() const { return sent_at_; }

  bool stays = false;
  bool uncounted = false;
  bool shut_down = false;

 private:
  StreamRegistry& registry_;
  std::size_t sessions_;
  absl::Duration told_;
  std::vector<Clock::time_point> sent_at_;
};

class DrainTest : public ::testing::Test {
 protected:
  std::shared_ptr<FakeStream> Add(std::size_t sessions) {
    auto stream = std::make_shared<FakeStream>(registry_, sessions);
    EXPECT_TRUE(registry_.Add(stream.get(), stream));
    return stream;
  }

  StreamRegistry registry_;
  FlushQueue queue_;
};

TEST_F(DrainTest, NobodyThereIsNoWait) {
  const auto idle = Add(0);
  const Clock::time_point begin = Clock::now();
  DrainStreams(registry_, queue_, absl::Hours(1), 1);
  EXPECT_LT(Clock::now() - begin, std::chrono::minutes(1));
  EXPECT_EQ(idle->told(), absl::Hours(1));
  EXPECT_FALSE(registry_.Add(idle.get(), idle)) << "no new ones";
}

TEST_F(DrainTest, SessionsGoOneAfterTheOtherAtTheRate) {
  const auto one = Add(15);
  const auto two = Add(10);
  const Clock::time_point begin = Clock::now();
  DrainStreams(registry_, queue_, absl::Hours(1), 10);
  // The last of 25, whichever it is, may go when 24 tenths are over.
  const Clock::time_point last = std::max(one->sent_at().back(), two->sent_at().back());
  EXPECT_GE(last - begin, std::chrono::milliseconds(2400));
  EXPECT_GT(one->sent_at().size() + two->sent_at().size(), 3u);
  EXPECT_EQ(one->sessions() + two->sessions(), 0u);
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(DrainTest, ThoseThatWereNotCountedGoAsWell) {
  const auto counted = Add(3);
  const auto late = Add(20);
  late->uncounted = true;
  DrainStreams(registry_, queue_, absl::Hours(1), 100);
  EXPECT_EQ(late->sessions(), 0u);
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(DrainTest, TheDeadlineIsKept) {
  const auto stream = Add(10'000);
  stream->stays = true;
  const Clock::time_point begin = Clock::now();
  DrainStreams(registry_, queue_, absl::Seconds(2), 1);
  EXPECT_GE(Clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(stream->sessions(), 0u) << "all are gone after 80 % of it";
  EXPECT_FALSE(stream->shut_down);
  EndStreams(registry_, absl::Seconds(30));
  EXPECT_TRUE(stream->shut_down);
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(DrainTest, NoTimeIsNoDrain) {
  const auto stream = Add(10);
  DrainStreams(registry_, queue_, absl::ZeroDuration(), 500);
  EXPECT_EQ(stream->sessions(), 10u);
  EndStreams(registry_, absl::Seconds(30));
  EXPECT_EQ(registry_.size(), 0u);
}

}  // namespace
}  // namespace signaling
