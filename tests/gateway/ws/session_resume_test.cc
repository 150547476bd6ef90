// A client that goes on with its session on a new socket.
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

class SessionResumeTest : public SessionFixture {
 protected:
  static constexpr char kOld[] = "AAAAAAAAAAAAAAAAAAAAAA";

  void Hello(std::uint64_t last_seq) {
    MakeV1();
    Text(
        R"({"type":"hello","resume":{"session_id":"AAAAAAAAAAAAAAAAAAAAAA","resume_token":"t","last_seq":)" +
        std::to_string(last_seq) + "}}");
  }
  void DeliverOpened(bool resumed, std::uint64_t last_id) {
    const auto open = link_.Take();
    v1::DownFrame frame;
    v1::Opened& opened = *frame.mutable_opened();
    session_id_ = resumed ? kOld : open.open().session_id();
    opened.set_session_id(session_id_);
    opened.set_epoch(kEpoch);
    opened.set_resumed(resumed);
    opened.set_last_id(last_id);
    if (!resumed) opened.set_resume_error(v1::RESUME_ERROR_SESSION_EXPIRED);
    opened.mutable_resume_window()->set_seconds(kWindow.count());
    Deliver(frame);
  }
};

TEST_F(SessionResumeTest, TheServiceIsAsked) {
  Hello(4);
  const auto open = link_.Take().open();
  EXPECT_EQ(open.path(), v1::SESSION_PATH_V1);
  EXPECT_EQ(open.session_id().size(), 22u);
  EXPECT_NE(open.session_id(), kOld);
  EXPECT_EQ(open.resume().session_id(), kOld);
  EXPECT_EQ(open.resume().token(), "t");
  EXPECT_EQ(open.resume().last_seq(), 4u);
}

TEST_F(SessionResumeTest, NothingIsReadUntilItIsKnownWhereItGoesOn) {
  Hello(4);
  EXPECT_TRUE(socket_.paused);
  Advance(kHandshakeTimeout - std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.close_code);
  DeliverOpened(true, 9);
  EXPECT_FALSE(socket_.paused);
}

TEST_F(SessionResumeTest, NumbersGoOn) {
  Hello(4);
  DeliverOpened(true, 9);
  const auto connected = socket_.Next();
  EXPECT_TRUE(connected.at("resumed").as_bool());
  EXPECT_EQ(connected.at("last_id").as_int64(), 9);
  EXPECT_EQ(Field(connected, "session_id"), kOld);
  Text(R"({"type":"message","data":1,"id":8})");
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(socket_.Next().at("id").as_int64(), 9) << "processed before, and acknowledged again";
  Text(R"({"type":"message","data":1,"id":10})");
  EXPECT_EQ(link_.Take().after_id(), 9u);
  DeliverEvent(5);
  EXPECT_EQ(socket_.Next().at("seq").as_int64(), 5);
  Text(R"({"type":"ack","seq":5})");
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().ack_seq(), 5u);
}

TEST_F(SessionResumeTest, ItsMoveSaysWhatTheClientHas) {
  Hello(4);
  DeliverOpened(true, 9);
  BreakLink();
  const auto attach = link_.Take().attach();
  EXPECT_EQ(attach.session_id(), kOld);
  EXPECT_EQ(attach.received_seq(), 4u);
  EXPECT_EQ(attach.acked_seq(), 4u);
}

TEST_F(SessionResumeTest, WhatCannotGoOnBeginsAnew) {
  Hello(4);
  DeliverOpened(false, 0);
  const auto connected = socket_.Next();
  EXPECT_FALSE(connected.at("resumed").as_bool());
  EXPECT_EQ(Field(connected, "resume_error"), "session_expired");
  Text(R"({"type":"ack","seq":1})");
  EXPECT_EQ(Field(socket_.Next(), "code"), "invalid_message") << "there is no event yet";
  DeliverEvent(1);
  EXPECT_EQ(socket_.Next().at("seq").as_int64(), 1);
  Text(R"({"type":"message","data":1})");
  EXPECT_EQ(link_.Take().after_id(), 0u);
}

TEST_F(SessionResumeTest, ABreakBeforeTheAnswerAsksTheSameAgain) {
  Hello(4);
  auto open = link_.frames.front().open();
  EXPECT_EQ(open.attempt(), 1u);
  BreakLink();
  open.set_attempt(2);
  EXPECT_EQ(link_.frames.front().open().SerializeAsString(), open.SerializeAsString());
  DeliverOpened(true, 9);
  EXPECT_TRUE(socket_.Next().at("resumed").as_bool());
  EXPECT_FALSE(socket_.paused);
}

