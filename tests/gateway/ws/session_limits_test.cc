// A client that sends more than it may.
#include "absl/strings/str_cat.h"
#include "tests/gateway/limited.h"
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTick{200};
constexpr int kHello = 1;  // counts as well

class SessionLimitsTest : public SessionFixture {
 protected:
  // Takes all but the last token of a bucket, from which `taken` are gone already.
  void TakeAllButOne(const std::string& text, int taken = 0) {
    for (int i = 1 + taken; i < settings_.rate_limits.burst; ++i) {
      ASSERT_FALSE(socket_.paused) << i;
      Say(text);
    }
    ASSERT_FALSE(socket_.paused);
    ASSERT_FALSE(socket_.HasNext());
  }
  // As the client; what goes to the service is acknowledged at once.
  void Say(const std::string& text) {
    Text(text);
    while (!link_.frames.empty()) {
      ids_.push_back(link_.Take().id());
      if (ids_.back() == 0) {
        ids_.pop_back();
        continue;
      }
      v1::DownFrame frame;
      frame.set_ack_id(ids_.back());
      Deliver(frame);
    }
    if (Type(Last()) == "pong") ++socket_.next;
  }
  boost::json::object Last() const {
    return socket_.messages.empty() ? boost::json::object() : socket_.messages.back();
  }
  // As much as is read before the next tick, of a flood.
  int Flood(const std::string& text) {
    int said = 0;
    for (; !socket_.paused && !socket_.close_code; ++said) Say(text);
    return said;
  }
  double Limited(const std::string& limit) const { return gateway::Limited(registry_, limit); }
  void ExpectNotice(int retry_after_ms) {
    const auto notice = socket_.Next();
    EXPECT_EQ(Field(notice, "code"), "rate_limited");
    EXPECT_EQ(Field(notice, "action"), "retry");
    EXPECT_FALSE(IsFatal(notice));
    EXPECT_FALSE(notice.contains("reply_to"));
    EXPECT_EQ(notice.at("retry_after_ms").as_int64(), retry_after_ms);
  }

  const std::string candidate_ = R"({"type":"ice_candidate","candidate":"c"})";
  const std::string offer_ = R"({"type":"offer","sdp":"s"})";
  const std::string other_ = R"({"type":"message","data":1})";
  std::vector<std::uint64_t> ids_;
};

TEST_F(SessionLimitsTest, TheMessageThatEmptiesTheBucketIsHandledAndReadingStops) {
  OpenV1();
  TakeAllButOne(candidate_);
  Say(candidate_);
  EXPECT_EQ(ids_.size(), 128U);
  EXPECT_TRUE(socket_.paused);
  ExpectNotice(20);
  EXPECT_EQ(Limited("candidate"), 1);
  EXPECT_EQ(Limited("other"), 0);
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionLimitsTest, ItIsReadAgainAtTheRateAndToldOnce) {
  OpenV1();
  TakeAllButOne(candidate_);
  Say(candidate_);
  ExpectNotice(20);
  int read = 0;
  for (int tick = 0; tick < 20; ++tick) {
    ASSERT_TRUE(socket_.paused);
    Advance(kTick);
    ASSERT_FALSE(socket_.paused);
    read += Flood(candidate_);
  }
  EXPECT_EQ(read, 4 * 50);
  EXPECT_FALSE(socket_.HasNext()) << "told once";
  for (std::size_t i = 0; i < ids_.size(); ++i) ASSERT_EQ(ids_[i], i + 1);
  // It stops, and begins again later: another episode.
  Advance(kTick);
  Advance(kTick);
  Advance(seconds(20));
  TakeAllButOne(candidate_);
  Say(candidate_);
  ExpectNotice(20);
  EXPECT_EQ(Limited("candidate"), 2);
}

