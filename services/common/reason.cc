#include "services/common/reason.h"

#include <array>
#include <cstddef>

namespace signaling {
namespace {

using enum Reason;
using C = CloseCode;
using S = absl::StatusCode;

constexpr std::array<ReasonInfo, kReasonCount> kReasons = {{
    {kPeerUnavailable, "peer_unavailable", Action::kRetry, C::kInternal, S::kNotFound},
    {kRoomFull, "room_full", Action::kRetry, C::kRefused, S::kResourceExhausted},
    {kClientIdTaken, "client_id_taken", Action::kRetry, C::kRefused, S::kAlreadyExists},
    {kInternal, "internal", Action::kRetry, C::kInternal, S::kInternal},
    {kUnavailable, "unavailable", Action::kRetry, C::kStateLost, S::kUnavailable},
    {kDraining, "draining", Action::kReconnect, C::kDraining, S::kUnavailable},
    {kSlowConsumer, "slow_consumer", Action::kReconnect, C::kSlowConsumer, S::kResourceExhausted},
    {kTooManyConnections, "too_many_connections", Action::kReconnect, C::kRefused,
     S::kResourceExhausted},
    {kOriginNotAllowed, "origin_not_allowed", Action::kClose, C::kForbidden, S::kPermissionDenied},
    {kSessionReplaced, "session_replaced", Action::kClose, C::kSessionReplaced, S::kAborted},
    {kInvalidJson, "invalid_json", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidMessage, "invalid_message", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kHelloRequired, "hello_required", Action::kNone, C::kProtocolError, S::kFailedPrecondition},
    {kUnknownType, "unknown_type", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidSdp, "invalid_sdp", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidCandidate, "invalid_candidate", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kMessageTooLarge, "message_too_large", Action::kNone, C::kTooBig, S::kInvalidArgument},
    {kClientIdMismatch, "client_id_mismatch", Action::kNone, C::kProtocolError,
     S::kPermissionDenied},
    {kNotInRoom, "not_in_room", Action::kNone, C::kProtocolError, S::kFailedPrecondition},
    {kAlreadyInRoom, "already_in_room", Action::kNone, C::kProtocolError, S::kFailedPrecondition},
    {kTargetRequired, "target_required", Action::kNone, C::kProtocolError, S::kInvalidArgument},
    {kRoomLocked, "room_locked", Action::kRetry, C::kRefused, S::kFailedPrecondition},
    {kTooManyOffers, "too_many_offers", Action::kRetry, C::kRefused, S::kResourceExhausted},
    {kBanned, "banned", Action::kClose, C::kForbidden, S::kPermissionDenied},
    {kKicked, "kicked", Action::kClose, C::kKicked, S::kAborted},
    {kRoomClosed, "room_closed", Action::kClose, C::kRoomClosed, S::kAborted},
    {kMediaNotAllowed, "media_not_allowed", Action::kNone, C::kProtocolError,
     S::kFailedPrecondition},
    {kPermissionDenied, "permission_denied", Action::kNone, C::kForbidden, S::kPermissionDenied},
    {kRoomNotFound, "room_not_found", Action::kNone, C::kForbidden, S::kNotFound},
    {kOfferNotFound, "offer_not_found", Action::kNone, C::kProtocolError, S::kNotFound},
    {kOfferTaken, "offer_taken", Action::kNone, C::kProtocolError, S::kAborted},
    {kOfferExpired, "offer_expired", Action::kNone, C::kProtocolError, S::kNotFound},
    {kClaimLost, "claim_lost", Action::kNone, C::kProtocolError, S::kAborted},
    {kRoomExists, "room_exists", Action::kNone, C::kProtocolError, S::kAlreadyExists},
    {kSessionNotFound, "session_not_found", Action::kNone, C::kProtocolError, S::kNotFound},
    {kCursorExpired, "cursor_expired", Action::kNone, C::kProtocolError, S::kOutOfRange},
}};

constexpr bool NumbersAreIndexes() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].reason) != i + 1) return false;
  }
  return true;
}
static_assert(NumbersAreIndexes());

}  // namespace

std::span<const ReasonInfo> AllReasons() { return kReasons; }

const ReasonInfo& Info(Reason reason) { return kReasons[static_cast<std::size_t>(reason) - 1]; }

std::string_view ActionName(Action action) {
  switch (action) {
    case Action::kNone: return "none";
    case Action::kRetry: return "retry";
    case Action::kReconnect: return "reconnect";
    case Action::kClose: return "close";
  }
  return "none";
}

}  // namespace signaling
