// A session whose link to the service breaks or goes away: its client notices nothing but a pause.
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using SessionLinkTest = LinkFixture;

TEST_F(SessionLinkTest, IsAttachedAtOnceWhereThereIsAnotherLink) {
  OpenV1();
  DeliverEvent(1);
  DeliverEvent(2);
  Text(R"({"type":"ack","seq":1})");
  BreakLink();
  ExpectAttach(2, 1);
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionLinkTest, WaitsForALinkWhereThereIsNone) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(link_.receiver, nullptr);
  MendLink();
  ExpectAttach(0, 0);
  session_->OnLinkReady();
  EXPECT_TRUE(link_.frames.empty()) << "another link is not its concern";
}

TEST_F(SessionLinkTest, APlainClientHasWhatItsSocketHasTaken) {
  OpenPlain();
  DeliverEvent(1);
  DeliverEvent(2);
  session_->OnWritten(1);
  BreakLink();
  ExpectAttach(2, 1);
}

TEST_F(SessionLinkTest, AcknowledgementsGoOnAfterTheMove) {
  OpenV1();
  DeliverEvent(1);
  BreakLink();
  Text(R"({"type":"ack","seq":1})");
  Advance(std::chrono::milliseconds(200));
  ExpectAttach(1, 0);
  EXPECT_TRUE(link_.frames.empty()) << "nothing goes to a link before opened";
  DeliverAttached(0);
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().ack_seq(), 1u);
}

TEST_F(SessionLinkTest, AnAcknowledgementThatTheBreakTookIsInTheAttach) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"ack","seq":1})");
  Advance(std::chrono::milliseconds(200));
  BreakLink();
  ExpectAttach(1, 1);
}

TEST_F(SessionLinkTest, ABreakWhileOpeningOpensTheSameAgain) {
  MakePlain();
  Text(R"({"type":"message","data":1})");
  auto open = link_.frames.front().open();
  EXPECT_EQ(open.attempt(), 1u);
  BreakLink();
  const auto again = link_.Take();
  open.set_attempt(2);
  EXPECT_EQ(again.open().SerializeAsString(), open.SerializeAsString());
  EXPECT_TRUE(link_.frames.empty());
  Text(R"({"type":"message","data":2})");
  link_.frames.push_front(again);
  Greet();
  ExpectMessage(1, 0);
  ExpectMessage(2, 1);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionLinkTest, WithoutALinkForAsLongAsTheHandshakeMayTakeNothingIsOpened) {
  MakePlain();
  link_.is_ready = false;
  BreakLink();
  Advance(kHandshakeTimeout - std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.HasNext());
  Advance(std::chrono::milliseconds(1));
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
}

TEST_F(SessionLinkTest, ABreakWhileAttachingAttachesAgain) {
  OpenV1();
  Message(1);
  BreakLink();
  ExpectAttach(0, 0);
  BreakLink();
  ExpectAttach(0, 0);
  DeliverAttached(0);
  ExpectMessage(1, 0);
}

TEST_F(SessionLinkTest, ALinkThatGoesAwayIsLeftBeforeItEnds) {
  OpenV1();
  FakeLink other;
  Message(1);
  link_.is_ready = false;
  link_.elsewhere = &other;
  link_.Take();
  link_.receiver->OnLinkGoesAway();
  EXPECT_EQ(link_.receiver, nullptr) << "unbound";
  EXPECT_TRUE(link_.frames.empty()) << "without detach";
  EXPECT_TRUE(other.Take().has_attach());
  Message(2);
  v1::DownFrame frame;
  frame.mutable_opened()->set_session_id(session_id_);
  other.receiver->OnFrame(frame);
  EXPECT_EQ(other.Take().id(), 1u);
  EXPECT_EQ(other.Take().id(), 2u);
  session_.reset();
  EXPECT_TRUE(other.Take().has_detach());
}

