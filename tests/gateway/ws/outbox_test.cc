#include "gateway/ws/outbox.h"

#include <gtest/gtest.h>

namespace signaling::gateway {
namespace {

using namespace std::string_literals;

TEST(OutboxTest, FramesShortMediumAndLongTexts) {
  Outbox outbox;
  outbox.AddText("hi", 1);
  EXPECT_EQ(outbox.bytes(), "\x81\x02hi");
  outbox.Consume(4);
  const std::string medium(126, 'm');
  outbox.AddText(medium, 2);
  EXPECT_EQ(outbox.bytes(), "\x81\x7e\x00\x7e"s + medium);
  outbox.Consume(outbox.bytes().size());
  const std::string largest_medium(65535, 'm');
  outbox.AddText(largest_medium, 3);
  EXPECT_EQ(outbox.bytes(), "\x81\x7e\xff\xff"s + largest_medium);
  outbox.Consume(outbox.bytes().size());
  const std::string long_text(65536, 'l');
  outbox.AddText(long_text, 4);
  EXPECT_EQ(outbox.bytes(), "\x81\x7f\0\0\0\0\0\x01\0\0"s + long_text);
}

TEST(OutboxTest, FramesControl) {
  Outbox outbox;
  outbox.AddPing("17");
  outbox.AddClose(4005);
  EXPECT_EQ(outbox.bytes(),
            "\x89\x02"
            "17\x88\x02\x0f\xa5"s);
  EXPECT_EQ(outbox.messages(), 0u);
}

TEST(OutboxTest, TellsTheNewestEventThatIsSentWhole) {
  Outbox outbox;
  outbox.AddText("a", 1);  // 3 bytes each
  outbox.AddText("b", 2);
  outbox.AddText("c", 0);
  EXPECT_EQ(outbox.messages(), 3u);
  EXPECT_EQ(outbox.Consume(2), 0u);
  EXPECT_EQ(outbox.messages(), 3u);
  EXPECT_EQ(outbox.Consume(1), 1u);
  EXPECT_EQ(outbox.messages(), 2u);
  EXPECT_EQ(outbox.Consume(6), 2u);
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.messages(), 0u);
}

TEST(OutboxTest, KeepsTheOrderWhereTheClientIsSlow) {
  Outbox outbox;
  std::string expected;
  std::string received;
  std::uint64_t newest = 0;
  for (std::uint64_t seq = 1; seq <= 200; ++seq) {
    const std::string text(1000, static_cast<char>('a' + seq % 26));
    outbox.AddText(text, seq);
    expected += "\x81\x7e\x03\xe8"s + text;
    // A little less than comes in.
    const std::string_view bytes = outbox.bytes().substr(0, 900);
    received += bytes;
    newest = std::max(newest, outbox.Consume(bytes.size()));
  }
  EXPECT_LT(newest, 200u);
  received += outbox.bytes();
  EXPECT_EQ(outbox.Consume(outbox.bytes().size()), 200u);
  EXPECT_EQ(received, expected);
}

}  // namespace
}  // namespace signaling::gateway
