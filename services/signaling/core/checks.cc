#include "services/signaling/core/checks.h"

#include <string>

#include "services/common/limits.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/core/fields.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// An IPv6 address with its zone (RFC 4007, section 11), in text.
constexpr std::size_t kMaxAddressBytes = 64;

absl::Status Invalid(std::string_view message) { return Refusal(Reason::kInvalidMessage, message); }

// The first that is not OK.
absl::Status First(absl::Status a, absl::Status b) { return a.ok() ? b : a; }

absl::Status CheckRoom(const v1::RoomCommand& room) {
  switch (room.command_case()) {
    case v1::RoomCommand::kJoin:
      if (absl::Status status = CheckId("room", room.join().room()); !status.ok()) return status;
      return First(CheckMetadata("metadata", room.join().metadata()),
                   CheckRoomOptions("options", room.join().options()));
    case v1::RoomCommand::kUpdate: return CheckMetadata("metadata", room.update().metadata());
    case v1::RoomCommand::kLeave: return absl::OkStatus();
    case v1::RoomCommand::COMMAND_NOT_SET: break;
  }
  return Invalid("a room command is missing");
}

absl::Status CheckReject(const v1::Reject& reject) {
  if (reject.reason() != v1::Reject::REASON_UNSPECIFIED &&
      v1::Reject::Reason_IsValid(reject.reason())) {
    return absl::OkStatus();
  }
  return Invalid("reason must be busy, declined or unsupported");
}

absl::Status CheckSignal(const v1::Signal& signal) {
  for (absl::Status status :
       {CheckOptionalId("to", signal.to()), CheckOptionalId("client_id", signal.client_id()),
        CheckOptionalId("offer_id", signal.offer_id())}) {
    if (!status.ok()) return status;
  }
  if (signal.has_claim()) return Invalid("claim is the service's to say");
  if (!signal.offer_id().empty() && !signal.to().empty()) {
    return Invalid("to and offer_id: one of them says who is meant");
  }
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: return CheckSdpField("sdp", signal.offer());
    case v1::Signal::kAnswer: return CheckSdpField("sdp", signal.answer());
    case v1::Signal::kIceCandidate: return CheckIceCandidate("candidate", signal.ice_candidate());
    case v1::Signal::kReject: return CheckReject(signal.reject());
    case v1::Signal::SIGNAL_NOT_SET: break;
  }
  return Invalid("offer, answer, candidate or reject is missing");
}

absl::Status CheckCandidates(const v1::CreateOffer& create) {
  std::size_t bytes = 0;
  for (const v1::IceCandidate& candidate : create.candidates()) {
    if (absl::Status status = CheckIceCandidate("candidates", candidate); !status.ok()) {
      return status;
    }
    bytes += candidate.ByteSizeLong();
  }
  if (static_cast<std::size_t>(create.candidates_size()) > kMaxKeptCandidates ||
      bytes > kMaxKeptCandidateBytes) {
    return Invalid("candidates are over 64 or 32 KiB");
  }
  return absl::OkStatus();
}

absl::Status CheckCreateOffer(const v1::CreateOffer& create) {
  if (absl::Status status = CheckSdpField("sdp", create.offer()); !status.ok()) return status;
  if (absl::Status status = CheckCandidates(create); !status.ok()) return status;
  if (create.has_ttl()) {
    const std::optional<absl::Duration> ttl = FromProto(create.ttl());
    if (!ttl || *ttl < kMinOfferTtl || *ttl > kMaxOfferTtl) {
      return Invalid("the time to live (ttl, ttl_ms) must be 1 s to 24 h");
    }
  }
  return First(CheckAllowList("allowed", create.allowed()),
               CheckMetadata("metadata", create.metadata()));
}

absl::Status CheckOffer(const v1::OfferCommand& offer) {
  switch (offer.command_case()) {
    case v1::OfferCommand::kCreate: return CheckCreateOffer(offer.create());
    case v1::OfferCommand::kClaim: return CheckId("offer_id", offer.claim().offer_id());
    case v1::OfferCommand::kWithdraw: return CheckId("offer_id", offer.withdraw().offer_id());
    case v1::OfferCommand::COMMAND_NOT_SET: break;
  }
  return Invalid("an offer command is missing");
}

