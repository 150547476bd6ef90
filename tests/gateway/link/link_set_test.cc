// The links of a worker against real services: where sessions go, and when they are told to.
#include "gateway/link/link_set.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/gateway/fake_service.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kDeadline{10};

// What a session does about its links, and no more.
class Peer final : public Link::Receiver {
 public:
  Peer(Links& links, std::string id) : links_(links), id_(std::move(id)) { OnLinkReady(); }
  ~Peer() override { Leave(); }

  void OnLinkReady() {
    if (link_ != nullptr || over) return;
    link_ = links_.Pick();
    if (link_ == nullptr) return;
    slot_ = link_->Bind(*this);
    v1::UpFrame& frame = link_->Next();
    if (opened) {
      frame.mutable_attach()->set_session_id(id_);
      frame.mutable_attach()->set_received_seq(received);
    } else {
      frame.mutable_open()->set_session_id(id_);
    }
    ready_ = false;
    link_->Send(slot_, 64);
  }
  void Say() {
    ++said;
    if (link_ != nullptr && ready_) SendFrom(said);
  }
  void Leave() {
    if (link_ == nullptr) return;
    link_->Next().mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
    link_->Send(slot_, 64);
    link_->Unbind(slot_);
    link_ = nullptr;
  }
  const Link* link() const { return link_; }

  // Link::Receiver:
  void OnFrame(v1::DownFrame& frame) override {
    if (frame.has_opened()) {
      opened = true;
      ready_ = true;
      SendFrom(frame.opened().last_id() + 1);
    } else if (frame.has_closed()) {
      over = true;
      link_ = nullptr;
    } else if (frame.has_app()) {
      EXPECT_EQ(frame.seq(), received + 1) << "an event is lost or doubled";
      received = frame.seq();
    }
  }
  void OnLinkBroken() override {
    ++breaks;
    link_ = nullptr;
    OnLinkReady();
  }
  void OnLinkGoesAway() override {
    ++moves;
    link_->Unbind(slot_);
    link_ = nullptr;
    OnLinkReady();
    EXPECT_NE(link_, nullptr) << "there is nowhere to go";
  }

  bool opened = false;
  bool over = false;
  int breaks = 0;
  int moves = 0;
  std::uint64_t said = 0;
  std::uint64_t received = 0;

 private:
  void SendFrom(std::uint64_t id) {
    for (; id <= said; ++id) {
      v1::UpFrame& frame = link_->Next();
      frame.set_id(id);
      frame.set_after_id(id - 1);
      frame.mutable_app()->set_data("x");
      link_->Send(slot_, 64);
    }
  }

  Links& links_;
  const std::string id_;
  bool ready_ = false;
  Link* link_ = nullptr;
  std::uint32_t slot_ = 0;
};

class LinkSetTest : public ::testing::Test {
 protected:
  void TearDown() override {
    peers_.clear();
    links_.Shutdown();
    RunUntil([this] { return links_.over(); });
    EXPECT_TRUE(links_.over()) << "a stream is left";
    EXPECT_FALSE(links_.ready());
  }

  // Goes on until `condition` holds; a failure where it does not in time.
  template <class Condition>
  void RunUntil(Condition condition) {
    const Instant end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "in vain";
      io_.restart();
      io_.run_one_for(5ms);
      links_.Tick(std::chrono::steady_clock::now());
    }
  }
  void RunUntilReady(bool ready) {
    RunUntil([this, ready] { return links_.ready() == ready; });
  }
  void Connect(std::vector<const FakeService*> services) {
    std::vector<std::string> addresses;
    for (const FakeService* service : services) addresses.push_back(service->address());
    links_.SetReplicas(addresses);
    const int up = ups_ + static_cast<int>(services.size());
    RunUntil([this, up] { return ups_ >= up; });
  }
  void AddPeers(int count) {
    for (int i = 0; i < count; ++i) {
      peers_.push_back(std::make_unique<Peer>(links_, absl::StrCat("session-", peers_.size())));
    }
    RunUntil([this] { return All([](const Peer& peer) { return peer.opened; }); });
  }
  // Each says something; all of it comes back.
  void ExpectEchoes() {
    for (const auto& peer : peers_) peer->Say();
    RunUntil([this] { return All([](const Peer& peer) { return peer.received == peer.said; }); });
  }
  // The gateway has ended its only stream there.
  void ExpectEnd(FakeService& service) {
    RunUntil([&service] { return service.streams() == 0; });
    EXPECT_TRUE(service.WaitForEnd()) << "the stream broke";
  }
  template <class Condition>
  bool All(Condition condition) const {
    for (const auto& peer : peers_) {
      if (!condition(*peer)) return false;
    }
    return true;
  }

  int ups_ = 0;
  int downs_ = 0;
  IoContext io_{1};
  std::vector<std::unique_ptr<Peer>> peers_;
  LinkSet links_{io_,
                 {.gateway_id = "a gateway", .flush_interval = 1ms},
                 {.on_link_ready =
                      [this] {
                        ++ups_;
                        for (const auto& peer : peers_) peer->OnLinkReady();
                      },
                  .on_ready_change = [](bool) {},
                  .on_link_down = [this] { ++downs_; }}};
};

