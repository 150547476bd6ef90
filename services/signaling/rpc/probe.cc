#include "services/signaling/rpc/probe.h"

#include <string>
#include <utility>

namespace signaling {
namespace {

prometheus::MetricFamily Gauge(const char* name, const char* help, std::size_t value) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Gauge;
  family.metric.emplace_back();
  family.metric.back().gauge.value = static_cast<double>(value);
  return family;
}

}  // namespace

Probe::Probe(prometheus::Registry& registry)
    : connections_(prometheus::BuildGauge()
                       .Name("signaling_connections")
                       .Help("Open gRPC streams: Connect, Multiplex and WatchEvents.")
                       .Register(registry)
                       .Add({})),
      setup_seconds_(
          prometheus::BuildHistogram()
              .Name("signaling_connection_setup_seconds")
              .Help("From a session's open to its opened.")
              .Register(registry)
              .Add({}, prometheus::Histogram::BucketBoundaries{.0001, .00025, .0005, .001, .0025,
                                                               .005, .01, .025, .05, .1, .25, .5, 1,
                                                               2.5, 5})),
      turn_credentials_(prometheus::BuildCounter()
                            .Name("signaling_turn_credentials_total")
                            .Help("Credentials for TURN servers given to sessions.")
                            .Register(registry)
                            .Add({})) {
  auto& messages = prometheus::BuildCounter()
                       .Name("signaling_messages_total")
                       .Help("Frames of sessions, by direction as the service sees it and by type.")
                       .Register(registry);
  for (std::size_t i = 0; i < kFrameTypeNames.size(); ++i) {
    const std::string type(kFrameTypeNames[i]);
    received_[i] = &messages.Add({{"direction", "received"}, {"type", type}});
    sent_[i] = &messages.Add({{"direction", "sent"}, {"type", type}});
  }
  auto& errors = prometheus::BuildCounter()
                     .Name("signaling_errors_total")
                     .Help("Errors told to clients, by code.")
                     .Register(registry);
  for (const ReasonInfo& row : AllReasons()) {
    errors_[static_cast<std::size_t>(row.reason)] = &errors.Add({{"code", std::string(row.code)}});
  }
}

std::vector<prometheus::MetricFamily> EngineCollector::Collect() const {
  const EngineStats stats = engine_.Stats();
  return {
      Gauge("signaling_sessions", "Open sessions.", stats.sessions),
      Gauge("signaling_rooms", "Rooms, also those that are empty and not over yet.", stats.rooms),
      Gauge("signaling_participants", "Seats taken.", stats.participants),
      Gauge("signaling_offers", "Stored offers that have not ended.", stats.offers)};
}

}  // namespace signaling
