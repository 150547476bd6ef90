// The one table of reasons: what each means on every surface. Held against the proto by services/signaling/rpc and
// against docs/protocol.md by a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// Numbers as in ErrorReason of proto/signaling/v1/error.proto.
enum class Reason : std::uint8_t {
  kPeerUnavailable = 1,
  kRoomFull = 2,
  kClientIdTaken = 3,
  kInternal = 4,
  kUnavailable = 5,
  kDraining = 6,
  kSlowConsumer = 7,
  kTooManyConnections = 8,
  kOriginNotAllowed = 9,
  kSessionReplaced = 10,
  kInvalidJson = 11,
  kInvalidMessage = 12,
  kHelloRequired = 13,
  kUnknownType = 14,
  kInvalidSdp = 15,
  kInvalidCandidate = 16,
  kMessageTooLarge = 17,
  kClientIdMismatch = 18,
  kNotInRoom = 19,
  kAlreadyInRoom = 20,
  kTargetRequired = 21,
  kRoomLocked = 22,
  kTooManyOffers = 23,
  kBanned = 24,
  kKicked = 25,
  kRoomClosed = 26,
  kMediaNotAllowed = 27,
  kPermissionDenied = 28,
  kRoomNotFound = 29,
  kOfferNotFound = 30,
  kOfferTaken = 31,
  kOfferExpired = 32,
  kClaimLost = 33,
  kRoomExists = 34,
  kSessionNotFound = 35,
  kCursorExpired = 36,
  kUnauthenticated = 37,
  kTokenExpired = 38,
  kRateLimited = 39,
};
inline constexpr std::size_t kReasonCount = static_cast<std::size_t>(Reason::kRateLimited);

// Numbers as in ErrorAction of the same file.
enum class Action : std::uint8_t { kNone = 1, kRetry = 2, kReconnect = 3, kClose = 4 };

// What is wrong where a reason is told. Known to the documents and to tests alone: clients go by the action.
enum class Fault : std::uint8_t {
  kConnection,  // the way between client and service, or a server; nothing that the client sent
  kMessage,     // one message was not carried out; the session goes on
  kProtocol,    // the client breaks the protocol, or may not do or be that: access faults as well
};

// WebSocket close codes (RFC 6455, section 7.4). 4000 to 4499 say connect again, 4500 to 4999 do not.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kBinary = 1003,
  kTooBig = 1009,
  kInternal = 1011,
  kStateLost = 1012,
  kTryAgainLater = 1013,
  kDraining = 4000,
  kIdleTimeout = 4001,
  kTokenExpired = 4002,
  kSlowConsumer = 4003,
  kRateLimited = 4004,
  kRefused = 4005,
  kProtocolError = 4500,
  kUnauthenticated = 4501,
  kForbidden = 4502,
  kKicked = 4503,
  kSessionReplaced = 4504,
  kRoomClosed = 4505,
  kHelloTimeout = 4506,
};

struct ReasonInfo {
  Reason reason;
  // As in JSON, in metrics and, in upper case with its prefix, in the proto.
  std::string_view code;
  Fault fault;
  Action action;
  // What closes the socket where the reason is fatal.
  CloseCode close_code;
  absl::StatusCode status;
};

// All of them, in the order of their numbers.
std::span<const ReasonInfo> AllReasons();

const ReasonInfo& Info(Reason reason);

// What a client does where the reason is fatal: nothing can be sent again in a session that is over, so what would be retried
// is connected again, and what nothing follows is not.
Action FinalAction(Reason reason);

// "none", "retry", "reconnect", "close".
std::string_view ActionName(Action action);

// "connection", "message", "protocol".
std::string_view FaultName(Fault fault);

}  // namespace signaling
