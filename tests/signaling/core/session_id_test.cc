#include "services/signaling/core/session_id.h"

#include <gtest/gtest.h>

#include "services/common/ids.h"

namespace signaling {
namespace {

TEST(SessionIdTest, RoundTrips) {
  const std::string text = NewRandomId();
  const auto id = SessionId::Parse(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->ToString(), text);
}

TEST(SessionIdTest, HasOneSpelling) {
  EXPECT_TRUE(SessionId::Parse("AAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(SessionId::Parse("AAAAAAAAAAAAAAAAAAAAAB"))
      << "the low bits of the last character are not used";
  EXPECT_FALSE(SessionId::Parse("AAAAAAAAAAAAAAAAAAAAAA=="));
  EXPECT_FALSE(SessionId::Parse("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(SessionId::Parse("AAAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(SessionId::Parse("AAAAAAAAAAA/+AAAAAAAAA"));
  EXPECT_FALSE(SessionId::Parse(""));
}

}  // namespace
}  // namespace signaling