TEST_F(SessionLinkTest, ALinkThatGoesAwayIsNoBreak) {
  OpenV1();
  Message(1);
  for (int i = 0; i < 3; ++i) {
    link_.frames.clear();
    Link::Receiver* const receiver = link_.receiver;
    receiver->OnLinkGoesAway();
    link_.Take();
    DeliverAttached(0);
    ExpectMessage(1, 0);
  }
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionLinkTest, ALinkThatGoesAwayWhileOpeningIsLeftToo) {
  MakeV1();
  Text(R"({"type":"hello"})");
  const auto open = link_.Take();
  Link::Receiver* const receiver = link_.receiver;
  receiver->OnLinkGoesAway();
  EXPECT_EQ(link_.frames.front().open().session_id(), open.open().session_id());
  Greet();
}

TEST_F(SessionLinkTest, AServiceThatForgotWhatItAcknowledgedHasLostTheSession) {
  OpenV1();
  Message(1);
  DeliverAck(1);
  socket_.Next();
  BreakLink();
  link_.Take();
  DeliverAttached(0);
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionLinkTest, AServiceThatDoesNotKnowTheSessionEndsIt) {
  OpenV1();
  BreakLink();
  link_.Take();
  v1::DownFrame frame;
  frame.mutable_closed()->set_close_code(1012);
  frame.mutable_closed()->mutable_error()->set_reason(v1::ERROR_REASON_UNAVAILABLE);
  frame.mutable_closed()->mutable_error()->set_action(v1::ERROR_ACTION_RECONNECT);
  Deliver(frame);
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionLinkTest, WhoWaitsForALinkIsToldOnceAndClosedAfterTheWindow) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  Advance(std::chrono::milliseconds(1999));
  EXPECT_FALSE(socket_.HasNext());
  Advance(std::chrono::milliseconds(1));
  const auto notice = socket_.Next();
  EXPECT_EQ(Field(notice, "code"), "unavailable");
  EXPECT_EQ(Field(notice, "action"), "retry");
  EXPECT_FALSE(IsFatal(notice));
  EXPECT_FALSE(notice.contains("reply_to"));
  Advance(kWindow - std::chrono::milliseconds(2001));
  EXPECT_FALSE(socket_.HasNext());
  Advance(std::chrono::milliseconds(1));
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionLinkTest, LinksThatBreakAtOnceDoNotBeginTheTimeAnew) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  Advance(kWindow / 2);
  socket_.Next();
  MendLink();
  link_.is_ready = false;
  BreakLink();
  Advance(kWindow / 2);
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
}

TEST_F(SessionLinkTest, EachTimeWithoutALinkIsToldAnew) {
  OpenV1();
  for (int i = 0; i < 2; ++i) {
    link_.is_ready = false;
    BreakLink();
    Advance(std::chrono::seconds(3));
    EXPECT_EQ(Field(socket_.Next(), "code"), "unavailable");
    session_->OnSignOfLife();
    MendLink();
    link_.Take();
    DeliverAttached(0);
  }
}

TEST_F(SessionLinkTest, AClientThatGoesWhileThereIsNoLinkIsNotTold) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  session_->OnEnd(1006, CloseSide::kNone);
  link_.is_ready = true;
  session_->OnLinkReady();
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionLinkTest, AClientThatGoesWhileAttachingIsDetached) {
  OpenV1();
  BreakLink();
  link_.Take();
  session_->OnEnd(1000, CloseSide::kClient);
  ExpectDetach(v1::Detach::CAUSE_BYE);
}

TEST_F(SessionLinkTest, NoSignOfLifeGoesToALinkThatHasNotAnswered) {
  OpenV1();
  v1::DownFrame frame;
  frame.mutable_probe();
  Deliver(frame);
  BreakLink();
  link_.Take();
  session_->OnSignOfLife();
  session_->OnRoundTrip(std::chrono::milliseconds(1));
  EXPECT_TRUE(link_.frames.empty());
  DeliverAttached(0);
  session_->OnSignOfLife();
  EXPECT_TRUE(link_.frames.empty()) << "who asked is gone";
}

TEST_F(SessionLinkTest, FreshIceServersArePassedOn) {
  OpenV1();
  BreakLink();
  v1::DownFrame frame;
  frame.mutable_opened()->mutable_ice_servers()->add_servers()->add_urls("turn:t");
  frame.mutable_opened()->mutable_ice_servers()->mutable_expire_time()->set_seconds(1);
  Deliver(frame);
  EXPECT_EQ(Type(socket_.Next()), "ice_servers");
}

}  // namespace
}  // namespace signaling::gateway
