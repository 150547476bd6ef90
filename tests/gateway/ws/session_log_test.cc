// What the log says of a session.
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/common/log.h"
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
namespace json = boost::json;

constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class SessionLogTest : public LinkFixture {
 protected:
  SessionLogTest() { ::testing::internal::CaptureStdout(); }
  ~SessionLogTest() override {
    if (!said_) ::testing::internal::GetCapturedStdout();
    log::Init("signaling", log::Level::kInfo);
  }

  // Every line so far.
  std::vector<json::object> Lines() {
    said_ = true;
    std::vector<json::object> lines;
    std::istringstream text(::testing::internal::GetCapturedStdout());
    for (std::string line; std::getline(text, line);) {
      lines.push_back(json::parse(line).as_object());
    }
    return lines;
  }
  // The line of a session's end, the last one, without what every line has.
  json::object End() {
    const auto lines = Lines();
    if (lines.empty()) {
      ADD_FAILURE() << "nothing was said";
      return {};
    }
    json::object end = lines.back();
    EXPECT_EQ(Field(end, "event"), "session_end");
    for (const char* name : {"time", "level", "component", "event"}) EXPECT_EQ(end.erase(name), 1U);
    return end;
  }
  static std::set<std::string> Names(const json::object& line) {
    std::set<std::string> names;
    for (const auto& field : line) names.insert(std::string(field.key()));
    return names;
  }
  void SayHello(std::string traceparent) {
    Make({.path = v1::SESSION_PATH_V1, .traceparent = std::move(traceparent)});
    Text(R"({"type":"hello"})");
  }
  void DeliverJoined(std::uint64_t seq, std::uint64_t reply_to, const std::string& room) {
    v1::DownFrame frame;
    frame.set_seq(seq);
    frame.set_reply_to(reply_to);
    frame.mutable_room()->mutable_joined()->set_room(room);
    Deliver(frame);
  }

 private:
  bool said_ = false;
};

