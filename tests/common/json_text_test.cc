#include "services/common/json_text.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(JsonTextTest, EscapesWhatRfc8259Demands) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("v=0\r\no=\"a\\b\"\t"), R"("v=0\r\no=\"a\\b\"\t")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
}

TEST(JsonTextTest, FindsEveryByteAtEveryPlace) {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    const std::string alone = Quoted(std::string_view(&byte, 1));
    const std::string escaped = alone.substr(1, alone.size() - 2);
    EXPECT_EQ(escaped.size() > 1, value < 0x20 || byte == '"' || byte == '\\') << value;
    for (std::size_t before = 0; before < 17; ++before) {
      for (std::size_t after = 0; after < 9; ++after) {
        const std::string head(before, '\xff'), tail(after, '!');
        ASSERT_EQ(Quoted(head + byte + tail), '"' + head + escaped + tail + '"') << value;
        ASSERT_EQ(Quoted(head + byte + byte + tail), '"' + head + escaped + escaped + tail + '"');
      }
    }
  }
}

TEST(JsonTextTest, LeavesUtf8Alone) { EXPECT_EQ(Quoted("h\xc3\xa9"), "\"h\xc3\xa9\""); }

TEST(JsonTextTest, TimesAreUtcWithMilliseconds) {
  EXPECT_EQ(JsonTime(absl::FromUnixMillis(1767225600123)), "2026-01-01T00:00:00.123Z");
}

}  // namespace
}  // namespace signaling
