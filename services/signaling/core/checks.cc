#include "services/signaling/core/checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/core/ice.h"
#include "services/signaling/core/json.h"
#include "services/signaling/core/sdp.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using Metadata = google::protobuf::Map<std::string, std::string>;

Fault Invalid(std::string message) { return {Reason::kInvalidMessage, std::move(message)}; }

std::optional<Fault> CheckId(const char* field, const std::string& id) {
  if (IsValidId(id)) return std::nullopt;
  return Invalid(
      absl::StrCat(field, " must be 1 to ", kMaxIdLength, " characters of [A-Za-z0-9._~:@-]"));
}

std::optional<Fault> CheckOptionalId(const char* field, const std::string& id) {
  if (id.empty()) return std::nullopt;
  return CheckId(field, id);
}

std::optional<Fault> CheckMetadata(const Metadata& metadata) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata) bytes += key.size() + value.size();
  if (bytes <= kMaxMetadataBytes) return std::nullopt;
  return Invalid(absl::StrCat("metadata is over ", kMaxMetadataBytes, " bytes"));
}

std::optional<Fault> CheckRoom(const v1::RoomCommand& room) {
  switch (room.command_case()) {
    case v1::RoomCommand::kJoin:
      if (auto fault = CheckId("room", room.join().room())) return fault;
      return CheckMetadata(room.join().metadata());
    case v1::RoomCommand::kUpdate: return CheckMetadata(room.update().metadata());
    case v1::RoomCommand::kLeave: return std::nullopt;
    case v1::RoomCommand::COMMAND_NOT_SET: break;
  }
  return Invalid("a room command is missing");
}

std::optional<Fault> CheckDescription(const v1::Description& description) {
  if (const absl::Status status = CheckSdp(description.sdp()); !status.ok()) {
    return Fault{Reason::kInvalidSdp, std::string(status.message())};
  }
  return std::nullopt;
}

std::optional<Fault> CheckIceCandidate(const v1::IceCandidate& ice) {
  if (const absl::Status status = CheckCandidate(ice.candidate()); !status.ok()) {
    return Fault{Reason::kInvalidCandidate, std::string(status.message())};
  }
  if (ice.candidate().size() + ice.sdp_mid().size() + ice.username_fragment().size() >
      kMaxCandidateBytes) {
    return Fault{Reason::kInvalidCandidate,
                 absl::StrCat("candidate and its tags are over ", kMaxCandidateBytes, " bytes")};
  }
  if (ice.sdp_m_line_index() > 65535) return Invalid("sdpMLineIndex is over 65535");
  return std::nullopt;
}

std::optional<Fault> CheckSignal(const v1::Signal& signal) {
  if (auto fault = CheckOptionalId("to", signal.to())) return fault;
  if (auto fault = CheckOptionalId("client_id", signal.client_id())) return fault;
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: return CheckDescription(signal.offer());
    case v1::Signal::kAnswer: return CheckDescription(signal.answer());
    case v1::Signal::kIceCandidate: return CheckIceCandidate(signal.ice_candidate());
    case v1::Signal::kReject:
      if (signal.reject().reason() != v1::Reject::REASON_UNSPECIFIED &&
          v1::Reject::Reason_IsValid(signal.reject().reason())) {
        return std::nullopt;
      }
      return Invalid("reason must be busy, declined or unsupported");
    case v1::Signal::SIGNAL_NOT_SET: break;
  }
  return Invalid("offer, answer, candidate or reject is missing");
}

std::optional<Fault> CheckApp(const v1::AppMessage& app) {
  if (auto fault = CheckOptionalId("to", app.to())) return fault;
  if (app.data().empty()) return Invalid("data is missing");
  if (app.data().size() > kMaxAppMessageBytes) {
    return Invalid(absl::StrCat("data is over ", kMaxAppMessageBytes, " bytes"));
  }
  if (const absl::Status status = CheckJson(app.data()); !status.ok()) {
    return Invalid(absl::StrCat("data: ", status.message()));
  }
  return std::nullopt;
}

std::optional<Fault> CheckRefused(const v1::Refused& refused) {
  switch (refused.reason()) {
    case v1::ERROR_REASON_INVALID_JSON:
    case v1::ERROR_REASON_INVALID_MESSAGE:
    case v1::ERROR_REASON_UNKNOWN_TYPE:
    case v1::ERROR_REASON_MESSAGE_TOO_LARGE: return std::nullopt;
    default: return Invalid("a gateway refuses nothing for this reason");
  }
}

}  // namespace

std::optional<Fault> CheckCommand(const v1::UpFrame& frame) {
  if (frame.id() > kMaxClientMessageId) return Invalid("id is over 2^53-1");
  switch (frame.body_case()) {
    case v1::UpFrame::kRoom: return CheckRoom(frame.room());
    case v1::UpFrame::kSignal: return CheckSignal(frame.signal());
    case v1::UpFrame::kApp: return CheckApp(frame.app());
    case v1::UpFrame::kRefused: return CheckRefused(frame.refused());
    default: return Invalid("this is no numbered message");
  }
}

std::optional<Fault> CheckOpen(const v1::Open& open) {
  if (auto fault = CheckOptionalId("client_id", open.client_id())) return fault;
  if (auto fault = CheckMetadata(open.metadata())) return fault;
  switch (open.path()) {
    case v1::SESSION_PATH_PLAIN: return CheckId("room", open.room());
    case v1::SESSION_PATH_V1:
      if (open.room().empty()) return std::nullopt;
      return Invalid("a room is joined by join");
    default: return Invalid("path is missing");
  }
}

}  // namespace signaling