TEST_F(SessionLogTest, TheEndTellsTheStory) {
  SayHello(kTrace);
  Greet();
  session_->OnWritten(0);
  Text(R"({"type":"join","room":"first","id":1})");
  DeliverJoined(1, 1, "first");
  Text(R"({"type":"join","room":"yard","id":2})");
  DeliverJoined(2, 2, "yard");
  Text(R"({"type":"offer","sdp":"v=0","id":3})");
  Text(R"({"type":"create_offer","sdp":"v=0","id":4})");
  Text(R"({"type":"answer","sdp":"v=0","to":"peer","id":5})");
  for (int id = 6; id < 9; ++id) {
    Text(absl::StrCat(R"({"type":"ice_candidate","candidate":"","id":)", id, "}"));
  }
  DeliverVerdict(3, 3, v1::ERROR_REASON_PEER_UNAVAILABLE);
  DeliverVerdict(4, 4, v1::ERROR_REASON_INVALID_SDP);
  session_->OnRoundTrip(std::chrono::microseconds(41'001));
  BreakLink();
  DeliverAttached(8);
  session_->OnEnd(1000, CloseSide::kClient);

  json::object end = End();
  EXPECT_GE(end.at("duration_ms").as_int64(), 0);
  EXPECT_GE(end.at("setup_ms").as_int64(), 1);
  end.erase("duration_ms");
  end.erase("setup_ms");
  // connected, two joined, two errors, and the acknowledgement after the move
  const json::object expected = {{"session_id", session_id_},
                                 {"client_id", "me"},
                                 {"room", "yard"},
                                 {"path", "/v1"},
                                 {"close_code", 1000},
                                 {"side", "client"},
                                 {"received", 9},
                                 {"sent", 6},
                                 {"refused", 2},
                                 {"last_refusal", "invalid_sdp"},
                                 {"offers", 2},
                                 {"answers", 1},
                                 {"candidates", 3},
                                 {"moved", 1},
                                 {"round_trip_ms", 42},
                                 {"traceparent", kTrace}};
  EXPECT_EQ(end, expected) << json::serialize(end);
}

TEST_F(SessionLogTest, WhatSaysNothingIsLeftOut) {
  OpenV1();
  session_->OnEnd(1006, CloseSide::kNone);
  const json::object end = End();
  EXPECT_EQ(Names(end), (std::set<std::string>{"session_id", "client_id", "path", "close_code",
                                               "side", "duration_ms", "received", "sent"}));
}

TEST_F(SessionLogTest, TheEndSaysThatItBeganWithAResume) {
  MakeV1();
  Text(R"({"type":"hello","resume":{"session_id":"old","resume_token":"t","last_seq":3}})");
  link_.Take();
  v1::DownFrame frame;
  frame.mutable_opened()->set_session_id("old");
  frame.mutable_opened()->set_client_id("me");
  frame.mutable_opened()->set_epoch(kEpoch);
  frame.mutable_opened()->set_resumed(true);
  Deliver(std::move(frame));
  session_->OnEnd(1000, CloseSide::kClient);
  const json::object end = End();
  EXPECT_EQ(Field(end, "session_id"), "old");
  EXPECT_TRUE(end.at("resumed").as_bool());
}

TEST_F(SessionLogTest, TheEndSaysTheRoomThatItOpenedInto) {
  MakePlain();
  v1::DownFrame frame;
  frame.mutable_opened()->set_session_id(link_.Take().open().session_id());
  frame.mutable_opened()->set_client_id("robot");
  frame.mutable_opened()->mutable_room()->set_room("lobby");
  Deliver(std::move(frame));
  session_->OnEnd(1000, CloseSide::kClient);
  const json::object end = End();
  EXPECT_EQ(Field(end, "room"), "lobby");
  EXPECT_EQ(Field(end, "client_id"), "robot");
  EXPECT_EQ(Field(end, "path"), "/");
}

TEST_F(SessionLogTest, TheEndSaysWhatTheServerEndedItFor) {
  OpenV1();
  session_->OnTooLarge();
  session_->OnEnd(1006, CloseSide::kNone);
  const json::object end = End();
  EXPECT_EQ(Field(end, "reason"), "message_too_large");
  EXPECT_EQ(end.at("close_code").as_int64(), 1009);
  EXPECT_EQ(Field(end, "side"), "server");
}

TEST_F(SessionLogTest, TheEndCountsWhatTheGatewayItselfRefused) {
  OpenV1();
  Text(R"({"type":"hello"})");
  session_->OnEnd(1000, CloseSide::kClient);
  const json::object end = End();
  EXPECT_EQ(end.at("refused").as_int64(), 1);
  EXPECT_EQ(Field(end, "last_refusal"), "invalid_message");
}

TEST_F(SessionLogTest, ThatTheServiceIsAwayIsNoRefusal) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  Advance(std::chrono::seconds(3));
  EXPECT_EQ(Field(socket_.Next(), "code"), "unavailable");
  session_->OnEnd(1006, CloseSide::kNone);
  EXPECT_FALSE(End().contains("refused"));
}

TEST_F(SessionLogTest, TheEndCountsHowOftenTheClientWasTooFast) {
  OpenV1();
  while (!socket_.paused) Text(R"({"type":"ping"})");
  session_->OnEnd(1006, CloseSide::kNone);
  EXPECT_EQ(End().at("rate_limited").as_int64(), 1);
}

TEST_F(SessionLogTest, NoSessionIsNoLineAtInfo) {
  SayHello(kTrace);
  session_.reset();
  socket_ = {};
  Make({.path = v1::SESSION_PATH_V1});
  session_->OnEnd(1006, CloseSide::kNone);
  EXPECT_TRUE(Lines().empty());
}

TEST_F(SessionLogTest, EachLineNamesTheTrace) {
  log::SetLevel(log::Level::kDebug);
  SayHello(kTrace);
  Greet();
  Text(R"({"type":"join","room":"yard","id":1})");
  DeliverJoined(1, 1, "yard");
  Text(R"({"type":"nonsense","id":2})");
  DeliverVerdict(2, 2, v1::ERROR_REASON_UNKNOWN_TYPE);
  v1::DownFrame left;
  left.set_seq(3);
  left.mutable_room()->mutable_left();
  Deliver(left);
  while (!socket_.paused) Text(R"({"type":"ping"})");
  link_.is_ready = false;
  BreakLink();
  Advance(std::chrono::seconds(3));
  MendLink();
  DeliverAttached(2);
  session_->GoAway(std::chrono::seconds(1));
  session_->Leave();
  session_->OnEnd(1006, CloseSide::kNone);
  std::set<std::string> events;
  for (const json::object& line : Lines()) {
    events.insert(Field(line, "event"));
    EXPECT_EQ(Field(line, "traceparent"), kTrace) << json::serialize(line);
    EXPECT_EQ(Field(line, "session_id"), session_id_) << json::serialize(line);
  }
  EXPECT_EQ(events, (std::set<std::string>{"session_opening", "session_opened", "joined", "left",
                                           "message_refused", "rate_limited", "session_cut_off",
                                           "session_moved", "session_sent_away", "session_refused",
                                           "session_end"}));
}

TEST_F(SessionLogTest, TheTraceGoesUpWithTheOpening) {
  SayHello(kTrace);
  EXPECT_EQ(link_.Take().open().traceparent(), kTrace);
}

TEST_F(SessionLogTest, TheTraceGoesUpWithAResume) {
  Make({.path = v1::SESSION_PATH_V1, .traceparent = kTrace});
  Text(R"({"type":"hello","resume":{"session_id":"old","resume_token":"t","last_seq":3}})");
  const auto frame = link_.Take();
  EXPECT_TRUE(frame.open().has_resume());
  EXPECT_EQ(frame.open().traceparent(), kTrace);
}

}  // namespace
}  // namespace signaling::gateway
