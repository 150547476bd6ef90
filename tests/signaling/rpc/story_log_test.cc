#include "services/signaling/rpc/story_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/log.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

SessionStory StoryOf(const std::string& client_id) {
  SessionStory story;
  story.id = {1, 2};
  story.client_id = client_id;
  return story;
}

// What was said while `act` ran.
template <typename Act>
std::string Said(Act act) {
  ::testing::internal::CaptureStdout();
  act();
  return ::testing::internal::GetCapturedStdout();
}

TEST(StoryLogTest, TheLineTellsWhatTheSessionWas) {
  SessionStory story = StoryOf("ann");
  story.room = "r";
  story.leave_reason = v1::LEAVE_REASON_LEFT;
  story.lasted = absl::Milliseconds(1234);
  story.received = 1;
  story.sent = 2;
  story.refused = 3;
  story.resumes = 4;
  story.detaches = 5;
  story.offers = 6;
  story.answers = 7;
  story.candidates = 8;
  const std::string line = Said([&] { StoryLog::WriteStory(story); });
  EXPECT_NE(
      line.find(absl::StrCat(
          "\"level\":\"info\",\"component\":\"signaling\",\"event\":\"session_ended\",",
          "\"session_id\":\"", story.id.ToString(), "\",\"client_id\":\"ann\",\"room\":\"r\",",
          "\"reason\":\"left\",\"duration_ms\":1234,\"received\":1,\"sent\":2,\"refused\":3,",
          "\"resumes\":4,\"detaches\":5,\"offers\":6,\"answers\":7,\"candidates\":8}")),
      std::string::npos)
      << line;
}

TEST(StoryLogTest, TheReasonIsThatOfTheTableWhereThereIsOne) {
  SessionStory story = StoryOf("ann");
  story.leave_reason = v1::LEAVE_REASON_OVERFLOW;
  story.reason = Reason::kSlowConsumer;
  story.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::string line = Said([&] { StoryLog::WriteStory(story); });
  EXPECT_NE(line.find("\"reason\":\"slow_consumer\""), std::string::npos) << line;
  EXPECT_NE(line.find(absl::StrCat("\"traceparent\":\"", story.traceparent, "\"}")),
            std::string::npos)
      << line;
}

TEST(StoryLogTest, NothingIsLostAtTheEnd) {
  std::vector<std::string> written;
  {
    StoryLog log([&](const SessionStory& story) { written.push_back(story.client_id); });
    for (int i = 0; i < 1000; ++i) log.Add(StoryOf(std::to_string(i)));
  }
  ASSERT_EQ(written.size(), 1000u);
  EXPECT_EQ(written.front(), "0");
  EXPECT_EQ(written.back(), "999");
}

TEST(StoryLogTest, FlushWaitsForWhatWasAddedBefore) {
  std::atomic<int> written{0};
  StoryLog log([&](const SessionStory&) { ++written; });
  for (int i = 1; i <= 100; ++i) {
    log.Add(StoryOf("ann"));
    log.Flush();
    ASSERT_EQ(written, i);
  }
}

TEST(StoryLogTest, WhoWritesHoldsUpNobodyAndWhatIsTooMuchIsCounted) {
  std::promise<void> begun;
  std::promise<void> go_on;
  std::vector<std::string> written;
  const std::string said = Said([&] {
    StoryLog log(
        [&](const SessionStory& story) {
          if (written.empty()) {
            begun.set_value();
            go_on.get_future().wait();
          }
          written.push_back(story.client_id);
        },
        /*max_waiting=*/3);
    log.Add(StoryOf("first"));
    begun.get_future().wait();  // its output blocks
    for (int i = 0; i < 5; ++i) log.Add(StoryOf(std::to_string(i)));
    go_on.set_value();
  });
  EXPECT_EQ(written, (std::vector<std::string>{"first", "0", "1", "2"}));
  EXPECT_NE(said.find("\"level\":\"warning\",\"component\":\"signaling\",\"event\":"
                      "\"log_lines_dropped\",\"of\":\"session_ended\",\"lines\":2}"),
            std::string::npos)
      << said;
}

}  // namespace
}  // namespace signaling