TEST_F(LinkSetTest, SpreadsSessionsOverTheReplicas) {
  FakeService one;
  FakeService two;
  Connect({&one, &two});
  AddPeers(10);
  EXPECT_EQ(one.held(), 5u);
  EXPECT_EQ(two.held(), 5u);
  ExpectEchoes();
}

TEST_F(LinkSetTest, ABreakMovesItsSessionsToAnotherReplica) {
  auto one = std::make_unique<FakeService>();
  FakeService two;
  Connect({one.get(), &two});
  AddPeers(4);
  for (const auto& peer : peers_) peer->Say();
  one.reset();
  RunUntil([this] {
    return All([](const Peer& peer) { return peer.received == peer.said || peer.over; });
  });
  int broken = 0;
  for (const auto& peer : peers_) {
    broken += peer->breaks;
    // The other service does not know it: they share no engine.
    EXPECT_EQ(peer->over, peer->breaks == 1);
  }
  EXPECT_EQ(broken, 2);
  EXPECT_TRUE(links_.ready());
}

TEST_F(LinkSetTest, ABreakIsMendedAndNothingIsLost) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  for (int i = 1; i <= 3; ++i) {
    for (const auto& peer : peers_) peer->Say();
    service.BreakStreams();
    RunUntil([this, i] { return All([i](const Peer& peer) { return peer.breaks == i; }); });
    ExpectEchoes();
    EXPECT_FALSE(service.WaitForEnd());
  }
  EXPECT_EQ(service.attached(), 9);
}

TEST_F(LinkSetTest, WhoGoesAwayIsFollowedByASecondStreamFirst) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  ExpectEchoes();
  for (const auto& peer : peers_) peer->Say();
  service.GoAway(absl::Seconds(30));
  RunUntil([this] { return All([](const Peer& peer) { return peer.moves == 1; }); });
  ExpectEchoes();
  RunUntil([&service] { return service.streams() == 1; });
  EXPECT_TRUE(service.WaitForEnd()) << "the old stream broke";
  EXPECT_EQ(service.held(), 3u);
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
}

TEST_F(LinkSetTest, WhoGoesAwayWithoutSessionsIsReplacedToo) {
  FakeService service;
  Connect({&service});
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  RunUntilReady(true);
  RunUntil([&service] { return service.streams() == 1; });
  EXPECT_TRUE(service.WaitForEnd());
  AddPeers(1);
  ExpectEchoes();
}

TEST_F(LinkSetTest, WhereTheReplicaTakesNoOtherStreamSessionsMoveElsewhere) {
  FakeService draining;
  FakeService other;
  Connect({&draining, &other});
  AddPeers(4);
  draining.set_refuses(true);
  draining.GoAway(absl::Seconds(30));
  RunUntil([this] {
    int moves = 0;
    for (const auto& peer : peers_) moves += peer->moves;
    return moves == 2;
  });
  ExpectEnd(draining);
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
  EXPECT_TRUE(links_.ready());
}

TEST_F(LinkSetTest, WhereThereIsNoOtherPlaceSessionsStayToTheEnd) {
  FakeService service;
  Connect({&service});
  AddPeers(2);
  service.set_refuses(true);
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  EXPECT_EQ(links_.Pick(), nullptr);
  RunUntil([&service] { return service.attempts() >= 3; });
  ExpectEchoes();
  EXPECT_TRUE(All([](const Peer& peer) { return peer.moves == 0 && peer.breaks == 0; }));
  service.BreakStreams();
  RunUntil([this] { return All([](const Peer& peer) { return peer.breaks == 1; }); });
  service.set_refuses(false);
  ExpectEchoes();
  EXPECT_EQ(service.attached(), 2);
}

