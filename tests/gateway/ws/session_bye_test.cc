// A bye while the session is on no link: what was said before it goes first.
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

class SessionByeTest : public LinkFixture {
 protected:
  void Bye() {
    Text(R"({"type":"bye"})");
    EXPECT_FALSE(socket_.close_code);
    EXPECT_TRUE(socket_.paused);
  }
  void LoseLink() {
    link_.is_ready = false;
    BreakLink();
  }
  void ExpectParted() {
    EXPECT_EQ(socket_.close_code, CloseCode::kNormal);
    EXPECT_EQ(admission_.sessions(), 0u);
  }
};

TEST_F(SessionByeTest, WaitsForALinkAndForWhatWasSaidBefore) {
  OpenV1();
  LoseLink();
  Message(1);
  Message(2);
  Bye();
  Message(3);
  MendLink();
  ExpectAttach(0, 0);
  EXPECT_FALSE(socket_.close_code) << "the service may have another answer";
  DeliverAttached(1);
  EXPECT_EQ(socket_.Next().at("id").as_int64(), 1);
  ExpectMessage(2, 1);
  ExpectDetach(v1::Detach::CAUSE_BYE);
  EXPECT_TRUE(link_.frames.empty()) << "after its bye it says nothing";
  ExpectParted();
}

TEST_F(SessionByeTest, WaitsWhereTheSessionIsBeingAttached) {
  OpenV1();
  Message(1);
  BreakLink();
  ExpectAttach(0, 0);
  Bye();
  DeliverAttached(0);
  ExpectMessage(1, 0);
  ExpectDetach(v1::Detach::CAUSE_BYE);
  ExpectParted();
}

TEST_F(SessionByeTest, WaitsWhereTheSessionIsOpenedAgain) {
  MakePlain();
  Message(1);
  BreakLink();
  Bye();
  Greet();
  ExpectMessage(1, 0);
  ExpectDetach(v1::Detach::CAUSE_BYE);
  ExpectParted();
}

TEST_F(SessionByeTest, ALinkThatBreaksMeanwhileBeginsItAgain) {
  OpenV1();
  LoseLink();
  Message(1);
  Bye();
  MendLink();
  BreakLink();
  ExpectAttach(0, 0);
  DeliverAttached(0);
  ExpectMessage(1, 0);
  ExpectDetach(v1::Detach::CAUSE_BYE);
  ExpectParted();
}

TEST_F(SessionByeTest, ALinkThatStaysAwayIsNotWaitedForLong) {
  OpenV1();
  LoseLink();
  Message(1);
  Bye();
  Advance(kHandshakeTimeout - std::chrono::milliseconds(1));
  EXPECT_FALSE(socket_.close_code);
  Advance(std::chrono::milliseconds(1));
  ExpectParted();
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionByeTest, WhoCannotBeOpenedHasItsWishAllTheSame) {
  MakePlain();
  LoseLink();
  Bye();
  Advance(kHandshakeTimeout);
  ExpectParted();
  EXPECT_FALSE(socket_.HasNext()) << "nothing to connect again for";
}

TEST_F(SessionByeTest, ASocketThatIsGoneMeanwhileTakesItNotBack) {
  OpenV1();
  BreakLink();
  ExpectAttach(0, 0);
  Bye();
  session_->OnEnd(1006, CloseSide::kNone);
  ExpectDetach(v1::Detach::CAUSE_BYE);
}

TEST_F(SessionByeTest, WhoLeavesIsNotToldToGo) {
  OpenV1();
  LoseLink();
  Bye();
  EXPECT_FALSE(session_->GoAway(std::chrono::seconds(1)));
  EXPECT_FALSE(socket_.HasNext());
  session_->Leave();
  ExpectParted();
  session_->Leave();
}

TEST_F(SessionByeTest, WhoWasToldToGoGetsNoMoreTime) {
  OpenV1();
  LoseLink();
  EXPECT_TRUE(session_->GoAway(std::chrono::seconds(0)));
  Bye();
  Advance(std::chrono::seconds(1));
  ExpectParted();
}

}  // namespace
}  // namespace signaling::gateway
