// What the gateway counts, in one place; the names stand in docs. Thread-safe (the metrics are atomic). Owned by main,
// outlives the workers.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "gateway/codec/message_type.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/common/rate_limits.h"
#include "services/common/reason.h"

namespace signaling::gateway {

// Who ended a connection: the client with a close frame, the server with one, or nobody, it broke.
enum class CloseSide : std::uint8_t { kClient, kServer, kNone };
std::string_view CloseSideName(CloseSide side);

class Probe {
 public:
  explicit Probe(prometheus::Registry& registry);

  void ConnectionOpened() { connections_->Increment(); }
  void ConnectionClosed(std::uint16_t code, CloseSide side);
  // The upgrade is answered; counted from the accepted socket.
  void HandshakeDone(absl::Duration took) { Observe(handshake_seconds_, took); }
  // `connected` has been written; counted from the accepted socket.
  void SetupDone(absl::Duration took) { Observe(setup_seconds_, took); }
  // From a client's `join` to its `joined`.
  void Joined(absl::Duration took) { Observe(join_seconds_, took); }
  // From a ping to its pong.
  void RoundTrip(absl::Duration took) { Observe(round_trip_seconds_, took); }
  void MessageReceived(MessageType type) { Count(received_, type); }
  void UnknownMessageReceived() { unknown_received_->Increment(); }
  void MessageSent(MessageType type) { Count(sent_, type); }
  // Attached to another link.
  void SessionMoved() { moves_->Increment(); }
  // From a client to the service, since it was on its way when a link was lost.
  void MessageResent() { resent_->Increment(); }
  void ErrorSent(Reason reason) { errors_[Index(reason)]->Increment(); }
  // A link that was up ended, though the service had not said that it would.
  void LinkBroke() { link_breaks_->Increment(); }
  // As many frames went to the service, or came from it, in one batch.
  void BatchSent(int frames) { batch_sent_->Observe(frames); }
  void BatchReceived(int frames) { batch_received_->Observe(frames); }
  // A session was over its limit, once for each time that it was told; or an address was, and was refused.
  void RateLimited(Limit limit) { rate_limited_[static_cast<std::size_t>(limit)]->Increment(); }

 private:
  using MessageCounters = std::array<prometheus::Counter*, kMessageTypes>;
  static constexpr std::size_t kSides = 3;

  static std::size_t Index(Reason reason) { return static_cast<std::size_t>(reason) - 1; }
  static void Observe(prometheus::Histogram* histogram, absl::Duration took) {
    histogram->Observe(absl::ToDoubleSeconds(took));
  }
  static void Count(const MessageCounters& counters, MessageType type) {
    counters[static_cast<std::size_t>(type)]->Increment();
  }

  // Constant after construction.
  prometheus::Gauge* connections_;
  prometheus::Histogram* handshake_seconds_;
  prometheus::Histogram* setup_seconds_;
  prometheus::Histogram* join_seconds_;
  prometheus::Histogram* round_trip_seconds_;
  prometheus::Counter* slow_consumers_;
  prometheus::Counter* link_breaks_;
  prometheus::Histogram* batch_sent_;
  prometheus::Histogram* batch_received_;
  MessageCounters received_{};
  MessageCounters sent_{};
  prometheus::Counter* unknown_received_;
  prometheus::Counter* moves_;
  prometheus::Counter* resent_;
  std::array<prometheus::Counter*, kReasonCount> errors_{};
  std::array<prometheus::Counter*, static_cast<std::size_t>(Limit::kCall)> rate_limited_{};
  std::map<std::uint16_t, std::array<prometheus::Counter*, kSides>> closes_;
  std::array<prometheus::Counter*, kSides> other_closes_{};
};

}  // namespace signaling::gateway
