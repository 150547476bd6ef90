// Reads what a client sends: one JSON object (RFC 8259) a message. Checks syntax and schema only; what the content
// means (ids taken, SDP, rooms) is the service's to judge.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/codec/message_type.h"
#include "services/common/limits.h"
#include "services/common/reason.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

struct Hello {
  std::string client_id;  // empty: not given
  std::string token{};    // likewise
  std::map<std::string, std::string> metadata;
  std::optional<signaling::v1::Resume> resume;  // the session to go on with
};

struct ClientMessage {
  MessageType type = MessageType::kPing;
  std::uint64_t id = 0;       // 0: not numbered by the client
  std::uint64_t ack_seq = 0;  // `ack` of any message, `seq` of an ack; 0: none
  Hello hello;                // of hello
  std::string ping_t;         // of ping: `t` as JSON text to send back, empty: not given
};

struct DecodeFault {
  Reason reason = Reason::kInvalidMessage;  // kInvalidJson, kInvalidMessage or kUnknownType
  std::string message;                      // names the field; at most 512 bytes
  // The type is a numbered one (all but hello, ack, ping, bye, refresh, report; an unknown one where it has an id), so that
  // the verdict can be an event. Not set where the type could not be read.
  bool numbered = false;
  std::uint64_t id = 0;  // of such a message, where it has one that is valid
};

// Not thread-safe: one per I/O thread, its buffers are used again for every message.
class Decoder {
 public:
  struct Limits {
    int max_depth = 16;
    std::size_t max_metadata_bytes = kMaxMetadataBytes;
    std::size_t max_app_message_bytes = kMaxAppMessageBytes;
  };

  explicit Decoder(Limits limits);
  ~Decoder();

  // True: `message` is filled, and for a type that goes to the service (all but hello, ping, ack and bye) also the body
  // of `frame`, whose slot and numbers are left alone.
  // False: `fault` is filled, and `frame` has no body.
  bool Decode(std::string_view text, ClientMessage* message, signaling::v1::UpFrame* frame,
              DecodeFault* fault);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signaling::gateway
