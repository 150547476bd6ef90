#include "gateway/ws/inbound.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

Inbound::Numbers Keep(Inbound& inbound, std::uint64_t id, std::string_view text = "x") {
  Inbound::Numbers numbers;
  EXPECT_TRUE(inbound.Number(id, &numbers));
  inbound.Keep(numbers, text, Inbound::Verdict::kByContent);
  return numbers;
}

Inbound::Numbers Pass(Inbound& inbound, std::uint64_t id, std::size_t bytes = 1) {
  const Inbound::Numbers numbers = Keep(inbound, id, std::string(bytes, 'x'));
  inbound.Sent();
  return numbers;
}

// Everything that is to be sent, and is sent thereby.
std::string SendAll(Inbound& inbound) {
  std::string sent;
  while (const Inbound::Kept* kept = inbound.NextToSend()) {
    sent += absl::StrCat(kept->numbers.after_id, "-", kept->numbers.id, ":",
                         Absl(inbound.TextOf(*kept)), " ");
    inbound.Sent();
  }
  return sent;
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

TEST(InboundTest, SendsAgainWhatIsNotAcknowledged) {
  Inbound inbound;
  Keep(inbound, 3, "three");
  Keep(inbound, 5, "five");
  Keep(inbound, 0, "six");
  EXPECT_EQ(SendAll(inbound), "0-3:three 3-5:five 5-6:six ");
  EXPECT_EQ(inbound.NextToSend(), nullptr);
  inbound.Acknowledged(4);
  inbound.Rewind();
  EXPECT_EQ(SendAll(inbound), "3-5:five 5-6:six ");
  inbound.Acknowledged(6);
  inbound.Rewind();
  EXPECT_EQ(SendAll(inbound), "");
}

TEST(InboundTest, KnowsWhatWasOnItsWayOnAStreamThatBroke) {
  Inbound inbound;
  Pass(inbound, 1);
  Keep(inbound, 2);
  inbound.StreamBroke();
  ASSERT_NE(inbound.NextToSend(), nullptr);
  EXPECT_EQ(inbound.NextToSend()->breaks, 1);
  EXPECT_TRUE(inbound.NextToSend()->was_sent);
  inbound.Sent();
  EXPECT_EQ(inbound.NextToSend()->breaks, 0) << "it was not on its way";
  EXPECT_FALSE(inbound.NextToSend()->was_sent);
  inbound.Rewind();
  EXPECT_EQ(inbound.NextToSend()->breaks, 1) << "that was no break";
}

TEST(InboundTest, TextsSurviveWhatIsCutOffBeforeThem) {
  Inbound inbound;
  std::uint64_t acknowledged = 0;
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    Keep(inbound, id, std::string(id % 97, 'a') + std::to_string(id));
    inbound.Sent();
    if (id - acknowledged < 40) continue;
    acknowledged = id - 7;
    inbound.Acknowledged(acknowledged);
    inbound.Rewind();
    for (std::uint64_t again = acknowledged + 1; again <= id; ++again) {
      const Inbound::Kept* kept = inbound.NextToSend();
      ASSERT_NE(kept, nullptr);
      EXPECT_EQ(kept->numbers.id, again);
      EXPECT_EQ(inbound.TextOf(*kept), std::string(again % 97, 'a') + std::to_string(again));
      inbound.Sent();
    }
  }
}

TEST(InboundTest, LargeTextsAreCutOffEarly) {
  Inbound inbound;
  const std::string large(60'000, 'x');
  for (std::uint64_t id = 1; id <= 50; ++id) {
    Keep(inbound, id, large);
    inbound.Sent();
    if (id > 1) inbound.Acknowledged(id - 1);
  }
  inbound.Rewind();
  ASSERT_NE(inbound.NextToSend(), nullptr);
  EXPECT_LE(inbound.NextToSend()->begin, kMaxUnacknowledgedBytes);
  EXPECT_EQ(inbound.TextOf(*inbound.NextToSend()), large);
}

TEST(InboundTest, GoesOnWhereTheSessionWas) {
  Inbound inbound;
  inbound.Resume(9);
  EXPECT_TRUE(inbound.numbered());
  EXPECT_EQ(inbound.acknowledged(), 9u);
  Inbound::Numbers numbers;
  EXPECT_FALSE(inbound.Number(9, &numbers));
  EXPECT_EQ(Keep(inbound, 12).after_id, 9u);

  Inbound fresh;
  fresh.Resume(0);
  EXPECT_FALSE(fresh.numbered());
}

TEST(InboundTest, RestsOnlyWhereNothingWaits) {
  Inbound inbound;
  inbound.Rest();
  Keep(inbound, 1, "one");
  inbound.Rest();
  EXPECT_EQ(SendAll(inbound), "0-1:one ");
  inbound.Acknowledged(1);
  inbound.Rest();
  EXPECT_EQ(Keep(inbound, 2).after_id, 1u);
}

}  // namespace
}  // namespace signaling::gateway
