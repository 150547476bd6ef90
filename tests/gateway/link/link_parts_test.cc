// The parts of the link that know no gRPC: batches, slots, the pace and the backoff.
#include <gtest/gtest.h>

#include "gateway/link/backoff.h"
#include "gateway/link/batcher.h"
#include "gateway/link/pacer.h"
#include "gateway/link/slot_table.h"
#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

using namespace std::chrono_literals;

class Nobody final : public Link::Receiver {
 public:
  void OnFrame(signaling::v1::DownFrame&) override {}
  void OnLinkBroken() override {}
  void OnLinkGoesAway() override {}
};

void Add(Batcher& batcher, std::uint32_t slot, std::uint64_t id, std::size_t bytes = 10) {
  batcher.Next().set_id(id);
  batcher.Commit(slot, bytes);
}

TEST(BatcherTest, SendsWhatIsKeptInOrder) {
  Batcher batcher;
  EXPECT_TRUE(batcher.empty());
  Add(batcher, 1, 10);
  Add(batcher, 2, 20);
  const auto& batch = batcher.Take().batch();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_EQ(batch.frames(0).slot(), 1u);
  EXPECT_EQ(batch.frames(1).id(), 20u);
  EXPECT_TRUE(batcher.empty());
}

TEST(BatcherTest, AFrameThatIsGivenUpIsNotSent) {
  Batcher batcher;
  batcher.Next().set_id(1);
  EXPECT_TRUE(batcher.empty());
  EXPECT_EQ(batcher.Next().id(), 0u) << "it begins empty again";
  Add(batcher, 1, 2);
  batcher.Next().set_id(3);
  const auto& batch = batcher.Take().batch();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).id(), 2u);
}

TEST(BatcherTest, WhatIsTakenStaysWhileMoreComes) {
  Batcher batcher;
  Add(batcher, 1, 1);
  const auto& first = batcher.Take();
  Add(batcher, 1, 2);
  EXPECT_EQ(first.batch().frames(0).id(), 1u);
  EXPECT_EQ(batcher.Take().batch().frames(0).id(), 2u);
  Add(batcher, 1, 3);
  const auto& third = batcher.Take();
  ASSERT_EQ(third.batch().frames_size(), 1) << "recycled, but empty";
  EXPECT_EQ(third.batch().frames(0).id(), 3u);
}

TEST(BatcherTest, NoBatchHasTooManyFrames) {
  Batcher batcher;
  for (std::uint64_t id = 1; id <= 2 * kMaxBatchFrames + 1; ++id) Add(batcher, 1, id);
  EXPECT_TRUE(batcher.full());
  std::uint64_t next = 1;
  while (!batcher.empty()) {
    const auto& batch = batcher.Take().batch();
    EXPECT_LE(static_cast<std::size_t>(batch.frames_size()), kMaxBatchFrames);
    for (const auto& frame : batch.frames()) EXPECT_EQ(frame.id(), next++);
  }
  EXPECT_EQ(next, 2 * kMaxBatchFrames + 2);
}

TEST(BatcherTest, NoBatchIsTooLarge) {
  Batcher batcher;
  const std::string data(std::size_t{256} * 1024, 'x');
  for (int i = 0; i < 4; ++i) {
    batcher.Next().mutable_app()->set_data(data);
    batcher.Commit(1, data.size());
  }
  while (!batcher.empty()) EXPECT_LE(batcher.Take().ByteSizeLong(), kMaxBatchBytes);
}

TEST(BatcherTest, ClearForgets) {
  Batcher batcher;
  for (std::uint64_t id = 1; id <= kMaxBatchFrames + 1; ++id) Add(batcher, 1, id);
  batcher.Next();
  batcher.Clear();
  EXPECT_TRUE(batcher.empty());
}

TEST(SlotTableTest, ASlotIsUsedAgainOnlyAfterItIsFreed) {
  SlotTable slots;
  Nobody receiver;
  const std::uint32_t first = slots.Bind(receiver);
  EXPECT_NE(first, 0u);
  EXPECT_EQ(slots.Find(first), &receiver);
  slots.Unbind(first);
  EXPECT_EQ(slots.Find(first), nullptr);
  EXPECT_NE(slots.Bind(receiver), first);
  EXPECT_TRUE(slots.IsTaken(first));
  slots.Free(first);
  EXPECT_FALSE(slots.IsTaken(first));
  EXPECT_EQ(slots.Bind(receiver), first);
  EXPECT_EQ(slots.size(), 2u);
}

TEST(SlotTableTest, KnowsWhoListens) {
  SlotTable slots;
  Nobody one;
  Nobody two;
  Nobody three;
  slots.Bind(one);
  slots.Unbind(slots.Bind(two));
  const std::uint32_t last = slots.Bind(three);
  EXPECT_EQ(slots.bound(), 2u);
  EXPECT_EQ(slots.size(), 3u);
  std::vector<Link::Receiver*> listening;
  slots.ForEach([&](std::uint32_t slot, Link::Receiver& receiver) {
    listening.push_back(&receiver);
    slots.Unbind(slot);
    slots.Unbind(last);
  });
  EXPECT_EQ(listening, std::vector<Link::Receiver*>{&one}) << "the last one was unbound meanwhile";
  EXPECT_EQ(slots.bound(), 0u);
  EXPECT_EQ(slots.size(), 3u);
  EXPECT_EQ(slots.Find(0), nullptr);
  EXPECT_FALSE(slots.IsTaken(77));
}

TEST(PacerTest, TheFirstGoesAtOnceAndTheNextWaits) {
  Pacer pacer(500us);
  const Instant start{1h};
  EXPECT_EQ(pacer.Delay(start), Duration::zero());
  pacer.Written(start);
  EXPECT_EQ(pacer.Delay(start + 100us), 400us);
  EXPECT_EQ(pacer.Delay(start + 500us), Duration::zero());
  EXPECT_EQ(pacer.Delay(start + 1s), Duration::zero());
}

TEST(BackoffTest, DoublesUpToItsCeilingAndBeginsAnew) {
  Backoff backoff(100ms, 5000ms, 1);
  std::chrono::milliseconds ceiling{100};
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 100; ++i) {
    const auto delay = backoff.Next();
    EXPECT_GE(delay, 0ms);
    EXPECT_LE(delay, ceiling);
    longest = std::max(longest, delay);
    ceiling = std::min(2 * ceiling, std::chrono::milliseconds{5000});
  }
  EXPECT_GT(longest, 2500ms);
  backoff.Reset();
  EXPECT_LE(backoff.Next(), 100ms);
}

}  // namespace
}  // namespace signaling::gateway
