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
    "pong",
    "error",
};

}  // namespace

std::string_view MessageTypeName(MessageType type) {
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<MessageType> ClientMessageType(std::string_view name) {
  // The client's types come first in the enum.
  for (std::size_t i = 0; i <= static_cast<std::size_t>(MessageType::kAck); ++i) {
    if (kNames[i] == name) return static_cast<MessageType>(i);
  }
  return std::nullopt;
}

}  // namespace signaling::gateway
