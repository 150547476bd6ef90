#include "services/common/reason.h"

#include <array>
#include <cstddef>

namespace signaling {
namespace {

using enum Reason;
using A = Action;
using C = CloseCode;
using F = Fault;
using S = absl::StatusCode;

constexpr std::array<ReasonInfo, kReasonCount> kReasons = {{
    {kPeerUnavailable, "peer_unavailable", F::kMessage, A::kRetry, C::kInternal, S::kNotFound},
    {kRoomFull, "room_full", F::kMessage, A::kRetry, C::kRefused, S::kResourceExhausted},
    {kClientIdTaken, "client_id_taken", F::kMessage, A::kRetry, C::kRefused, S::kAlreadyExists},
    {kInternal, "internal", F::kMessage, A::kRetry, C::kInternal, S::kInternal},
    {kUnavailable, "unavailable", F::kConnection, A::kRetry, C::kStateLost, S::kUnavailable},
    {kDraining, "draining", F::kConnection, A::kReconnect, C::kDraining, S::kUnavailable},
    {kSlowConsumer, "slow_consumer", F::kConnection, A::kReconnect, C::kSlowConsumer,
     S::kResourceExhausted},
    {kTooManyConnections, "too_many_connections", F::kConnection, A::kReconnect, C::kRefused,
     S::kResourceExhausted},
    {kOriginNotAllowed, "origin_not_allowed", F::kProtocol, A::kClose, C::kForbidden,
     S::kPermissionDenied},
    {kSessionReplaced, "session_replaced", F::kProtocol, A::kClose, C::kSessionReplaced,
     S::kAborted},
    {kInvalidJson, "invalid_json", F::kProtocol, A::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidMessage, "invalid_message", F::kProtocol, A::kNone, C::kProtocolError,
     S::kInvalidArgument},
    {kHelloRequired, "hello_required", F::kProtocol, A::kNone, C::kProtocolError,
     S::kFailedPrecondition},
    {kUnknownType, "unknown_type", F::kProtocol, A::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidSdp, "invalid_sdp", F::kMessage, A::kNone, C::kProtocolError, S::kInvalidArgument},
    {kInvalidCandidate, "invalid_candidate", F::kMessage, A::kNone, C::kProtocolError,
     S::kInvalidArgument},
    {kMessageTooLarge, "message_too_large", F::kProtocol, A::kNone, C::kTooBig,
     S::kInvalidArgument},
    {kClientIdMismatch, "client_id_mismatch", F::kProtocol, A::kNone, C::kProtocolError,
     S::kPermissionDenied},
    {kNotInRoom, "not_in_room", F::kMessage, A::kNone, C::kProtocolError, S::kFailedPrecondition},
    {kAlreadyInRoom, "already_in_room", F::kMessage, A::kNone, C::kProtocolError,
     S::kFailedPrecondition},
    {kTargetRequired, "target_required", F::kMessage, A::kNone, C::kProtocolError,
     S::kInvalidArgument},
    {kRoomLocked, "room_locked", F::kMessage, A::kRetry, C::kRefused, S::kFailedPrecondition},
    {kTooManyOffers, "too_many_offers", F::kMessage, A::kRetry, C::kRefused, S::kResourceExhausted},
    {kBanned, "banned", F::kProtocol, A::kClose, C::kForbidden, S::kPermissionDenied},
    {kKicked, "kicked", F::kProtocol, A::kClose, C::kKicked, S::kAborted},
    {kRoomClosed, "room_closed", F::kProtocol, A::kClose, C::kRoomClosed, S::kAborted},
    {kMediaNotAllowed, "media_not_allowed", F::kMessage, A::kNone, C::kProtocolError,
     S::kFailedPrecondition},
    {kPermissionDenied, "permission_denied", F::kProtocol, A::kNone, C::kForbidden,
     S::kPermissionDenied},
    {kRoomNotFound, "room_not_found", F::kMessage, A::kNone, C::kForbidden, S::kNotFound},
    {kOfferNotFound, "offer_not_found", F::kMessage, A::kNone, C::kProtocolError, S::kNotFound},
    {kOfferTaken, "offer_taken", F::kMessage, A::kNone, C::kProtocolError, S::kAborted},
    {kOfferExpired, "offer_expired", F::kMessage, A::kNone, C::kProtocolError, S::kNotFound},
    {kClaimLost, "claim_lost", F::kMessage, A::kNone, C::kProtocolError, S::kAborted},
    {kRoomExists, "room_exists", F::kMessage, A::kNone, C::kProtocolError, S::kAlreadyExists},
    {kSessionNotFound, "session_not_found", F::kMessage, A::kNone, C::kProtocolError, S::kNotFound},
    {kCursorExpired, "cursor_expired", F::kMessage, A::kNone, C::kProtocolError, S::kOutOfRange},
    {kUnauthenticated, "unauthenticated", F::kProtocol, A::kClose, C::kUnauthenticated,
     S::kUnauthenticated},
    {kTokenExpired, "token_expired", F::kConnection, A::kReconnect, C::kTokenExpired,
     S::kUnauthenticated},
    {kRateLimited, "rate_limited", F::kMessage, A::kRetry, C::kRateLimited, S::kResourceExhausted},
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

Action FinalAction(Reason reason) {
  switch (Info(reason).action) {
    case Action::kNone: return Action::kClose;
    case Action::kRetry: return Action::kReconnect;
    default: return Info(reason).action;
  }
}

std::string_view ActionName(Action action) {
  switch (action) {
    case Action::kNone: return "none";
    case Action::kRetry: return "retry";
    case Action::kReconnect: return "reconnect";
    case Action::kClose: return "close";
  }
  return "none";
}

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kConnection: return "connection";
    case Fault::kMessage: return "message";
    case Fault::kProtocol: return "protocol";
  }
  return "protocol";
}

}  // namespace signaling
