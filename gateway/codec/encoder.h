// Writes what a client receives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/codec/message_type.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

// What `connected` says beside what the service says.
struct ConnectedInfo {
  absl::Duration ping_interval;
  absl::Duration timeout;
  std::uint64_t max_message_bytes = 0;
  std::uint64_t max_metadata_bytes = 0;
  std::uint64_t max_app_message_bytes = 0;
  std::uint64_t max_json_depth = 0;
  std::uint64_t max_offer_candidates = 0;
};

struct EncodeOptions {
  // The session has sent an id of its own: it gets `reply_to`. `ack` is written where it is not 0.
  bool numbered = false;
  std::uint64_t ack_id = 0;
};

// All append one JSON object to `out`, and return its type.

// A frame with one of the bodies room, signal, app, offer, error.
MessageType EncodeEvent(const signaling::v1::DownFrame& frame, const EncodeOptions& options,
                        std::string& out);
MessageType EncodeConnected(const signaling::v1::Opened& opened, const ConnectedInfo& info,
                            std::string& out);
// With the body `notice`. Nothing where the service is newer and tells what this gateway does not know.
std::optional<MessageType> EncodeNotice(const signaling::v1::Notice& notice, std::string& out);
// This server goes away, and the client is to connect elsewhere, after that time.
MessageType EncodeGoAway(absl::Duration reconnect_after, std::string& out);
MessageType EncodeAck(std::uint64_t id, std::string& out);
// `t` is JSON text, empty for none.
MessageType EncodePong(std::string_view t, std::string& out);
// `kicked` or `room_closed`: why this client has to go.
MessageType EncodeRemoval(MessageType type, std::string_view reason, std::string& out);
// An error that is no event: a notice, or the reason of a close.
MessageType EncodeError(const signaling::v1::Error& error, std::string& out);

}  // namespace signaling::gateway
