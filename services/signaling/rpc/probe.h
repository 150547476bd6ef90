// What the service tells Prometheus. Labels are fixed sets; nothing a client says becomes one.
#pragma once

#include <array>
#include <memory>

#include "absl/time/time.h"
#include "prometheus/collectable.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/common/rate_limits.h"
#include "services/common/reason.h"
#include "services/signaling/core/frame_type.h"
#include "services/signaling/engine/engine.h"

namespace signaling {

// Thread-safe.
class Probe {
 public:
  explicit Probe(prometheus::Registry& registry);

  void StreamOpened() { connections_.Increment(); }
  void StreamClosed() { connections_.Decrement(); }
  void SessionOpened(absl::Duration after) { setup_seconds_.Observe(absl::ToDoubleSeconds(after)); }
  void TurnCredentialMade() { turn_credentials_.Increment(); }
  // A session that was to be resumed is: resumed, or another one in its place, with the reason why.
  void Resumed(const signaling::v1::Opened& opened);
  // ... or closed, since it was replaced, removed or closed before.
  void ResumeRefused() { resumes_[kRefusedResume]->Increment(); }
  void Attached(bool attached) { (attached ? attached_ : not_attached_)->Increment(); }
  void Received(FrameType type) { received_[static_cast<std::size_t>(type)]->Increment(); }
  // Not of connections: those are a gateway's to limit.
  void RateLimited(Limit limit) { rate_limited_[static_cast<std::size_t>(limit)]->Increment(); }
  // Each frame, and each error among them.
  void Sent(const signaling::v1::DownBatch& batch);

 private:
  // Beside those of ResumeError, which begin with 0 for resumed.
  static constexpr std::size_t kRefusedResume = signaling::v1::ResumeError_MAX + 1;

  // Constant after construction.
  prometheus::Gauge& connections_;
  prometheus::Histogram& setup_seconds_;
  prometheus::Counter& turn_credentials_;
  std::array<prometheus::Counter*, kRefusedResume + 1> resumes_{};
  prometheus::Counter* attached_ = nullptr;
  prometheus::Counter* not_attached_ = nullptr;
  std::array<prometheus::Counter*, kFrameTypeNames.size()> received_{};
  std::array<prometheus::Counter*, kFrameTypeNames.size()> sent_{};
  std::array<prometheus::Counter*, kReasonCount + 1> errors_{};
  std::array<prometheus::Counter*, kLimits> rate_limited_{};
};

// signaling_sessions, signaling_detached_sessions, signaling_rooms, signaling_participants, signaling_offers,
// signaling_outbox_events, signaling_outbox_bytes: read from the engine when scraped.
class EngineCollector final : public prometheus::Collectable {
 public:
  explicit EngineCollector(const Engine& engine) : engine_(engine) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Engine& engine_;
};

}  // namespace signaling