TEST_F(SessionResumeTest, FaultsOfAConnectionBeforeAreNoStrikes) {
  Hello(0);
  DeliverOpened(true, 9);
  socket_.Next();
  for (std::uint64_t id = 1; id <= 5; ++id) {
    DeliverVerdict(id, id, v1::ERROR_REASON_INVALID_MESSAGE);
    EXPECT_FALSE(IsFatal(socket_.Next()));
  }
  for (std::uint64_t id = 10; id <= 11; ++id) {
    DeliverVerdict(id - 4, id, v1::ERROR_REASON_INVALID_MESSAGE);
    socket_.Next();
  }
  EXPECT_FALSE(socket_.close_code);
  DeliverVerdict(8, 12, v1::ERROR_REASON_INVALID_MESSAGE);
  ExpectEnd("invalid_message", CloseCode::kProtocolError, "close");
}

// Its session may wait at the service all the same: 1012 would say that it is gone.
TEST_F(SessionResumeTest, WithoutALinkItIsToTryAgain) {
  link_.is_ready = false;
  Hello(4);
  ExpectEnd("unavailable", CloseCode::kTryAgainLater, "reconnect");
}

TEST_F(SessionResumeTest, LinksThatStayAwayWhileItOpensMakeItTryAgain) {
  Hello(4);
  link_.is_ready = false;
  BreakLink();
  Advance(kHandshakeTimeout);
  ExpectEnd("unavailable", CloseCode::kTryAgainLater, "reconnect");
}

TEST_F(SessionResumeTest, AServiceThatDoesNotAnswerMakesItTryAgain) {
  Hello(4);
  Advance(kHandshakeTimeout);
  ExpectEnd("unavailable", CloseCode::kTryAgainLater, "reconnect");
  EXPECT_TRUE(link_.Take().has_open());
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionResumeTest, OnceItIsOpenALinkThatStaysAwayHasLostIt) {
  Hello(4);
  DeliverOpened(true, 9);
  socket_.Next();
  link_.is_ready = false;
  BreakLink();
  Advance(kWindow);
  ExpectEnd("unavailable", CloseCode::kStateLost, "reconnect");
}

TEST_F(SessionResumeTest, AtTheCapItTakesItsOwnPlace) {
  auto old = admission_.TakeSession(kOld);
  const auto other = admission_.TakeSession("other");
  Hello(4);
  DeliverOpened(true, 9);
  EXPECT_EQ(Type(socket_.Next()), "connected");
  EXPECT_EQ(admission_.sessions(), 2u);
  old.Release();  // the old socket is closed: taken over
  EXPECT_EQ(admission_.sessions(), 2u);
  session_.reset();
  EXPECT_EQ(admission_.sessions(), 1u);
  EXPECT_TRUE(link_.Take().has_detach());
}

TEST_F(SessionResumeTest, AtTheCapOneThatIsNotHereIsToTryAgain) {
  const auto one = admission_.TakeSession("one");
  const auto two = admission_.TakeSession("two");
  Hello(4);
  ExpectEnd("too_many_connections", CloseCode::kTryAgainLater, "reconnect");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionResumeTest, AtTheCapOneThatBeginsAnewIsRefused) {
  const auto old = admission_.TakeSession(kOld);
  const auto other = admission_.TakeSession("other");
  Hello(4);
  DeliverOpened(false, 0);
  ExpectEnd("too_many_connections", CloseCode::kRefused, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_FAULT);
  EXPECT_EQ(admission_.sessions(), 2u);
}

TEST_F(SessionResumeTest, APlainClientsFirstAcknowledgementMakesItResumable) {
  OpenPlain();
  DeliverEvent(1);
  DeliverEvent(2);
  Text(R"({"type":"message","data":1,"ack":1})");
  const auto message = link_.Take();
  EXPECT_TRUE(message.has_app());
  EXPECT_EQ(message.ack_seq(), 1u);
  EXPECT_TRUE(link_.Take().has_resumable());
  Text(R"({"type":"ack","seq":2})");
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().body_case(), v1::UpFrame::BODY_NOT_SET) << "once is enough";
}

TEST_F(SessionResumeTest, ABreakMayHaveTakenThat) {
  OpenPlain();
  DeliverEvent(1);
  Text(R"({"type":"ack","seq":1})");
  EXPECT_TRUE(link_.Take().has_resumable());
  BreakLink();
  EXPECT_EQ(link_.Take().attach().acked_seq(), 1u);
  DeliverAttached(0);
  EXPECT_TRUE(link_.Take().has_resumable());
}

TEST_F(SessionResumeTest, APlainClientThatAcknowledgesNothingIsNot) {
  OpenPlain();
  DeliverEvent(1);
  session_->OnWritten(1);
  BreakLink();
  link_.Take();
  DeliverAttached(0);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionResumeTest, OnV1NothingHasToBeSaid) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"ack","seq":1})");
  EXPECT_TRUE(link_.frames.empty());
}

}  // namespace
}  // namespace signaling::gateway
