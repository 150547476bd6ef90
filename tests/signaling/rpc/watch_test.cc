#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "tests/signaling/rpc/office_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// One WatchEvents call.
class Watcher {
 public:
  Watcher(v1::RoomService::Stub& stub, const std::string& cursor) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::WatchEventsRequest request;
    request.set_cursor(cursor);
    reader_ = stub.WatchEvents(&context_, request);
  }
  // False: the stream is over.
  bool Read() { return reader_->Read(&response_); }
  // The response that only tells the cursor.
  bool Begin() { return Read() && !response_.has_event() && !response_.cursor().empty(); }
  const std::string& cursor() const { return response_.cursor(); }
  std::string text() const { return response_.event().room_opened().room(); }
  void Cancel() { context_.TryCancel(); }
  grpc::Status Finish() {
    while (Read()) {
    }
    return reader_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader_;
  v1::WatchEventsResponse response_;
};

class WatchTest : public OfficeTest {
 protected:
  // Makes an event as real ones are made, by a call whose thread then wakes the watchers.
  void CreateRoom(const std::string& room) {
    grpc::ClientContext context;
    v1::CreateRoomRequest request;
    request.set_room(room);
    v1::CreateRoomResponse response;
    EXPECT_TRUE(stub_->CreateRoom(&context, request, &response).ok());
  }
};

TEST_F(WatchTest, EventsComeInOrderAfterTheCursorOfTheStart) {
  office().Append("before");
  Watcher watcher(*stub_, "");
  ASSERT_TRUE(watcher.Begin());
  EXPECT_EQ(watcher.cursor(), "1");
  for (int i = 0; i < 150; ++i) office().Append(std::to_string(i));
  for (int i = 0; i < 150; ++i) {
    ASSERT_TRUE(watcher.Read());
    EXPECT_EQ(watcher.text(), std::to_string(i));
    EXPECT_EQ(watcher.cursor(), std::to_string(i + 2));
  }
  watcher.Cancel();
  EXPECT_EQ(watcher.Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WatchTest, ACursorGoesOnWhereItPoints) {
  for (int i = 1; i <= 10; ++i) office().Append(std::to_string(i));
  Watcher watcher(*stub_, "7");
  ASSERT_TRUE(watcher.Begin());
  EXPECT_EQ(watcher.cursor(), "7");
  for (int i = 8; i <= 10; ++i) {
    ASSERT_TRUE(watcher.Read());
    EXPECT_EQ(watcher.text(), std::to_string(i));
  }
  watcher.Cancel();
  watcher.Finish();
}

TEST_F(WatchTest, ACursorThatTheLogDoesNotReachIsExpired) {
  for (std::size_t i = 0; i < kMaxEvents + 10; ++i) office().Append("x");
  for (const char* cursor : {"9", "100000", "nonsense"}) {
    Watcher watcher(*stub_, cursor);
    const grpc::Status status = watcher.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE) << cursor;
    EXPECT_EQ(DetailsOf(status).info.reason(), "CURSOR_EXPIRED");
  }
}

TEST_F(WatchTest, AWatcherThatDoesNotReadIsEndedOnceTheLogHasGonePastIt) {
  Watcher watcher(*stub_, "");
  ASSERT_TRUE(watcher.Begin());
  // More than the windows of HTTP/2 and the log hold together.
  const std::string text(100'000, 'x');
  for (std::size_t i = 0; i < 3 * kMaxEvents; ++i) office().Append(text);
  int last = 0;
  while (watcher.Read()) {
    EXPECT_EQ(watcher.cursor(), std::to_string(++last)) << "no gap before the end";
  }
  EXPECT_LT(last, static_cast<int>(3 * kMaxEvents));
  const grpc::Status status = watcher.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE) << status.error_message();
  EXPECT_EQ(DetailsOf(status).info.reason(), "CURSOR_EXPIRED");
}

TEST_F(WatchTest, ShutdownEndsWatchersAndSaysThatTheServerGoes) {
  Watcher idle(*stub_, "");
  ASSERT_TRUE(idle.Begin());
  Watcher second(*stub_, "");
  ASSERT_TRUE(second.Begin());
  server_->Shutdown(absl::Seconds(30));
  for (Watcher* watcher : {&idle, &second}) {
    const grpc::Status status = watcher->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(DetailsOf(status).info.reason(), "DRAINING");
  }
}

TEST_F(WatchTest, ShutdownDoesNotWaitForAWatcherThatDoesNotRead) {
  Watcher stalled(*stub_, "");
  ASSERT_TRUE(stalled.Begin());
  const std::string text(100'000, 'x');
  for (std::size_t i = 0; i < kMaxEvents; ++i) office().Append(text);
  CreateRoom("last");  // wakes the watcher
  server_->Shutdown(absl::Milliseconds(200));
  EXPECT_FALSE(stalled.Finish().ok());
}

TEST_F(WatchTest, WatchersThatComeAndGoUnderLoadMissNothingAndSeeNothingTwice) {
  constexpr std::size_t kWatchers = 4;
  constexpr std::uint64_t kGone = std::uint64_t{1} << 62;
  std::atomic<bool> stop{false};
  std::array<std::atomic<std::uint64_t>, kWatchers> seen{};
  std::atomic<std::uint64_t> made{0};
  const auto log_reaches_all = [&] {
    return std::all_of(seen.begin(), seen.end(),
                       [&](const auto& at) { return made < at + kMaxEvents / 2; });
  };
  std::vector<std::thread> makers;
  for (int maker = 0; maker < 2; ++maker) {
    makers.emplace_back([&] {
      while (!stop) {
        if (log_reaches_all()) {
          ++made;
          CreateRoom("r");
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  // Each life of a watcher is cut after another number of events.
  const auto live = [&](std::size_t number, int life, std::uint64_t* last) {
    Watcher watcher(*stub_, std::to_string(*last));
    EXPECT_TRUE(watcher.Begin());
    EXPECT_EQ(watcher.cursor(), std::to_string(*last));
    const int events = 1 + (life * 7 + static_cast<int>(number)) % 40;
    for (int i = 0; i < events && watcher.Read(); ++i) {
      EXPECT_EQ(watcher.cursor(), std::to_string(++*last));
      seen[number] = *last;
    }
    watcher.Cancel();
    EXPECT_EQ(watcher.Finish().error_code(), grpc::StatusCode::CANCELLED);
  };
  std::vector<std::thread> watchers;
  for (std::size_t number = 0; number < kWatchers; ++number) {
    watchers.emplace_back([&, number] {
      std::uint64_t last = 0;
      for (int life = 0; life < 50; ++life) live(number, life, &last);
      EXPECT_GT(last, 500u);
      seen[number] = kGone;
    });
  }
  for (std::thread& watcher : watchers) watcher.join();
  stop = true;
  for (std::thread& maker : makers) maker.join();
  office().AwaitSinks(0);
}

}  // namespace
}  // namespace signaling
