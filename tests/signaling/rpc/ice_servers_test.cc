#include "services/signaling/rpc/ice_servers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/core/turn_credential.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/stream_sessions.h"
#include "tests/support/fake_clock.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

const IceServersOptions kBoth = {.stun_urls = {"stun:stun.example.org"},
                                 .turn_urls = {"turn:turn.example.org", "turns:turn.example.org"},
                                 .turn_secrets = {"first", "second"},
                                 .turn_ttl = absl::Minutes(10)};

TEST(IceServersTest, WithoutConfigurationThereAreNone) {
  const FakeClock clock;
  const IceServers ice_servers({}, clock);
  EXPECT_FALSE(ice_servers.has_turn());
  EXPECT_EQ(ice_servers.For("s").ByteSizeLong(), 0u);
}

TEST(IceServersTest, StunAloneNeverEnds) {
  const FakeClock clock;
  const IceServers ice_servers({.stun_urls = {"stun:a", "stun:b"}}, clock);
  EXPECT_FALSE(ice_servers.has_turn());
  const v1::IceServers servers = ice_servers.For("s");
  ASSERT_EQ(servers.servers_size(), 1);
  EXPECT_EQ(servers.servers(0).urls_size(), 2);
  EXPECT_EQ(servers.servers(0).username(), "");
  EXPECT_FALSE(servers.has_expire_time());
}

TEST(IceServersTest, TheFirstSecretSignsForTheSession) {
  const FakeClock clock;
  IceServers ice_servers(kBoth, clock);
  const absl::Time expiry = clock.Now() + absl::Minutes(10);
  v1::IceServers servers = ice_servers.For("session");
  ASSERT_EQ(servers.servers_size(), 2);
  EXPECT_EQ(servers.servers(0).credential(), "");
  EXPECT_EQ(servers.servers(1).urls_size(), 2);
  TurnCredential expected = MakeTurnCredential("first", "session", expiry);
  EXPECT_EQ(servers.servers(1).username(), expected.username);
  EXPECT_EQ(servers.servers(1).credential(), expected.credential);
  EXPECT_EQ(servers.expire_time().seconds(), absl::ToUnixSeconds(expiry));

  EXPECT_FALSE(ice_servers.set_turn_secrets({"first", "second"})) << "nothing new";
  EXPECT_TRUE(ice_servers.set_turn_secrets({"second"}));
  servers = ice_servers.For("session");
  expected = MakeTurnCredential("second", "session", expiry);
  EXPECT_EQ(servers.servers(1).credential(), expected.credential);
}

TEST(IceServersTest, RenewalsComeLongBeforeTheEndAndSpread) {
  const FakeClock clock;
  const IceServers ice_servers(kBoth, clock);
  std::set<absl::Duration> times;
  for (int i = 0; i < 100; ++i) {
    const absl::Duration time = ice_servers.RenewalTime() - clock.Uptime();
    EXPECT_GE(time, absl::Minutes(5));
    EXPECT_LE(time, absl::Seconds(400));
    times.insert(time);
  }
  EXPECT_GT(times.size(), 90u);
}

class IceServersOfStreamTest : public ::testing::Test {
 protected:
  IceServersOfStreamTest() { stream_.set_stream(owner_); }
  ~IceServersOfStreamTest() override { stream_.DetachAll(DetachCause::kBye); }

  std::string Open(std::uint32_t slot) {
    v1::UpFrame frame;
    frame.set_slot(slot);
    const std::string id = NewRandomId();
    frame.mutable_open()->set_session_id(id);
    frame.mutable_open()->set_path(v1::SESSION_PATH_V1);
    EXPECT_TRUE(stream_.Handle(&frame).ok());
    return id;
  }
  void Detach(std::uint32_t slot) {
    v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
    EXPECT_TRUE(stream_.Handle(&frame).ok());
  }
  v1::DownBatch Fill() {
    v1::DownBatch batch;
    stream_.Fill(kMaxBatchFrames, &batch);
    return batch;
  }
  std::string Username(const v1::IceServers& servers) const {
    return servers.servers_size() == 2 ? servers.servers(1).username() : "none";
  }
  std::string Expected(const std::string& session) const {
    return std::to_string(absl::ToUnixSeconds(clock_.Now() + kBoth.turn_ttl)) + ":" + session;
  }

  FakeClock clock_;
  MemoryEngine engine_{EngineOptions{}, clock_};
  FlushQueue queue_;
  prometheus::Registry registry_;
  Probe probe_{registry_};
  IceServers ice_servers_{kBoth, clock_};
  OpenAuthenticator authenticator_;
  const SessionsContext context_{engine_, authenticator_, ice_servers_, clock_, {}, queue_, probe_};
  // Who has to be alive for a late answer.
  struct Nobody final : Flushable {
    void Flush() override {}
  };
  const std::shared_ptr<Flushable> owner_ = std::make_shared<Nobody>();
  StreamSessions stream_{context_};
};

