// The `type` of every message of the WebSocket protocol, for the codec and as a metrics label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signaling::gateway {

enum class MessageType : std::uint8_t {
  // Client to server.
  kHello,
  kJoin,
  kLeave,
  kUpdate,
  kPing,
  kBye,
  kRefresh,
  kCreateOffer,
  kClaimOffer,
  kWithdrawOffer,
  kKick,
  kLock,
  kCloseRoom,
  kAdmit,
  kReport,
  // Both ways.
  kOffer,
  kAnswer,
  kIceCandidate,
  kReject,
  kMessage,
  kAck,
  // Server to client.
  kConnected,
  kJoined,
  kLeft,
  kParticipantJoined,
  kParticipantUpdated,
  kParticipantLeft,
  kParticipantConnection,
  kKnock,
  kRoomLocked,
  kRoomUpdated,
  kRoomClosed,
  kKicked,
  kOfferCreated,
  kOfferClaimed,
  kOfferRequeued,
  kOfferRejected,
  kOfferExpired,
  kOfferWithdrawn,
  kIceServers,
  kTokenExpiring,
  kGoAway,
  kPong,
  kError,
};
inline constexpr std::size_t kMessageTypes = static_cast<std::size_t>(MessageType::kError) + 1;

// As in JSON: "ice_candidate".
std::string_view MessageTypeName(MessageType type);

// The type that a client may send under this name; nothing for all others.
std::optional<MessageType> ClientMessageType(std::string_view name);

}  // namespace signaling::gateway