TEST_F(LinkSetTest, AStreamThatOutlivesItsDeadlineIsEnded) {
  FakeService service;
  Connect({&service});
  AddPeers(1);
  service.set_refuses(true);
  service.GoAway(absl::Milliseconds(1500));
  RunUntilReady(false);
  links_.Tick(std::chrono::steady_clock::now() + 3s);
  EXPECT_EQ(peers_[0]->breaks, 0);
  links_.Tick(std::chrono::steady_clock::now() + 4s);
  RunUntil([this] { return peers_[0]->breaks == 1; });
}

TEST_F(LinkSetTest, AServiceThatIsGoneIsFoundAgain) {
  auto service = std::make_unique<FakeService>();
  Connect({service.get()});
  AddPeers(2);
  const int port = service->port();
  service.reset();
  RunUntilReady(false);
  EXPECT_GT(downs_, 0);
  EXPECT_EQ(links_.Pick(), nullptr);
  service = std::make_unique<FakeService>(port);
  RunUntil([this] { return All([](const Peer& peer) { return peer.over; }); });
  EXPECT_TRUE(links_.ready());
  peers_.clear();
  AddPeers(1);
  ExpectEchoes();
}

TEST_F(LinkSetTest, WhoIsNotGreetedIsLeft) {
  FakeService service;
  service.set_is_silent(true);
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.streams() == 1; });
  service.set_is_silent(false);
  EXPECT_EQ(links_.Pick(), nullptr);
  links_.Tick(std::chrono::steady_clock::now() + 6s);
  RunUntilReady(true);
  EXPECT_FALSE(service.WaitForEnd());
}

TEST_F(LinkSetTest, AReplicaThatIsNoLongerNamedKeepsItsSessionsAndGetsNone) {
  FakeService removed;
  FakeService kept;
  Connect({&removed, &kept});
  AddPeers(4);
  links_.SetReplicas({kept.address()});
  AddPeers(4);
  EXPECT_EQ(removed.held(), 2u);
  EXPECT_EQ(kept.held(), 6u);
  ExpectEchoes();
  peers_.clear();
  ExpectEnd(removed);
  EXPECT_EQ(kept.streams(), 1u);
}

TEST_F(LinkSetTest, AReplicaThatComesBackIsUsedAgain) {
  FakeService one;
  FakeService two;
  Connect({&one});
  links_.SetReplicas({two.address()});
  ExpectEnd(one);
  links_.SetReplicas({one.address(), two.address()});
  RunUntil([&] {
    AddPeers(1);
    return one.held() > 0 && two.held() > 0;
  });
}

// What is on its way when the links end: TearDown holds it against.
TEST_F(LinkSetTest, EndsBeforeItHasBegun) {}

TEST_F(LinkSetTest, EndsWhereNobodyAnswers) {
  links_.SetReplicas({"127.0.0.1:1"});
  RunUntil([this] { return downs_ > 0; });
}

TEST_F(LinkSetTest, EndsWhileItConnects) {
  FakeService service;
  links_.SetReplicas({service.address()});
}

TEST_F(LinkSetTest, EndsWhileItWaitsForAGreeting) {
  FakeService service;
  service.set_is_silent(true);
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.streams() == 1; });
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  EXPECT_FALSE(service.WaitForEnd());
}

TEST_F(LinkSetTest, EndsWhenAllHasBeenSent) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  peers_.clear();
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(service.WaitForDetach(), v1::Detach::CAUSE_BYE);
  EXPECT_TRUE(service.WaitForEnd());
}

TEST_F(LinkSetTest, EndsWhileItGoesAway) {
  FakeService service;
  Connect({&service});
  AddPeers(2);
  service.set_refuses(true);
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 1; }));
  EXPECT_TRUE(service.WaitForEnd());
}

TEST_F(LinkSetTest, EndsBetweenTwoAttempts) {
  auto service = std::make_unique<FakeService>();
  Connect({service.get()});
  service.reset();
  RunUntilReady(false);
}

}  // namespace
}  // namespace signaling::gateway
