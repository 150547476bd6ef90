#include "services/signaling/rpc/call_limits.h"

#include <gtest/gtest.h>

#include "services/signaling/core/errors.h"
#include "tests/support/fake_clock.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kPeer[] = "ipv4:192.0.2.1:4711";
constexpr char kOther[] = "ipv4:192.0.2.2:4711";

class CallLimitsTest : public ::testing::Test {
 protected:
  static void ExpectLimited(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(RefusalReason(status), Reason::kRateLimited);
  }

  FakeClock clock_;
  prometheus::Registry registry_;
  Probe probe_{registry_};
  CallLimits limits_{{}, clock_, probe_};
};

TEST(PeerAddressTest, WithoutSchemePortAndBrackets) {
  EXPECT_EQ(PeerAddress("ipv4:192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(PeerAddress("ipv6:%5B2001:db8::1%5D:4711"), "2001:db8::1");
  EXPECT_EQ(PeerAddress("ipv6:[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(PeerAddress("unix:/run/socket"), "");
  EXPECT_EQ(PeerAddress(""), "");
}

TEST_F(CallLimitsTest, ACallerHasItsOwnWhereverItCallsFrom) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(limits_.OnCall("office", kPeer).ok()) << i;
  ExpectLimited(limits_.OnCall("office", kOther));
  EXPECT_TRUE(limits_.OnCall("another", kPeer).ok());
  clock_.Advance(absl::Milliseconds(20));
  EXPECT_TRUE(limits_.OnCall("office", kPeer).ok());
  ExpectLimited(limits_.OnCall("office", kPeer));
}

TEST_F(CallLimitsTest, WhoIsNobodyCountsByAddress) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(limits_.OnCall("", kPeer).ok()) << i;
  ExpectLimited(limits_.OnCall("", "ipv4:192.0.2.1:4712"));
  EXPECT_TRUE(limits_.OnCall("", kOther).ok());
}

TEST_F(CallLimitsTest, FailedAuthenticationsSlowAnAddressDown) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(limits_.MayAuthenticate(kPeer).ok()) << i;
    limits_.OnFailedAuthentication(kPeer);
  }
  ExpectLimited(limits_.MayAuthenticate(kPeer));
  EXPECT_TRUE(limits_.MayAuthenticate(kOther).ok());
  clock_.Advance(absl::Seconds(5));
  EXPECT_TRUE(limits_.MayAuthenticate(kPeer).ok());
}

TEST_F(CallLimitsTest, OffLiftsAll) {
  CallLimits off({.enabled = false}, clock_, probe_);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(off.OnCall("office", kPeer).ok());
    off.OnFailedAuthentication(kPeer);
    ASSERT_TRUE(off.MayAuthenticate(kPeer).ok());
  }
}

TEST_F(CallLimitsTest, NewLimitsHoldForCallersAndStreamsThatThereAre) {
  ReadGate gate(limits_);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(limits_.OnCall("office", kPeer).ok()) << i;
  for (int i = 1; i < 128; ++i) ASSERT_TRUE(gate.OnFrame(Limit::kOther)) << i;
  ASSERT_FALSE(gate.OnFrame(Limit::kOther));
  limits_.SetLimits({.burst = 129, .call = 51});
  EXPECT_TRUE(gate.OnTick());
  EXPECT_TRUE(limits_.OnCall("office", kPeer).ok());
  EXPECT_TRUE(limits_.OnCall("office", kPeer).ok());
  ExpectLimited(limits_.OnCall("office", kPeer));
  limits_.SetLimits({.enabled = false});
  EXPECT_FALSE(limits_.limits().enabled);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(gate.OnFrame(Limit::kOther));
    ASSERT_TRUE(limits_.OnCall("office", kPeer).ok());
  }
}

TEST_F(CallLimitsTest, AStreamIsReadWhileItsBucketsHoldSomething) {
  ReadGate gate(limits_);
  v1::UpFrame offer;
  offer.mutable_signal()->mutable_offer();
  v1::UpFrame create;
  create.mutable_offer()->mutable_create();
  v1::UpFrame candidate;
  candidate.mutable_signal()->mutable_ice_candidate();
  const v1::UpFrame other;
  for (int i = 0; i < 127; ++i) {
    ASSERT_TRUE(gate.OnFrame(LimitOf(i % 2 == 0 ? offer : create))) << i;
    ASSERT_TRUE(gate.OnFrame(LimitOf(candidate))) << i;
    ASSERT_TRUE(gate.OnFrame(LimitOf(other))) << i;
  }
  EXPECT_FALSE(gate.OnTick()) << "nobody waits";
  EXPECT_FALSE(gate.OnFrame(LimitOf(create)));
  EXPECT_FALSE(gate.OnTick());
  clock_.Advance(absl::Milliseconds(200));
  EXPECT_TRUE(gate.OnTick());
  EXPECT_FALSE(gate.OnTick()) << "once";
  EXPECT_FALSE(gate.OnFrame(LimitOf(offer)));
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(gate.OnTick()) << "however long it took";
  EXPECT_TRUE(gate.OnFrame(LimitOf(offer)));
}

}  // namespace
}  // namespace signaling
