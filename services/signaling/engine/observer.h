// What an engine tells of what happens in it, beside what it tells the sessions: for metrics and logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/common/reason.h"
#include "services/signaling/core/session_id.h"
#include "signaling/v1/report.pb.h"
#include "signaling/v1/room.pb.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

enum class OfferTransition : std::uint8_t {
  kStored,
  kClaimed,
  kRequeued,
  kAnswered,
  kRejected,
  kExpired,
  kWithdrawn,
};

// The way of a set-up, end to end.
enum class SetupStage : std::uint8_t {
  kClaim,      // since an offer was stored, or waits again, to its claim
  kAnswer,     // from the claim, or in a room the first offer, to the answer
  kConnected,  // from the offer to the connection, as a client measured it; both sides may
};

// Why a set-up came to nothing. Few on purpose: each is a series of metrics.
enum class SetupFault : std::uint8_t {
  kBusy,  // the first three: what the other side said
  kDeclined,
  kUnsupported,
  kNoAnswer,  // nobody claimed or answered in time
  kPeerLeft,  // before an answer
  kIce,       // from here: what a client reported
  kDtls,
  kTimeout,
  kOther,
};

// A session that was open and has ended, for the one line that tells its story.
struct SessionStory {
  SessionId id;
  std::string name;  // as back ends know it
  std::string client_id;
  signaling::v1::SessionPath path = signaling::v1::SESSION_PATH_UNSPECIFIED;
  std::string room;         // where it had its last seat; empty: nowhere
  std::string traceparent;  // empty: none
  signaling::v1::LeaveReason leave_reason = signaling::v1::LEAVE_REASON_UNSPECIFIED;
  std::optional<Reason> reason;  // where the end has one
  absl::Duration lasted;
  std::uint64_t received = 0;  // numbered messages that were acted on
  std::uint64_t sent = 0;      // events
  std::uint32_t refused = 0;   // of the received
  std::uint32_t resumes = 0;
  std::uint32_t detaches = 0;
  std::uint32_t offers = 0;  // sent and stored
  std::uint32_t answers = 0;
  std::uint32_t candidates = 0;
};

// Called with the engine's locks held, from any thread: it must neither block nor call the engine.
class EngineObserver {
 public:
  virtual ~EngineObserver() = default;

  virtual void OnSessionEnded(const SessionStory& story) = 0;
  virtual void OnOfferTransition(OfferTransition transition) = 0;
  virtual void OnSetupStage(SetupStage stage, absl::Duration took) = 0;
  virtual void OnSetupFailed(SetupFault fault) = 0;
  // A client's report, which it also tells as a stage or a fault.
  virtual void OnSetupReported(const signaling::v1::Report& report) = 0;
  // An offer, answer, candidate or rejection was pulled for the first time, so long after it had come. Not of those that waited
  // for their receiver to come back.
  virtual void OnRelayed(absl::Duration waited) = 0;
  // A client or a gateway that came back pulled so many events from before.
  virtual void OnReplayed(std::size_t events) = 0;
  // A session ended since its outbox was full.
  virtual void OnOutboxOverflow() = 0;
};

// Takes no notice. For those who do not look.
inline EngineObserver& NoObserver() {
  class None final : public EngineObserver {
   public:
    void OnSessionEnded(const SessionStory& /*story*/) override {}
    void OnOfferTransition(OfferTransition /*transition*/) override {}
    void OnSetupStage(SetupStage /*stage*/, absl::Duration /*took*/) override {}
    void OnSetupFailed(SetupFault /*fault*/) override {}
    void OnSetupReported(const signaling::v1::Report& /*report*/) override {}
    void OnRelayed(absl::Duration /*waited*/) override {}
    void OnReplayed(std::size_t /*events*/) override {}
    void OnOutboxOverflow() override {}
  };
  static None none;
  return none;
}

}  // namespace signaling
