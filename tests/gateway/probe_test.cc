#include "gateway/probe.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "prometheus/registry.h"
#include "tests/gateway/samples.h"

namespace signaling::gateway {
namespace {

// The values of one counter, added up by one of its labels.
std::map<std::string, double> Sums(const prometheus::Registry& registry, const std::string& name,
                                   const std::string& label_name) {
  std::map<std::string, double> sums;
  for (const auto& family : registry.Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.name == label_name) sums[label.value] += metric.counter.value;
      }
    }
  }
  return sums;
}

TEST(ProbeTest, EveryReasonAndItsCloseCodeHasASeriesFromTheStart) {
  prometheus::Registry registry;
  Probe probe(registry);
  const auto errors = Sums(registry, "signaling_errors_total", "code");
  const auto closes = Sums(registry, "signaling_closes_total", "code");
  EXPECT_EQ(errors.size(), kReasonCount);
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_TRUE(errors.contains(std::string(info.code)));
    EXPECT_TRUE(closes.contains(std::to_string(static_cast<int>(info.close_code))));
  }
}

TEST(ProbeTest, EachIsCountedUnderItsOwnName) {
  prometheus::Registry registry;
  Probe probe(registry);
  for (const ReasonInfo& info : AllReasons()) probe.ErrorSent(info.reason);
  for (const auto& [code, count] : Sums(registry, "signaling_errors_total", "code")) {
    EXPECT_EQ(count, 1) << code;
  }
  for (const CloseCode code : {CloseCode::kKicked, CloseCode::kRoomClosed, CloseCode::kBinary,
                               CloseCode::kIdleTimeout, CloseCode::kHelloTimeout}) {
    probe.ConnectionOpened();
    probe.ConnectionClosed(static_cast<std::uint16_t>(code), CloseSide::kServer);
  }
  probe.ConnectionOpened();
  probe.ConnectionClosed(4999, CloseSide::kClient);
  const auto closes = Sums(registry, "signaling_closes_total", "code");
  EXPECT_EQ(closes.at("4503"), 1);
  EXPECT_EQ(closes.at("4505"), 1);
  EXPECT_EQ(closes.at("1003"), 1);
  EXPECT_EQ(closes.at("4001"), 1);
  EXPECT_EQ(closes.at("4506"), 1);
  EXPECT_EQ(closes.at("other"), 1);
}

TEST(ProbeTest, TypesAreCountedInTheDirectionsThatTheyHave) {
  prometheus::Registry registry;
  Probe probe(registry);
  probe.MessageReceived(MessageType::kCreateOffer);
  probe.MessageReceived(MessageType::kAdmit);
  probe.MessageReceived(MessageType::kRefresh);
  probe.MessageSent(MessageType::kTokenExpiring);
  probe.MessageSent(MessageType::kOfferWithdrawn);
  probe.MessageSent(MessageType::kKicked);
  const auto types = Sums(registry, "signaling_messages_total", "type");
  for (const char* type :
       {"create_offer", "admit", "refresh", "offer_withdrawn", "kicked", "token_expiring"}) {
    EXPECT_EQ(types.at(type), 1) << type;
  }
  EXPECT_EQ(types.size(), kMessageTypes + 1) << "and the unknown ones";
}

TEST(ProbeTest, WhatHappenedNeverIsZeroFromTheStart) {
  prometheus::Registry registry;
  const Probe probe(registry);
  for (const char* name : {"signaling_handshake_seconds", "signaling_connection_setup_seconds",
                           "signaling_join_seconds", "signaling_ping_round_trip_seconds",
                           "signaling_slow_consumers_total", "signaling_link_breaks_total"}) {
    EXPECT_EQ(Sample(registry, name), 0) << name;
  }
  EXPECT_EQ(Sample(registry, "signaling_link_batch_frames", "sent"), 0);
  EXPECT_EQ(Sample(registry, "signaling_link_batch_frames", "received"), 0);
}

TEST(ProbeTest, BatchesAreCountedInTheirDirection) {
  prometheus::Registry registry;
  Probe probe(registry);
  probe.BatchSent(3);
  probe.BatchSent(1024);
  probe.BatchReceived(5);
  EXPECT_EQ(Sample(registry, "signaling_link_batch_frames", "sent"), 2);
  EXPECT_EQ(Sum(registry, "signaling_link_batch_frames", "sent"), 1027);
  EXPECT_EQ(Sum(registry, "signaling_link_batch_frames", "received"), 5);
}

}  // namespace
}  // namespace signaling::gateway
