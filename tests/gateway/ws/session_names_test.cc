#include "gateway/ws/session_names.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling::gateway {
namespace {

TEST(SessionNamesTest, BeginWithTheTrace) {
  const SessionNames names("00-trace");
  EXPECT_EQ(names.traceparent(), "00-trace");
  EXPECT_EQ(names.session_id(), "");
  EXPECT_EQ(names.client_id(), "");
  EXPECT_EQ(names.room(), "");
}

TEST(SessionNamesTest, EachCanChangeAndLeavesTheOthers) {
  SessionNames names("");
  EXPECT_EQ(names.traceparent(), "");
  names.set_room("yard");
  names.set_session_id("first");
  names.set_client_id("robot");
  names.set_session_id("the second, which is longer");
  names.set_room("b");
  EXPECT_EQ(names.session_id(), "the second, which is longer");
  EXPECT_EQ(names.client_id(), "robot");
  EXPECT_EQ(names.room(), "b");
  EXPECT_EQ(names.traceparent(), "");
  names.set_room("");
  EXPECT_EQ(names.room(), "");
  EXPECT_EQ(names.client_id(), "robot");
}

TEST(SessionNamesTest, OneMayBeMadeOfAnother) {
  SessionNames names("trace");
  names.set_session_id("session");
  names.set_client_id(names.session_id());
  names.set_session_id(names.traceparent());
  EXPECT_EQ(names.client_id(), "session");
  EXPECT_EQ(names.session_id(), "trace");
}

TEST(SessionNamesTest, TakesWhatIsAsLongAsItMayBe) {
  const std::string longest(128, 'x');
  SessionNames names(longest);
  names.set_session_id(longest + longest);
  names.set_client_id(longest);
  names.set_room(longest);
  EXPECT_EQ(names.session_id(), longest + longest);
  EXPECT_EQ(names.client_id(), longest);
  EXPECT_EQ(names.room(), longest);
  EXPECT_EQ(names.traceparent(), longest);
}

}  // namespace
}  // namespace signaling::gateway
