// One client's session: what its messages mean, what it is told, and when it ends. Knows neither the WebSocket library
// nor gRPC. Not thread-safe: everything happens on the worker's thread. Owned by its socket.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/admission.h"
#include "gateway/codec/decoder.h"
#include "gateway/codec/encoder.h"
#include "gateway/instant.h"
#include "gateway/link/link.h"
#include "gateway/probe.h"
#include "gateway/registry.h"
#include "gateway/ws/downlink.h"
#include "gateway/ws/inbound.h"
#include "gateway/ws/received_acks.h"
#include "gateway/ws/socket.h"
#include "services/common/reason.h"

namespace signaling::gateway {

struct SessionSettings {
  ConnectedInfo connected;
  Duration timeout{};
  Duration handshake_timeout{};
};

// What the upgrade request said.
struct Upgrade {
  struct Refusal {
    Reason reason;
    std::string_view message;  // static
  };

  signaling::v1::SessionPath path = signaling::v1::SESSION_PATH_V1;
  std::string client_id{};  // of `/`
  std::string room{};       // of `/`
  std::string remote_address{};
  Instant accepted_at{};
  std::optional<Refusal> refusal{};
  Admission::Place socket{};
};

class Session;

// What the sessions of a worker share. The last members are room to work in, filled anew for each message.
struct SessionContext {
  const SessionSettings& settings;
  Links& links;
  Admission& admission;
  Probe& probe;
  const TickClock& clock;
  Decoder& decoder;
  Registry<Session> sessions{};
  bool draining = false;

  ClientMessage message{};
  DecodeFault fault{};
  signaling::v1::UpFrame frame{};  // where there is no link
  std::string text{};
};

class Session final : public SocketEvents, public Link::Receiver {
 public:
  Session(SessionContext& context, Socket& socket, Upgrade upgrade);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Keeps all deadlines; called some times a second.
  void Tick();
  // The gateway goes away.
  void Drain();
  // The gateway waits no longer.
  void Drop() { socket_.Drop(); }
  // There is a link: a session that has none can bind.
  void OnLinkReady() {}

  // SocketEvents:
  void OnOpen() override;
  void OnText(std::string_view text) override;
  void OnBinary() override;
  void OnTooLarge() override;
  void OnSignOfLife() override;
  void OnRoundTrip(Duration took) override;
  void OnWritten(std::uint64_t seq) override;
  void OnEnd(std::uint16_t code, CloseSide side) override;

  // Link::Receiver:
  void OnFrame(signaling::v1::DownFrame& frame) override;
  void OnLinkBroken() override;
  void OnLinkGoesAway() override;

 private:
  using Cause = signaling::v1::Detach::Cause;

  enum class State : std::uint8_t {
    kNew,
    kWaitsForHello,
    kOpening,  // `open` is sent; the client's messages follow it
    kOpen,
    kClosing,  // the client has been told; the socket goes
    kOver,     // nothing more arrives
  };

  bool active() const { return state_ != State::kClosing && state_ != State::kOver; }

  // Up.
  void OpenSession(const std::string& client_id,
                   const std::map<std::string, std::string>& metadata);
  void OnMessage(signaling::v1::UpFrame& frame, std::size_t bytes);
  void OnMessageBeforeHello();
  void OnFault(std::size_t bytes);
  void PassOn(std::uint64_t id, signaling::v1::UpFrame& frame, std::size_t bytes);
  void TellAcks();
  void SendUp(signaling::v1::UpFrame& frame, std::size_t bytes);

  // Down. Each of these may end the session.
  void OnOpened(const signaling::v1::Opened& opened);
  void OnClosed(const signaling::v1::Closed& closed);
  void OnEvent(signaling::v1::DownFrame& frame);
  void OnAcknowledged(std::uint64_t id);
  void TellError(Reason reason, std::string_view message);
  // What was to be sent was not: the client takes too little.
  void EndUnless(bool sent);
  // True where this fault is the one too many.
  bool IsLastStrike(Reason reason);

  // The end: told in an error, then with a close frame.
  void Refuse(Reason reason, std::string_view message);  // where there is nothing to detach
  void EndWith(Reason reason, std::string_view message, Cause cause);
  void EndWith(Reason reason, std::string_view message, Cause cause, CloseCode code);
  void EndAsSlow();
  void Stop(CloseCode code, std::string_view reason, Cause cause);
  void Detach(Cause cause);

  // Constant after construction.
  SessionContext& context_;
  Socket& socket_;
  const Instant accepted_at_;
  const signaling::v1::SessionPath path_;
  const Admission::Place socket_place_;

  Registry<Session>::Entry entry_;
  State state_ = State::kNew;
  bool paused_ = false;         // the window is full
  bool probed_ = false;         // the service waits for a sign of life
  bool setup_counted_ = false;  // `connected` has been written
  std::uint8_t strikes_ = 0;
  Link* link_ = nullptr;
  std::uint32_t slot_ = 0;  // 0: none
  std::uint32_t received_ = 0;
  CloseCode end_code_ = CloseCode::kNormal;
  std::string_view end_reason_;  // of the reason table, or empty
  Instant last_sign_;            // of life
  Instant last_ping_;
  Instant deadline_{};  // for the hello, or for the peer to close
  Inbound inbound_;
  Downlink down_;
  ReceivedAcks acks_;
  Admission::Place place_;            // among the sessions, or among those who wait for hello
  std::string session_id_;            // empty before `open`
  std::unique_ptr<Upgrade> upgrade_;  // until `open`
};

}  // namespace signaling::gateway