absl::Status CheckModerate(const v1::Moderate& moderate) {
  switch (moderate.command_case()) {
    case v1::Moderate::kKick: {
      const v1::Kick& kick = moderate.kick();
      if (absl::Status status = CheckId("client_id", kick.client_id()); !status.ok()) return status;
      if (absl::Status status = CheckBan("ban", kick.ban()); !status.ok()) return status;
      return CheckRemark("reason", kick.reason());
    }
    case v1::Moderate::kLock: return absl::OkStatus();
    case v1::Moderate::kCloseRoom: return CheckRemark("reason", moderate.close_room().reason());
    case v1::Moderate::kAdmit: return CheckId("client_id", moderate.admit().client_id());
    case v1::Moderate::COMMAND_NOT_SET: break;
  }
  return Invalid("a moderator's command is missing");
}

absl::Status CheckApp(const v1::AppMessage& app) {
  return First(CheckOptionalId("to", app.to()), CheckAppData("data", app.data()));
}

absl::Status CheckRefused(const v1::Refused& refused) {
  switch (refused.reason()) {
    case v1::ERROR_REASON_INVALID_JSON:
    case v1::ERROR_REASON_INVALID_MESSAGE:
    case v1::ERROR_REASON_UNKNOWN_TYPE:
    case v1::ERROR_REASON_MESSAGE_TOO_LARGE: return absl::OkStatus();
    default: return Invalid("a gateway refuses nothing for this reason");
  }
}

}  // namespace

absl::Status CheckCommand(const v1::UpFrame& frame) {
  if (frame.id() > kMaxClientMessageId) return Invalid("id is over 2^53-1");
  switch (frame.body_case()) {
    case v1::UpFrame::kRoom: return CheckRoom(frame.room());
    case v1::UpFrame::kSignal: return CheckSignal(frame.signal());
    case v1::UpFrame::kApp: return CheckApp(frame.app());
    case v1::UpFrame::kOffer: return CheckOffer(frame.offer());
    case v1::UpFrame::kModerate: return CheckModerate(frame.moderate());
    case v1::UpFrame::kRefused: return CheckRefused(frame.refused());
    default: return Invalid("this is no numbered message");
  }
}

absl::Status CheckOpen(const v1::Open& open) {
  if (absl::Status status = CheckOptionalId("client_id", open.client_id()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckMetadata("metadata", open.metadata()); !status.ok()) return status;
  if (open.remote_address().size() > kMaxAddressBytes) {
    return Invalid("remote_address is no IP address");
  }
  switch (open.path()) {
    case v1::SESSION_PATH_PLAIN:
      if (open.has_resume()) return Invalid("resume: only with SESSION_PATH_V1");
      return CheckId("room", open.room());
    case v1::SESSION_PATH_V1:
      return open.room().empty() ? absl::OkStatus() : Invalid("a room is joined by join");
    default: return Invalid("path is missing");
  }
}

absl::Status CheckAttach(const v1::Attach& attach) {
  if (attach.epoch() == 0) return Invalid("epoch is missing");
  if (attach.attempt() == 0) return Invalid("attempt is missing");
  if (attach.acked_seq() > attach.received_seq()) {
    return Invalid("acked_seq is above received_seq");
  }
  return absl::OkStatus();
}

absl::Status CheckReport(const v1::Report& report) {
  switch (report.peer_case()) {
    case v1::Report::kTo:
      if (absl::Status status = CheckId("to", report.to()); !status.ok()) return status;
      break;
    case v1::Report::kOfferId:
      if (absl::Status status = CheckId("offer_id", report.offer_id()); !status.ok()) return status;
      break;
    case v1::Report::PEER_NOT_SET: return Invalid("to or offer_id: one of them says with whom");
  }
  const bool connected = report.state() == v1::SETUP_STATE_CONNECTED;
  if (!connected && report.state() != v1::SETUP_STATE_FAILED) {
    return Invalid("state must be connected or failed");
  }
  if (report.has_setup_duration()) {
    const std::optional<absl::Duration> took = FromProto(report.setup_duration());
    if (!took || *took < absl::ZeroDuration() || *took > kMaxSetupDuration) {
      return Invalid("the set-up's time (setup_duration, setup_ms) must be 0 to 10 min");
    }
  }
  if (!v1::CandidateType_IsValid(report.candidate_type()) ||
      (!connected && report.candidate_type() != v1::CANDIDATE_TYPE_UNSPECIFIED)) {
    return Invalid("candidate_type must be host, srflx, prflx or relay, where it is connected");
  }
  if (!v1::SetupFailure_IsValid(report.failure()) ||
      (connected && report.failure() != v1::SETUP_FAILURE_UNSPECIFIED)) {
    return Invalid("the failure's reason must be ice, dtls or timeout, where it failed");
  }
  return absl::OkStatus();
}

}  // namespace signaling
