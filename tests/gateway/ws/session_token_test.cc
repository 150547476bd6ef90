// A client's credentials on their way to the service, and the service's word on them.
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

class SessionTokenTest : public LinkFixture {
 protected:
  static constexpr std::chrono::seconds kArrivedAfter{60};

  void ExpectRefresh(const std::string& token) {
    const auto frame = link_.Take();
    EXPECT_EQ(frame.refresh().token(), token) << frame.ShortDebugString();
    EXPECT_EQ(frame.id(), 0u);
    EXPECT_EQ(frame.after_id(), 0u);
  }
  void DeliverClosed(v1::ErrorReason reason, v1::ErrorAction action, std::uint32_t code) {
    v1::DownFrame frame;
    frame.mutable_closed()->set_close_code(code);
    frame.mutable_closed()->mutable_error()->set_reason(reason);
    frame.mutable_closed()->mutable_error()->set_action(action);
    Deliver(frame);
  }
};

TEST_F(SessionTokenTest, HelloBringsIt) {
  MakeV1();
  Text(R"({"type":"hello","token":"h"})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.open().token(), "h");
  EXPECT_FALSE(frame.open().room_is_default());
}

TEST_F(SessionTokenTest, TheUpgradeBringsItOnBothPaths) {
  Make({.path = v1::SESSION_PATH_PLAIN, .room = "lobby", .room_is_default = true, .token = "u"});
  const auto plain = link_.Take();
  EXPECT_EQ(plain.open().token(), "u");
  EXPECT_EQ(plain.open().room(), "lobby");
  EXPECT_TRUE(plain.open().room_is_default());
}

TEST_F(SessionTokenTest, HelloGoesBeforeTheUpgrade) {
  Make({.path = v1::SESSION_PATH_V1, .token = "u"});
  Text(R"({"type":"hello","token":"h"})");
  EXPECT_EQ(link_.Take().open().token(), "h");
}

TEST_F(SessionTokenTest, AHelloWithoutOneHasThatOfTheUpgrade) {
  Make({.path = v1::SESSION_PATH_V1, .token = "u"});
  Text(
      R"({"type":"hello","token":"","resume":{"session_id":"s","resume_token":"t","last_seq":0}})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.open().token(), "u");
  EXPECT_EQ(frame.open().resume().token(), "t");
}

TEST_F(SessionTokenTest, ABreakWhileOpeningOpensWithTheSameToken) {
  Make({.path = v1::SESSION_PATH_V1, .token = "u"});
  Text(R"({"type":"hello"})");
  BreakLink();
  EXPECT_EQ(link_.Take().open().token(), "u");
}

TEST_F(SessionTokenTest, ARefusedUpgradeIsToldAndClosed) {
  Make({.path = v1::SESSION_PATH_PLAIN,
        .room = "lobby",
        .refusal = Upgrade::Refusal{Reason::kUnauthenticated, "no"}});
  ExpectEnd("unauthenticated", CloseCode::kUnauthenticated, "close");
  EXPECT_TRUE(link_.frames.empty()) << "no service was asked";
}

TEST_F(SessionTokenTest, TheServicesRefusalIsToldAndClosed) {
  MakePlain();
  link_.Take();
  DeliverClosed(v1::ERROR_REASON_UNAUTHENTICATED, v1::ERROR_ACTION_CLOSE, 4501);
  ExpectEnd("unauthenticated", CloseCode::kUnauthenticated, "close");
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionTokenTest, ConnectedSaysWhenTheTokenEnds) {
  MakePlain();
  link_.Take();
  v1::DownFrame frame;
  frame.mutable_opened()->mutable_token_expire_time()->set_seconds(1767225600);
  Deliver(frame);
  EXPECT_EQ(Field(socket_.Next(), "token_expires_at").substr(0, 19), "2026-01-01T00:00:00");
}

TEST_F(SessionTokenTest, TheEndIsAnnounced) {
  OpenPlain();
  v1::DownFrame frame;
  frame.mutable_notice()->mutable_token_expiring()->mutable_expire_time()->set_seconds(1767225600);
  Deliver(frame);
  const auto told = socket_.Next();
  EXPECT_EQ(Type(told), "token_expiring");
  EXPECT_FALSE(told.contains("seq"));
}

TEST_F(SessionTokenTest, ARefreshGoesUpWithoutANumber) {
  OpenV1();
  Message(1);
  Text(R"({"type":"refresh","token":"new","id":9})");
  Message(2);
  ExpectMessage(1, 0);
  ExpectRefresh("new");
  ExpectMessage(2, 1);
  EXPECT_FALSE(socket_.HasNext()) << "it has no answer";
}

TEST_F(SessionTokenTest, ARefreshOnPlainIsTheSame) {
  OpenPlain();
  Text(R"({"type":"refresh","token":"new"})");
  ExpectRefresh("new");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, ARefreshIsASignOfLifeAndMayAcknowledge) {
  OpenV1();
  DeliverEvent(1);
  Advance(kTimeout - std::chrono::milliseconds(1));
  Text(R"({"type":"refresh","token":"new","ack":1})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.refresh().token(), "new") << frame.ShortDebugString();
  EXPECT_EQ(frame.ack_seq(), 1u);
  Advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionTokenTest, BeforeHelloThereIsNothingToRefresh) {
  MakeV1();
  Text(R"({"type":"refresh","token":"new"})");
  EXPECT_EQ(Field(socket_.Next(), "code"), "hello_required");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, AFaultyRefreshIsToldAndIsNoEvent) {
  OpenV1();
  Text(R"({"type":"refresh","id":1})");
  const auto error = socket_.Next();
  EXPECT_EQ(Field(error, "code"), "invalid_message");
  EXPECT_FALSE(error.contains("reply_to"));
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, ARefreshWaitsForTheOpening) {
  MakePlain();
  Text(R"({"type":"refresh","token":"new"})");
  Greet();
  ExpectRefresh("new");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, WithoutALinkTheNewestWaits) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  Text(R"({"type":"refresh","token":"first"})");
  Message(1);
  Text(R"({"type":"refresh","token":"second"})");
  MendLink();
  ExpectAttach(0, 0);
  EXPECT_TRUE(link_.frames.empty()) << "nothing goes to a link before opened";
  DeliverAttached(0);
  ExpectRefresh("second");
  ExpectMessage(1, 0);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, ARefreshThatALinkMayHaveTakenWithItGoesAgain) {
  OpenV1();
  Text(R"({"type":"refresh","token":"new"})");
  for (int i = 0; i < 2; ++i) {
    BreakLink();
    ExpectAttach(0, 0);
    DeliverAttached(0);
    ExpectRefresh("new");
  }
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, ARefreshThatHasArrivedIsForgotten) {
  OpenV1();
  Text(R"({"type":"refresh","token":"new"})");
  ExpectRefresh("new");
  for (auto passed = kTimeout / 2; passed < kArrivedAfter; passed += kTimeout / 2) {
    Advance(kTimeout / 2);
    session_->OnSignOfLife();
  }
  Advance(kTimeout / 2);
  EXPECT_TRUE(link_.frames.empty()) << "it does not go again by itself";
  BreakLink();
  ExpectAttach(0, 0);
  DeliverAttached(0);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionTokenTest, ARefusedRefreshIsANotice) {
  OpenV1();
  Message(1);
  for (const auto& [reason, code] :
       {std::pair(v1::ERROR_REASON_UNAUTHENTICATED, "unauthenticated"),
        std::pair(v1::ERROR_REASON_PERMISSION_DENIED, "permission_denied")}) {
    v1::DownFrame frame;
    frame.mutable_error()->set_reason(reason);
    frame.mutable_error()->set_action(v1::ERROR_ACTION_NONE);
    frame.set_ack_id(1);
    Deliver(frame);
    const auto error = socket_.Next();
    EXPECT_EQ(Field(error, "code"), code);
    EXPECT_EQ(Field(error, "action"), "none");
    EXPECT_FALSE(IsFatal(error));
    for (const char* number : {"seq", "reply_to", "ack"}) EXPECT_FALSE(error.contains(number));
    const auto ack = socket_.Next();
    EXPECT_EQ(Type(ack), "ack") << "what rode on it is told alone";
    EXPECT_EQ(ack.at("id").as_int64(), 1);
  }
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionTokenTest, AnEndedTokenLeavesASessionThatIsResumedHere) {
  OpenV1();
  const auto other = admission_.TakeSession("other");
  ASSERT_EQ(admission_.sessions(), 2u) << "full";
  DeliverClosed(v1::ERROR_REASON_TOKEN_EXPIRED, v1::ERROR_ACTION_RECONNECT, 4002);
  ExpectEnd("token_expired", CloseCode::kTokenExpired, "reconnect");
  EXPECT_TRUE(link_.frames.empty()) << "the service has detached it already";
  EXPECT_EQ(admission_.sessions(), 1u) << "its place is free while it waits";
  const std::string ended = session_id_;
  socket_ = FakeSocket();
  session_.reset();
  MakeV1();
  Text(R"({"type":"hello","token":"new","resume":{"session_id":")" + ended +
       R"(","resume_token":"token","last_seq":0}})");
  const auto open = link_.Take().open();
  EXPECT_EQ(open.token(), "new");
  EXPECT_EQ(open.resume().session_id(), ended);
  v1::DownFrame frame;
  frame.mutable_opened()->set_session_id(ended);
  frame.mutable_opened()->set_resumed(true);
  Deliver(frame);
  const auto connected = socket_.Next();
  EXPECT_TRUE(connected.at("resumed").as_bool());
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionTokenTest, TooMuchIsToldToConnectAgain) {
  OpenV1();
  DeliverClosed(v1::ERROR_REASON_RATE_LIMITED, v1::ERROR_ACTION_RECONNECT, 4004);
  ExpectEnd("rate_limited", CloseCode::kRateLimited, "reconnect");
}

}  // namespace
}  // namespace signaling::gateway
