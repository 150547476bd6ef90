// Seats, presence and who is polite.
#include <thread>

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST_P(EngineRoomsTest, JoinedShowsTheOthersInOrderAndThemTheNewcomer) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  const v1::Participant seen = ann.OnlyEvent().room().participant_joined().participant();
  EXPECT_EQ(seen.client_id(), "bob");
  EXPECT_FALSE(seen.polite()) << "the later joiner is the polite one";
  EXPECT_TRUE(seen.connected());
  Client& eve = NewClient().Open("eve");
  const std::uint64_t id = eve.Join("r");
  const v1::DownFrame event = eve.OnlyEvent();
  EXPECT_EQ(event.reply_to(), id);
  const v1::Joined& joined = event.room().joined();
  EXPECT_EQ(joined.room(), "r");
  EXPECT_EQ(joined.options().max_participants(), 5u);
  ASSERT_EQ(joined.participants_size(), 2);
  EXPECT_EQ(joined.participants(0).client_id(), "ann");
  EXPECT_EQ(joined.participants(1).client_id(), "bob");
  EXPECT_TRUE(joined.participants(0).polite());
  EXPECT_TRUE(joined.participants(1).polite());
  EXPECT_EQ(joined.participants(0).joined_time().seconds(), 1'800'000'000);
  bob.Events();
}

TEST_P(EngineRoomsTest, ThePlainOpeningIsInItsRoom) {
  Joined("lobby", "ann");
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  ASSERT_TRUE(robot.opened());
  ASSERT_EQ(robot.record().opened->room().participants_size(), 1);
  EXPECT_EQ(robot.record().opened->room().participants(0).client_id(), "ann");
  EXPECT_TRUE(robot.Events().empty());
}

TEST_P(EngineRoomsTest, TheSixthIsRefusedAndTheFiveGoOn) {
  std::vector<Client*> five;
  for (int i = 0; i < 5; ++i) five.push_back(&Joined("r", "c" + std::to_string(i)));
  for (Client* client : five) client->Events();
  Client& sixth = NewClient().Open("c5");
  const std::uint64_t id = sixth.Join("r");
  const v1::DownFrame verdict = sixth.OnlyEvent();
  EXPECT_EQ(ReasonOf(verdict), Reason::kRoomFull);
  EXPECT_EQ(verdict.error().action(), v1::ERROR_ACTION_RETRY);
  EXPECT_EQ(verdict.reply_to(), id);
  EXPECT_EQ(NewClient().OpenPlain("r", "c6").closed_for(), Reason::kRoomFull);
  EXPECT_EQ(clients_.back()->record().closed->close_code(), 4005u);
  for (Client* client : five) EXPECT_TRUE(client->Events().empty());
  five[0]->Leave();
  sixth.Join("r");
  EXPECT_TRUE(sixth.OnlyEvent().room().has_joined());
}

TEST_P(EngineRoomsTest, ManyJoinsAtOnceLeaveExactlyTheCapIn) {
  constexpr int kThreads = 8;
  constexpr int kClients = 250;
  for (int i = 0; i < kThreads * kClients; ++i) NewClient().Open("c" + std::to_string(i));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kClients; ++i)
        clients_[static_cast<std::size_t>(t * kClients + i)]->Join("r");
    });
  }
  for (std::thread& thread : threads) thread.join();
  int joined = 0;
  int refused = 0;
  for (const auto& client : clients_) {
    const v1::DownFrame first = client->Events().at(0);
    joined += first.room().has_joined() ? 1 : 0;
    refused += first.has_error() && ReasonOf(first) == Reason::kRoomFull ? 1 : 0;
  }
  EXPECT_EQ(joined, 5);
  EXPECT_EQ(refused, kThreads * kClients - 5);
  EXPECT_EQ(engine_->Stats().participants, 5u);
}

TEST_P(EngineRoomsTest, OneRoomAtATime) {
  Client& ann = Joined("r", "ann");
  ann.Join("s");
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kAlreadyInRoom);
  ann.Join("r");
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kAlreadyInRoom);
  ann.Leave();
  EXPECT_TRUE(ann.OnlyEvent().room().has_left());
  ann.Leave();
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kNotInRoom);
  ann.Join("s");
  EXPECT_TRUE(ann.OnlyEvent().room().has_joined());
}

TEST_P(EngineRoomsTest, LeavingIsSeenByTheOthers) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  const std::uint64_t id = bob.Leave();
  const v1::DownFrame left = bob.OnlyEvent();
  EXPECT_EQ(left.reply_to(), id);
  EXPECT_EQ(left.room().left().reason(), v1::LEAVE_REASON_LEFT);
  const v1::DownFrame seen = ann.OnlyEvent();
  EXPECT_EQ(seen.room().participant_left().client_id(), "bob");
  EXPECT_EQ(seen.room().participant_left().reason(), v1::LEAVE_REASON_LEFT);
}

TEST_P(EngineRoomsTest, UpdateIsSeenWithTheReceiversOwnView) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  ann.Events();
  bob.Events();
  v1::UpFrame frame;
  (*frame.mutable_room()->mutable_update()->mutable_metadata())["name"] = "Bob";
  bob.Send(frame);
  EXPECT_TRUE(bob.Events().empty());
  const v1::ParticipantUpdated earlier = ann.OnlyEvent().room().participant_updated();
  const v1::ParticipantUpdated later = eve.OnlyEvent().room().participant_updated();
  EXPECT_EQ(earlier.client_id(), "bob");
  EXPECT_EQ(earlier.participant().metadata().at("name"), "Bob");
  EXPECT_FALSE(earlier.participant().polite());
  EXPECT_TRUE(later.participant().polite());
}

}  // namespace
}  // namespace signaling
