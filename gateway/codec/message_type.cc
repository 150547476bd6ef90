#include "gateway/codec/message_type.h"

#include <array>

namespace signaling::gateway {
namespace {

constexpr std::array<std::string_view, kMessageTypes> kNames = {
    "hello",
    "join",
    "leave",
    "update",
    "ping",
    "bye",
    "refresh",
    "create_offer",
    "claim_offer",
    "withdraw_offer",
    "kick",
    "lock",
    "close_room",
    "admit",
    "report",
    "offer",
    "answer",
    "ice_candidate",
    "reject",
    "message",
    "ack",
    "connected",
    "joined",
    "left",
    "participant_joined",
    "participant_updated",
    "participant_left",
    "participant_connection",
    "knock",
    "room_locked",
    "room_updated",
    "room_closed",
    "kicked",
    "offer_created",
    "offer_claimed",
    "offer_requeued",
    "offer_rejected",
    "offer_expired",
    "offer_withdrawn",
    "ice_servers",
    "token_expiring",
    "go_away",
    "pong",
    "error",
};

}  // namespace

std::string_view MessageTypeName(MessageType type) {
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<MessageType> ClientMessageType(std::string_view name) {
  // The client's types come first in the enum, and the last of them are those that come most often.
  for (std::size_t i = static_cast<std::size_t>(MessageType::kAck) + 1; i-- > 0;) {
    if (kNames[i] == name) return static_cast<MessageType>(i);
  }
  return std::nullopt;
}

}  // namespace signaling::gateway
