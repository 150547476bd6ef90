#include "gateway/ws/downlink.h"

#include <optional>

#include "gateway/ws/errors.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

// Towards one socket (the outer bound is the outbox of the service).
constexpr std::size_t kMaxWaitingMessages = 128;
constexpr std::size_t kMaxWaitingBytes = std::size_t{128} * 1024;

}  // namespace

bool Downlink::Connected(const v1::Opened& opened, const ConnectedInfo& info) {
  text_.clear();
  return Send(EncodeConnected(opened, info, text_), 0);
}

bool Downlink::Event(const v1::DownFrame& frame, const EncodeOptions& options) {
  text_.clear();
  return Send(EncodeEvent(frame, options, text_), frame.seq());
}

bool Downlink::Notice(const v1::Notice& notice) {
  text_.clear();
  const std::optional<MessageType> type = EncodeNotice(notice, text_);
  return !type || Send(*type, 0);
}

bool Downlink::GoAway(absl::Duration reconnect_after) {
  text_.clear();
  return Send(EncodeGoAway(reconnect_after, text_), 0);
}

bool Downlink::Ack(std::uint64_t id) {
  text_.clear();
  return Send(EncodeAck(id, text_), 0);
}

bool Downlink::Pong(std::string_view t) {
  text_.clear();
  return Send(EncodePong(t, text_), 0);
}

bool Downlink::Error(Reason reason, std::string_view message) {
  probe_.ErrorSent(reason);
  text_.clear();
  return Send(EncodeError(Fault(reason, message), text_), 0);
}

bool Downlink::RateLimited(Duration retry_after) {
  v1::Error error = Fault(Reason::kRateLimited, "too many messages: they are read more slowly now");
  SetRetryAfter(retry_after, &error);
  probe_.ErrorSent(Reason::kRateLimited);
  text_.clear();
  return Send(EncodeError(error, text_), 0);
}

void Downlink::Fatal(const v1::Error& error) {
  const std::optional<Reason> reason = KnownReason(error);
  if (reason) probe_.ErrorSent(*reason);
  if (reason == Reason::kKicked || reason == Reason::kRoomClosed) {
    text_.clear();
    Give(EncodeRemoval(reason == Reason::kKicked ? MessageType::kKicked : MessageType::kRoomClosed,
                       error.message(), text_),
         0);
  }
  text_.clear();
  if (error.message().empty() && reason) {
    v1::Error told = error;
    told.set_message(*reason == Reason::kRoomClosed ? "the room was closed" : "removed");
    Give(EncodeError(told, text_), 0);
  } else {
    Give(EncodeError(error, text_), 0);
  }
}

bool Downlink::clogged() const { return socket_.waiting_bytes() > 2 * kMaxWaitingBytes; }

bool Downlink::has_room() const {
  const std::size_t waiting = socket_.waiting_messages();
  return waiting == 0 || (waiting < kMaxWaitingMessages &&
                          socket_.waiting_bytes() + text_.size() <= kMaxWaitingBytes);
}

bool Downlink::Send(MessageType type, std::uint64_t seq) {
  if (!has_room()) {
    // Only what the client does not take counts, not what the turn has not sent yet.
    socket_.FlushNow();
    if (!has_room()) return false;
  }
  Give(type, seq);
  return true;
}

void Downlink::Give(MessageType type, std::uint64_t seq) {
  ++sent_;
  probe_.MessageSent(type);
  socket_.Send(text_, seq);
}

}  // namespace signaling::gateway
