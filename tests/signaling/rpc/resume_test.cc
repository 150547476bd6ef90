// Sessions of Connect that outlive their stream.
#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class ResumeTest : public ServiceTest {
 protected:
  static v1::UpFrame Message(const std::string& json) {
    v1::UpFrame frame;
    frame.mutable_app()->set_data(json);
    return frame;
  }
  // In a room with `ann_`, who has heard of it.
  v1::Opened JoinWithAnn(ConnectClient& client, const std::string& client_id) {
    if (!ann_) {
      ann_.emplace(channel_);
      ann_->Open("ann");
      ann_->Event();
      ann_->Join("r");
      ann_->Event();
    }
    client.Open(client_id);
    v1::Opened opened = client.Event().opened();
    client.Join("r");
    EXPECT_EQ(client.Event().seq(), 1u);
    EXPECT_TRUE(ann_->Event().room().has_participant_joined());
    return opened;
  }
  void Break(ConnectClient& client) {
    client.Cancel();
    client.Finish();
    AwaitDetached(1);
  }

  std::optional<ConnectClient> ann_;
};

TEST_F(ResumeTest, NothingIsLostWhenAStreamBreaks) {
  ConnectClient bob(channel_);
  const v1::Opened opened = JoinWithAnn(bob, "bob");
  EXPECT_FALSE(opened.resume_token().empty());
  EXPECT_EQ(opened.resume_window().seconds(), 30);
  Break(bob);
  for (int i = 1; i <= 100; ++i) ASSERT_TRUE(ann_->SendNumbered(Message(std::to_string(i))));

  ConnectClient again(channel_);
  again.Resume(opened, 1);
  const v1::Opened resumed = again.Event().opened();
  EXPECT_TRUE(resumed.resumed());
  EXPECT_EQ(resumed.last_id(), 1u) << "the join";
  EXPECT_EQ(resumed.client_id(), "bob");
  EXPECT_FALSE(resumed.has_room()) << "it is still there";
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const v1::DownFrame event = again.Event();
    ASSERT_EQ(event.seq(), i + 1);
    ASSERT_EQ(event.app().data(), std::to_string(i));
    v1::UpFrame ack;
    ack.set_ack_seq(event.seq());
    ASSERT_TRUE(again.Send(ack));
  }
  v1::UpFrame message = Message("1");
  message.set_id(2);
  message.set_after_id(1);
  again.Send(message);
  EXPECT_EQ(ann_->Event().app().client_id(), "bob");
  again.HalfClose();
  EXPECT_TRUE(again.Finish().ok());
  EXPECT_EQ(ann_->Event().room().participant_left().reason(), v1::LEAVE_REASON_LEFT);
}

TEST_F(ResumeTest, AStreamThatOnlyLooksAliveIsTakenOver) {
  ConnectClient bob(channel_);
  const v1::Opened opened = JoinWithAnn(bob, "bob");
  ConnectClient again(NewChannel());
  again.Resume(opened, 1);
  const v1::Opened resumed = again.Event().opened();
  EXPECT_TRUE(resumed.resumed());
  EXPECT_GT(resumed.epoch(), opened.epoch());
  const v1::DownFrame closed = bob.Event();
  EXPECT_EQ(closed.closed().error().reason(), v1::ERROR_REASON_SESSION_REPLACED);
  EXPECT_EQ(bob.Finish().error_code(), grpc::StatusCode::ABORTED);

  // The answer may have been lost: until something came from the new stream, the token before it is good.
  ConnectClient third(NewChannel());
  third.Resume(opened, 1);
  EXPECT_TRUE(third.Event().opened().resumed());
  EXPECT_EQ(again.Finish().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(engine_.Stats().sessions, 2u);
  EXPECT_EQ(engine_.Stats().detached, 0u);
}

TEST_F(ResumeTest, HalfCloseIsByeAndNoResumeFollows) {
  ConnectClient bob(channel_);
  const v1::Opened opened = JoinWithAnn(bob, "bob");
  bob.HalfClose();
  EXPECT_TRUE(bob.Finish().ok());
  ConnectClient again(channel_);
  again.Resume(opened, 1);
  const v1::Opened fresh = again.Event().opened();
  EXPECT_FALSE(fresh.resumed());
  EXPECT_EQ(fresh.resume_error(), v1::RESUME_ERROR_SESSION_EXPIRED);
  EXPECT_NE(fresh.session_id(), opened.session_id());
  again.Join("r");
  EXPECT_EQ(again.Event().seq(), 1u) << "a session like every new one";
}

TEST_F(ResumeTest, NoBreakIsTakenForABye) {
  constexpr std::size_t kClients = 100;
  const auto clients = NewChannel();
  for (std::size_t i = 0; i < kClients; ++i) {
    ConnectClient client(clients);
    client.Open("");
    client.Event();
    client.Cancel();
    client.Finish();
  }
  AwaitDetached(kClients);
  EXPECT_EQ(engine_.Stats().sessions, kClients);
}

TEST_F(ResumeTest, ABreachOfTheContractEndsTheSession) {
  ConnectClient bob(channel_);
  JoinWithAnn(bob, "bob");
  bob.Send(Message("1"));  // without a number
  EXPECT_EQ(bob.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ann_->Event().room().participant_left().reason(), v1::LEAVE_REASON_CLOSED);
}

TEST_F(ResumeTest, OnlyGatewaysMoveSessionsWithoutAToken) {
  ConnectClient bob(channel_);
  const v1::Opened opened = JoinWithAnn(bob, "bob");
  v1::UpFrame attach;
  attach.mutable_attach()->set_session_id(opened.session_id());
  attach.mutable_attach()->set_epoch(opened.epoch());
  attach.mutable_attach()->set_attempt(1);
  ConnectClient first(channel_);
  first.Send(attach);
  EXPECT_EQ(first.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  ConnectClient later(channel_);
  later.Open("eve");
  later.Event();
  later.Send(attach);
  EXPECT_EQ(later.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_TRUE(ann_->SendNumbered(Message("1")));
  EXPECT_TRUE(bob.Event().has_app()) << "bob is where he was";
}

}  // namespace
}  // namespace signaling
