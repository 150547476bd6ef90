#include "gateway/probe.h"

#include <iterator>
#include <set>
#include <string>

namespace signaling::gateway {
namespace {

// What ends a connection without a reason of the table, and what the library and clients commonly send.
constexpr std::uint16_t kOtherCloseCodes[] = {1000, 1001, 1002, 1003, 1005,
                                              1006, 1007, 1013, 4001, 4506};

// Each has a series from the start; what else comes is counted as "other".
std::set<std::uint16_t> CloseCodes() {
  std::set<std::uint16_t> codes(std::begin(kOtherCloseCodes), std::end(kOtherCloseCodes));
  for (const ReasonInfo& info : AllReasons()) {
    codes.insert(static_cast<std::uint16_t>(info.close_code));
  }
  return codes;
}

prometheus::Counter* AddCounter(prometheus::Registry& registry, const char* name,
                                const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

// Of what a client waits for.
prometheus::Histogram* AddLatency(prometheus::Registry& registry, const char* name,
                                  const char* help) {
  return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(
      {}, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                  0.25, 0.5, 1, 2.5, 5, 10});
}

constexpr CloseSide kCloseSides[] = {CloseSide::kClient, CloseSide::kServer, CloseSide::kNone};

}  // namespace

std::string_view CloseSideName(CloseSide side) {
  switch (side) {
    case CloseSide::kClient: return "client";
    case CloseSide::kServer: return "server";
    case CloseSide::kNone: return "none";
  }
  return "none";
}

Probe::Probe(prometheus::Registry& registry) {
  connections_ = &prometheus::BuildGauge()
                      .Name("signaling_connections")
                      .Help("WebSocket connections that are open.")
                      .Register(registry)
                      .Add({});
  handshake_seconds_ = AddLatency(registry, "signaling_handshake_seconds",
                                  "From the accepted socket to the answered upgrade.");
  setup_seconds_ = AddLatency(registry, "signaling_connection_setup_seconds",
                              "From the accepted socket to `connected` written.");
  join_seconds_ = AddLatency(registry, "signaling_join_seconds",
                             "From a client's `join` to its `joined`, where it need not knock.");
  round_trip_seconds_ = AddLatency(registry, "signaling_ping_round_trip_seconds",
                                   "From a ping of the gateway to its pong.");
  auto& messages = prometheus::BuildCounter()
                       .Name("signaling_messages_total")
                       .Help("WebSocket messages by direction, as the gateway sees it, and type.")
                       .Register(registry);
  for (std::size_t i = 0; i < kMessageTypes; ++i) {
    const auto type = static_cast<MessageType>(i);
    const std::string name(MessageTypeName(type));
    // Only a type that exists in a direction has a series in it.
    if (ClientMessageType(name)) {
      received_[i] = &messages.Add({{"direction", "received"}, {"type", name}});
    }
    if (type >= MessageType::kOffer) {
      sent_[i] = &messages.Add({{"direction", "sent"}, {"type", name}});
    }
  }
  unknown_received_ = &messages.Add({{"direction", "received"}, {"type", "unknown"}});
  moves_ = AddCounter(registry, "signaling_session_moves_total",
                      "Sessions attached to another link, after theirs broke or went away.");
  resent_ = AddCounter(registry, "signaling_messages_resent_total",
                       "Messages sent to the service again, after a link was lost.");
  slow_consumers_ = AddCounter(registry, "signaling_slow_consumers_total",
                               "Connections closed with 4003: they took too little.");
  link_breaks_ = AddCounter(registry, "signaling_link_breaks_total",
                            "Links that were up and broke, without a go_away before.");
  auto& batches = prometheus::BuildHistogram()
                      .Name("signaling_link_batch_frames")
                      .Help("Frames of one batch between gateway and service, by direction.")
                      .Register(registry);
  const prometheus::Histogram::BucketBoundaries sizes{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  batch_sent_ = &batches.Add({{"direction", "sent"}}, sizes);
  batch_received_ = &batches.Add({{"direction", "received"}}, sizes);
  auto& errors = prometheus::BuildCounter()
                     .Name("signaling_errors_total")
                     .Help("Errors told to clients by code.")
                     .Register(registry);
  for (const ReasonInfo& info : AllReasons()) {
    errors_[Index(info.reason)] = &errors.Add({{"code", std::string(info.code)}});
  }
  auto& rate_limited = prometheus::BuildCounter()
                           .Name("signaling_rate_limited_total")
                           .Help(
                               "Times that a session was over its limit of messages, and new "
                               "connections refused, by limit.")
                           .Register(registry);
  for (std::size_t i = 0; i < rate_limited_.size(); ++i) {
    rate_limited_[i] =
        &rate_limited.Add({{"limit", std::string(LimitName(static_cast<Limit>(i)))}});
  }
  auto& closes =
      prometheus::BuildCounter()
          .Name("signaling_closes_total")
          .Help("WebSocket connections that ended by close code and the side that ended them.")
          .Register(registry);
  for (const CloseSide side : kCloseSides) {
    const auto index = static_cast<std::size_t>(side);
    const std::string name(CloseSideName(side));
    for (const std::uint16_t code : CloseCodes()) {
      closes_[code][index] = &closes.Add({{"code", std::to_string(code)}, {"side", name}});
    }
    other_closes_[index] = &closes.Add({{"code", "other"}, {"side", name}});
  }
}

void Probe::ConnectionClosed(std::uint16_t code, CloseSide side) {
  connections_->Decrement();
  if (side == CloseSide::kServer && code == static_cast<std::uint16_t>(CloseCode::kSlowConsumer)) {
    slow_consumers_->Increment();
  }
  const auto known = closes_.find(code);
  const auto& counters = known != closes_.end() ? known->second : other_closes_;
  counters[static_cast<std::size_t>(side)]->Increment();
}

}  // namespace signaling::gateway
