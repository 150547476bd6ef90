#include "services/signaling/rpc/probe.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

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
  auto& resumes = prometheus::BuildCounter()
                      .Name("signaling_resumes_total")
                      .Help("Sessions that a client wanted to go on with, by what became of it.")
                      .Register(registry);
  constexpr std::array kResults = {"resumed", "session_expired", "events_lost", "invalid",
                                   "refused"};
  static_assert(kResults.size() == kRefusedResume + 1);
  for (std::size_t i = 0; i < kResults.size(); ++i) {
    resumes_[i] = &resumes.Add({{"result", kResults[i]}});
  }
  auto& attaches = prometheus::BuildCounter()
                       .Name("signaling_attaches_total")
                       .Help("Sessions that a gateway wanted to move here from another stream.")
                       .Register(registry);
  attached_ = &attaches.Add({{"result", "attached"}});
  not_attached_ = &attaches.Add({{"result", "refused"}});
  auto& rate_limited = prometheus::BuildCounter()
                           .Name("signaling_rate_limited_total")
                           .Help(
                               "Times that a session on Connect was over its limit of messages, "
                               "and calls and attempts to authenticate refused, by limit.")
                           .Register(registry);
  for (const Limit limit : {Limit::kDescription, Limit::kCandidate, Limit::kOther,
                            Limit::kAuthentication, Limit::kCall}) {
    rate_limited_[static_cast<std::size_t>(limit)] =
        &rate_limited.Add({{"limit", std::string(LimitName(limit))}});
  }
  auto& errors = prometheus::BuildCounter()
                     .Name("signaling_errors_total")
                     .Help("Errors told to clients, by code.")
                     .Register(registry);
  for (const ReasonInfo& row : AllReasons()) {
    errors_[static_cast<std::size_t>(row.reason)] = &errors.Add({{"code", std::string(row.code)}});
  }
}

void Probe::Resumed(const v1::Opened& opened) {
  const auto why = static_cast<std::size_t>(opened.resume_error());
  const std::size_t result = opened.resumed() ? 0 : std::clamp<std::size_t>(why, 1, kRefusedResume);
  resumes_[result]->Increment();
}

void Probe::Sent(const v1::DownBatch& batch) {
  for (const v1::DownFrame& frame : batch.frames()) {
    sent_[static_cast<std::size_t>(TypeOf(frame))]->Increment();
    const v1::Error* error = frame.has_error() ? &frame.error() : nullptr;
    if (frame.has_closed() && frame.closed().has_error()) error = &frame.closed().error();
    Reason reason;
    if (error != nullptr && FromProto(error->reason(), &reason)) {
      errors_[static_cast<std::size_t>(reason)]->Increment();
    }
  }
}

std::vector<prometheus::MetricFamily> EngineCollector::Collect() const {
  const EngineStats stats = engine_.Stats();
  return {
      Gauge("signaling_sessions", "Open sessions, also those without a connection.",
            stats.sessions),
      Gauge("signaling_detached_sessions", "Sessions that wait for their client or gateway.",
            stats.detached),
      Gauge("signaling_rooms", "Rooms, also those that are empty and not over yet.", stats.rooms),
      Gauge("signaling_participants", "Seats taken.", stats.participants),
      Gauge("signaling_offers", "Stored offers that have not ended.", stats.offers),
      Gauge("signaling_outbox_events", "Events that no client has acknowledged yet.",
            stats.outbox_events),
      Gauge("signaling_outbox_bytes", "Bytes of the events that no client has acknowledged yet.",
            stats.outbox_bytes)};
}

}  // namespace signaling
