#include "gateway/ws/inbound.h"

#include <gtest/gtest.h>

#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

Inbound::Numbers Pass(Inbound& inbound, std::uint64_t id, std::size_t bytes = 1) {
  Inbound::Numbers numbers;
  EXPECT_TRUE(inbound.Number(id, &numbers));
  inbound.PassedOn(numbers, bytes);
  return numbers;
}

TEST(InboundTest, KnowsWhatWasPassedOn) {
  Inbound inbound;
  Pass(inbound, 5);
  Inbound::Numbers numbers;
  EXPECT_FALSE(inbound.Number(5, &numbers));
  EXPECT_FALSE(inbound.Number(4, &numbers));
  EXPECT_TRUE(inbound.Number(6, &numbers));
  EXPECT_EQ(numbers.after_id, 5u);
}

TEST(InboundTest, WhoGivesAnIdNumbers) {
  Inbound inbound;
  EXPECT_EQ(Pass(inbound, 0).id, 1u);
  EXPECT_FALSE(inbound.numbered());
  Pass(inbound, 2);
  EXPECT_TRUE(inbound.numbered());
  EXPECT_EQ(Pass(inbound, 0).id, 3u);
}

TEST(InboundTest, TheWindowSlides) {
  Inbound inbound;
  for (std::uint64_t id = 1; id <= 10 * kMaxUnacknowledgedMessages; ++id) {
    Pass(inbound, id);
    if (!inbound.full()) continue;
    EXPECT_EQ(id - inbound.acknowledged(), kMaxUnacknowledgedMessages);
    inbound.Acknowledged(id - kMaxUnacknowledgedMessages / 2);
    EXPECT_FALSE(inbound.full());
  }
}

TEST(InboundTest, BytesFillTheWindow) {
  Inbound inbound;
  Pass(inbound, 1, kMaxUnacknowledgedBytes - 1);
  EXPECT_FALSE(inbound.full());
  Pass(inbound, 2, 1);
  EXPECT_TRUE(inbound.full());
  inbound.Acknowledged(1);
  EXPECT_FALSE(inbound.full());
}

TEST(InboundTest, AnOldAcknowledgementChangesNothing) {
  Inbound inbound;
  Pass(inbound, 1);
  Pass(inbound, 2);
  inbound.Acknowledged(2);
  inbound.Acknowledged(1);
  EXPECT_EQ(inbound.acknowledged(), 2u);
}

}  // namespace
}  // namespace signaling::gateway
