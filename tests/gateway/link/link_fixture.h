// The links of a worker, with what stands on both sides of them in their tests. Not thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/link/link_set.h"
#include "tests/gateway/fake_service.h"

namespace signaling::gateway {

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
    signaling::v1::UpFrame& frame = link_->Next();
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
    link_->Next().mutable_detach()->set_cause(signaling::v1::Detach::CAUSE_BYE);
    link_->Send(slot_, 64);
    link_->Unbind(slot_);
    link_ = nullptr;
  }
  const Link* link() const { return link_; }

  // Link::Receiver:
  void OnFrame(signaling::v1::DownFrame& frame) override {
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
      signaling::v1::UpFrame& frame = link_->Next();
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
  explicit LinkSetTest(ServiceAccess::Options access = {}, bool refuses_open_service = false)
      : access_(std::move(access)), refuses_open_service_(refuses_open_service) {
    const absl::Status loaded = access_.Load();
    EXPECT_TRUE(loaded.ok()) << loaded;
  }
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
    const Instant end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "in vain";
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(5));
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
  ServiceAccess access_;
  const bool refuses_open_service_;
  IoContext io_{1};
  std::vector<std::unique_ptr<Peer>> peers_;
  prometheus::Registry registry_;
  Probe probe_{registry_};
  LinkSet links_{io_,
                 {.gateway_id = "a gateway",
                  .flush_interval = std::chrono::milliseconds(1),
                  .access = access_,
                  .probe = probe_,
                  .refuses_open_service = refuses_open_service_},
                 {.on_link_ready =
                      [this] {
                        ++ups_;
                        for (const auto& peer : peers_) peer->OnLinkReady();
                      },
                  .on_ready_change = [](bool) {},
                  .on_link_down = [this] { ++downs_; }}};
};

}  // namespace signaling::gateway