TEST_F(SessionLimitsTest, FiveSecondsWithoutAPauseAreTheEnd) {
  OpenV1();
  TakeAllButOne(candidate_);
  Flood(candidate_);
  ExpectNotice(20);
  for (int tick = 1; tick < 25; ++tick) {
    Advance(kTick);
    Flood(candidate_);
    ASSERT_FALSE(socket_.close_code) << tick;
  }
  link_.frames.clear();
  Advance(kTick);
  ExpectEnd("rate_limited", CloseCode::kRateLimited, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionLimitsTest, EachOperationHasItsBucket) {
  OpenV1();
  TakeAllButOne(offer_);
  TakeAllButOne(candidate_);
  TakeAllButOne(other_, kHello);
  Say(R"({"type":"create_offer","sdp":"s"})");
  EXPECT_TRUE(socket_.paused);
  ExpectNotice(200);
  EXPECT_EQ(Limited("description"), 1);
}

TEST_F(SessionLimitsTest, WhatTheGatewayAnswersItselfCountsToo) {
  OpenV1();
  TakeAllButOne(R"({"type":"ping"})", kHello);
  Say(R"({"type":"ack","seq":0})");
  EXPECT_TRUE(socket_.paused);
  EXPECT_EQ(Limited("other"), 1);
}

TEST_F(SessionLimitsTest, ReportsCountAsTheRest) {
  OpenV1();
  TakeAllButOne(R"({"type":"report","to":"b","state":"failed"})", kHello);
  Say(other_);
  EXPECT_TRUE(socket_.paused);
  ExpectNotice(50);
  EXPECT_EQ(Limited("other"), 1);
}

TEST_F(SessionLimitsTest, AnswersCountAsOffersAndWhatIsUnknownAsTheRest) {
  OpenV1();
  TakeAllButOne(R"({"type":"answer","sdp":"s"})");
  TakeAllButOne(other_, kHello);
  Say(R"({"type":"no_such_type"})");
  EXPECT_TRUE(socket_.paused);
  EXPECT_EQ(Field(socket_.Next(), "code"), "unknown_type") << "handled before";
  ExpectNotice(50);
}

TEST_F(SessionLimitsTest, BeforeTheHelloToo) {
  MakeV1();
  for (int i = 1; i < 128; ++i) {
    Text(R"({"type":"ping"})");
    EXPECT_EQ(Type(socket_.Next()), "pong");
  }
  EXPECT_FALSE(socket_.paused);
  Text(R"({"type":"ping"})");
  EXPECT_TRUE(socket_.paused);
  EXPECT_EQ(Type(socket_.Next()), "pong");
  ExpectNotice(50);
  Advance(kTick);
  EXPECT_FALSE(socket_.paused);
  Text(R"({"type":"hello"})");
  Greet();
}

TEST_F(SessionLimitsTest, BothReasonsNotToReadHaveToBeGone) {
  OpenV1();
  TakeAllButOne(other_, kHello);
  // A full window, and with its last message an empty bucket.
  for (int i = 0; i < 64; ++i) Text(candidate_);
  ASSERT_TRUE(socket_.paused);
  Text(other_);
  EXPECT_TRUE(socket_.paused);
  ExpectNotice(50);
  Advance(kTick);
  EXPECT_TRUE(socket_.paused) << "there is a token, and no room";
  v1::DownFrame frame;
  frame.set_ack_id(ids_.back() + 65);
  Deliver(frame);
  EXPECT_FALSE(socket_.paused);

  // The other way round: room, and no token.
  Advance(kTick);
  Advance(seconds(20));
  link_.frames.clear();
  ids_.clear();
  TakeAllButOne(other_);
  for (int i = 0; i < 64; ++i) Text(candidate_);
  Text(other_);
  ASSERT_TRUE(socket_.paused);
  frame.set_ack_id(1000);
  Deliver(frame);
  EXPECT_TRUE(socket_.paused);
  Advance(kTick);
  EXPECT_FALSE(socket_.paused);
}

TEST_F(SessionLimitsTest, OffCountsNothing) {
  RateLimits limits;
  limits.enabled = false;
  const SessionSettings settings{.connected = {},
                                 .timeout = kTimeout,
                                 .handshake_timeout = kHandshakeTimeout,
                                 .rate_limits = limits};
  SessionContext context = Context(settings, admission_);
  Session session(context, socket_, {.path = v1::SESSION_PATH_V1});
  session.OnOpen();
  for (int i = 0; i < 1000; ++i) session.OnText(R"({"type":"ping"})");
  EXPECT_FALSE(socket_.paused);
  EXPECT_EQ(socket_.messages.size(), 1000U);
}

TEST_F(SessionLimitsTest, ARefusedAddressIsToldWhenToComeAgain) {
  Make({.path = v1::SESSION_PATH_V1,
        .refusal = Upgrade::Refusal{.reason = Reason::kRateLimited,
                                    .message = "too many",
                                    .retry_after = std::chrono::microseconds(1500)}});
  EXPECT_EQ(socket_.messages.at(0).at("retry_after_ms").as_int64(), 2);
  ExpectEnd("rate_limited", CloseCode::kRateLimited, "reconnect");
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(admission_.sessions(), 0U);
}

class FailedAuthenticationTest : public SessionLimitsTest {
 protected:
  bool IsSlowedDown() const {
    return addresses_.MayAuthenticate(AddressKey("192.0.2.1"), clock_.now().time_since_epoch())
        .has_value();
  }
  // All but the last that an address has.
  void FailNineTimes() {
    for (int i = 0; i < 9; ++i) {
      addresses_.OnFailedAuthentication(AddressKey("192.0.2.1"), clock_.now().time_since_epoch());
    }
    ASSERT_FALSE(IsSlowedDown());
  }
  void Close(v1::ErrorReason reason) {
    v1::DownFrame frame;
    frame.mutable_closed()->mutable_error()->set_reason(reason);
    frame.mutable_closed()->set_close_code(4501);
    Deliver(frame);
  }
  void OpenFrom(const char* address) {
    Make({.path = v1::SESSION_PATH_V1, .remote_address = address});
    Text(R"({"type":"hello"})");
  }
};

TEST_F(FailedAuthenticationTest, AnOpeningThatIsRefusedCountsForTheAddress) {
  FailNineTimes();
  OpenFrom("::ffff:192.0.2.1");
  Close(v1::ERROR_REASON_UNAUTHENTICATED);
  EXPECT_TRUE(IsSlowedDown());
}

TEST_F(FailedAuthenticationTest, AnotherAddressAndAnotherReasonDoNot) {
  FailNineTimes();
  OpenFrom("192.0.2.2");
  Close(v1::ERROR_REASON_UNAUTHENTICATED);
  session_.reset();
  socket_ = {};
  OpenFrom("192.0.2.1");
  Close(v1::ERROR_REASON_ROOM_FULL);
  EXPECT_FALSE(IsSlowedDown());
}

TEST_F(FailedAuthenticationTest, WhoWaitsWithItsHelloIsStoppedToo) {
  FailNineTimes();
  Make({.path = v1::SESSION_PATH_V1, .remote_address = "192.0.2.1"});
  addresses_.OnFailedAuthentication(AddressKey("192.0.2.1"), clock_.now().time_since_epoch());
  Text(R"({"type":"hello","token":"t"})");
  EXPECT_TRUE(link_.frames.empty()) << "the service is not asked";
  EXPECT_EQ(socket_.messages.back().at("retry_after_ms").as_int64(), 5000);
  ExpectEnd("rate_limited", CloseCode::kRateLimited, "reconnect");
  EXPECT_EQ(Limited("authentication"), 1);
  EXPECT_EQ(admission_.sessions(), 0U);
}

TEST_F(FailedAuthenticationTest, ARefreshThatIsRefusedCounts) {
  FailNineTimes();
  OpenFrom("192.0.2.1");
  Greet();
  v1::DownFrame frame;
  frame.mutable_error()->set_reason(v1::ERROR_REASON_UNAUTHENTICATED);
  frame.mutable_error()->set_action(v1::ERROR_ACTION_CLOSE);
  Deliver(frame);
  EXPECT_TRUE(IsSlowedDown());
  EXPECT_FALSE(socket_.close_code) << "the session goes on";
}

}  // namespace
}  // namespace signaling::gateway