TEST_F(IceServersOfStreamTest, ComeWithOpenedAndAgainBeforeTheyEnd) {
  const std::string session = Open(7);
  v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(Username(batch.frames(0).opened().ice_servers()), Expected(session));

  clock_.Advance(absl::Minutes(4));
  stream_.Tick();
  EXPECT_EQ(Fill().frames_size(), 0) << "too early";

  // For as long as the session lives.
  for (int renewal = 0; renewal < 3; ++renewal) {
    clock_.Advance(absl::Seconds(400));
    stream_.Tick();
    batch = Fill();
    ASSERT_EQ(batch.frames_size(), 1);
    EXPECT_EQ(batch.frames(0).slot(), 7u);
    EXPECT_EQ(batch.frames(0).seq(), 0u) << "not numbered";
    EXPECT_EQ(Username(batch.frames(0).notice().ice_servers()), Expected(session));
    stream_.Tick();
    EXPECT_EQ(Fill().frames_size(), 0) << "once";
  }
}

TEST_F(IceServersOfStreamTest, AreNotRenewedForWhoIsGone) {
  Open(1);
  const std::string second = Open(2);
  Fill();
  Detach(1);
  Fill();
  // The slot again, for another.
  clock_.Advance(absl::Minutes(4));
  const std::string third = Open(1);
  Fill();
  clock_.Advance(absl::Seconds(170));
  stream_.Tick();
  v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1) << "the first one's time has come, and it is not there";
  EXPECT_EQ(Username(batch.frames(0).notice().ice_servers()), Expected(second));

  // One that ends between its renewal and the write gets both frames, in order.
  clock_.Advance(absl::Seconds(240));
  stream_.Tick();
  Detach(1);
  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_EQ(Username(batch.frames(0).notice().ice_servers()), Expected(third));
  EXPECT_TRUE(batch.frames(1).has_closed());
  EXPECT_EQ(Fill().frames_size(), 0);
}

TEST_F(IceServersOfStreamTest, ASessionThatMovesGetsFreshOnesOfItsOwn) {
  const std::string session = Open(1);
  const v1::Opened opened = Fill().frames(0).opened();
  clock_.Advance(absl::Minutes(3));
  v1::UpFrame attach;
  attach.set_slot(2);
  attach.mutable_attach()->set_session_id(session);
  attach.mutable_attach()->set_epoch(opened.epoch());
  attach.mutable_attach()->set_attempt(1);
  EXPECT_TRUE(stream_.Handle(&attach).ok());
  v1::UpFrame resume;
  resume.set_slot(3);
  resume.mutable_open()->set_session_id(NewRandomId());
  resume.mutable_open()->set_path(v1::SESSION_PATH_V1);
  resume.mutable_open()->mutable_resume()->set_session_id(session);
  resume.mutable_open()->mutable_resume()->set_token(opened.resume_token());
  EXPECT_TRUE(stream_.Handle(&resume).ok());
  v1::DownBatch batch = Fill();
  int moves = 0;
  for (const v1::DownFrame& frame : batch.frames()) {
    if (!frame.has_opened()) continue;
    ++moves;
    EXPECT_EQ(Username(frame.opened().ice_servers()), Expected(session))
        << "not the opening's name";
  }
  EXPECT_EQ(moves, 2);
  clock_.Advance(absl::Seconds(400));
  stream_.Tick();
  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1) << "once, where the session is";
  EXPECT_EQ(batch.frames(0).slot(), 3u);
  EXPECT_EQ(Username(batch.frames(0).notice().ice_servers()), Expected(session));
}

TEST_F(IceServersOfStreamTest, ABatchHoldsItsBoundsWithThem) {
  constexpr std::uint32_t kSessions = 3000;
  for (std::uint32_t slot = 1; slot <= kSessions; ++slot) Open(slot);
  std::uint32_t opened = 0;
  for (v1::DownBatch batch = Fill(); batch.frames_size() > 0; batch = Fill()) {
    EXPECT_LE(batch.ByteSizeLong(), kMaxBatchBytes);
    for (const v1::DownFrame& frame : batch.frames()) {
      ++opened;
      EXPECT_LE(frame.opened().ice_servers().ByteSizeLong(), ice_servers_.max_bytes());
    }
  }
  EXPECT_EQ(opened, kSessions);
}

}  // namespace
}  // namespace signaling
