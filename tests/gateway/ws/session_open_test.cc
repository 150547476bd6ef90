// How a session begins.
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using SessionOpenTest = SessionFixture;

TEST_F(SessionOpenTest, PlainOpensAtOnceAndJoinsItsRoom) {
  MakePlain();
  const auto frame = link_.Take();
  EXPECT_EQ(frame.open().path(), v1::SESSION_PATH_PLAIN);
  EXPECT_EQ(frame.open().room(), "lobby");
  EXPECT_EQ(frame.open().client_id(), "robot");
  EXPECT_EQ(frame.open().session_id().size(), 22u);
  EXPECT_FALSE(socket_.HasNext());
}

TEST_F(SessionOpenTest, ConnectedFollowsTheServicesWord) {
  OpenPlain();
  EXPECT_FALSE(socket_.HasNext());
  EXPECT_EQ(admission_.sessions(), 1u);
}

TEST_F(SessionOpenTest, V1WaitsForHello) {
  MakeV1();
  EXPECT_TRUE(link_.frames.empty());
  Text(R"({"type":"hello","client_id":"ann","metadata":{"name":"Ann"}})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.open().path(), v1::SESSION_PATH_V1);
  EXPECT_EQ(frame.open().client_id(), "ann");
  EXPECT_EQ(frame.open().metadata().at("name"), "Ann");
  EXPECT_EQ(frame.open().room(), "");
}

TEST_F(SessionOpenTest, BeforeHelloOnlyPingIsServed) {
  MakeV1();
  Text(R"({"type":"ping","t":1})");
  EXPECT_EQ(Type(socket_.Next()), "pong");
  Text(R"({"type":"join","room":"r","id":1})");
  EXPECT_EQ(Field(socket_.Next(), "code"), "hello_required");
  EXPECT_FALSE(socket_.close_code);
  EXPECT_TRUE(link_.frames.empty());
  Text(R"({"type":"hello"})");
  EXPECT_TRUE(link_.Take().has_open());
}

TEST_F(SessionOpenTest, NoHelloInTimeEnds) {
  MakeV1();
  Advance(kHandshakeTimeout - std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.close_code);
  Advance(std::chrono::milliseconds(1));
  ExpectEnd("hello_required", CloseCode::kHelloTimeout, "close");
}

TEST_F(SessionOpenTest, HelloOnPlainAndASecondHelloAreFaults) {
  OpenPlain();
  Text(R"({"type":"hello"})");
  const auto error = socket_.Next();
  EXPECT_EQ(Field(error, "code"), "invalid_message");
  EXPECT_FALSE(error.contains("seq"));
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionOpenTest, MessagesBeforeConnectedFollowTheOpening) {
  MakePlain();
  Text(R"({"type":"message","data":1})");
  EXPECT_TRUE(link_.Take().has_open());
  EXPECT_EQ(link_.Take().id(), 1u);
}

TEST_F(SessionOpenTest, TheServicesRefusalIsToldThenClosed) {
  MakePlain();
  v1::DownFrame frame;
  frame.mutable_closed()->set_close_code(4005);
  frame.mutable_closed()->mutable_error()->set_reason(v1::ERROR_REASON_ROOM_FULL);
  frame.mutable_closed()->mutable_error()->set_action(v1::ERROR_ACTION_RETRY);
  link_.Take();
  Deliver(frame);
  ExpectEnd("room_full", CloseCode::kRefused, "retry");
  EXPECT_TRUE(link_.frames.empty()) << "the slot is free already";
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionOpenTest, ARefusedUpgradeIsTold) {
  Make({.path = v1::SESSION_PATH_V1, .refusal = Upgrade::Refusal{Reason::kOriginNotAllowed, "no"}});
  ExpectEnd("origin_not_allowed", CloseCode::kForbidden, "close");
}

TEST_F(SessionOpenTest, WithoutALinkThereIsNoSession) {
  link_.is_ready = false;
  MakePlain();
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
}

TEST_F(SessionOpenTest, AServiceThatDoesNotAnswerIsGivenUp) {
  MakePlain();
  Advance(kHandshakeTimeout - std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.close_code);
  Advance(std::chrono::milliseconds(1));
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
  EXPECT_TRUE(link_.Take().has_open());
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionOpenTest, PlainIsRefusedAtTheCapAtOnce) {
  const auto first = admission_.TakeSession("first");
  const auto second = admission_.TakeSession("second");
  MakePlain();
  ExpectEnd("too_many_connections", CloseCode::kRefused, "reconnect");
}

TEST_F(SessionOpenTest, V1IsRefusedAtTheCapWithItsHello) {
  const auto first = admission_.TakeSession("first");
  const auto second = admission_.TakeSession("second");
  MakeV1();
  EXPECT_FALSE(socket_.close_code);
  Text(R"({"type":"hello"})");
  ExpectEnd("too_many_connections", CloseCode::kRefused, "reconnect");
}

TEST_F(SessionOpenTest, NobodyComesInWhileDraining) {
  context_.draining = true;
  MakePlain();
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
}

}  // namespace
}  // namespace signaling::gateway
