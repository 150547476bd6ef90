// One client's session: what its messages mean, what it is told, and when it ends. What faces the service is its
// uplink's. Knows neither the WebSocket library nor gRPC. Not thread-safe: everything happens on the worker's thread.
// Owned by its socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/admission.h"
#include "gateway/instant.h"
#include "gateway/registry.h"
#include "gateway/ws/downlink.h"
#include "gateway/ws/join_timer.h"
#include "gateway/ws/opening.h"
#include "gateway/ws/session_context.h"
#include "gateway/ws/session_names.h"
#include "gateway/ws/session_story.h"
#include "gateway/ws/socket.h"
#include "gateway/ws/uplink.h"
#include "services/common/address_limiter.h"
#include "services/common/message_limiter.h"
#include "services/common/reason.h"

namespace signaling::gateway {

class Session final : public SocketEvents, private Uplink::Owner {
 public:
  Session(SessionContext& context, Socket& socket, Upgrade upgrade);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Keeps all deadlines; called some times a second.
  void Tick();
  // What its client has not taken yet.
  std::size_t waiting_bytes() const { return socket_.waiting_bytes(); }
  // There is a link to the service again.
  void OnLinkReady() { uplink_.OnLinkReady(); }

  // The gateway goes away: who has no session goes at once.
  void Drain();
  // Who has one is told to connect elsewhere after that time, and has to go a second later. False where there is nobody
  // to tell, or who was told before.
  bool GoAway(Duration reconnect_after);
  // The gateway waits no longer: the last word,
  void Leave();
  // and the end.
  void Drop() { socket_.Drop(); }

  // SocketEvents:
  void OnOpen() override;
  void OnText(std::string_view text) override;
  void OnBinary() override;
  void OnTooLarge() override;
  void OnSignOfLife() override;
  void OnRoundTrip(Duration took) override;
  void OnWritten(std::uint64_t seq) override;
  void OnEnd(std::uint16_t code, CloseSide side) override;

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
  void OpenSession(Hello hello);
  void OnMessage(signaling::v1::UpFrame& frame, std::string_view text);
  static Limit LimitOf(MessageType type);
  // Handles one message; the kind of the limit that it counts for.
  Limit Handle(std::string_view text);
  void OnMessageBeforeHello();
  void OnHello(Hello hello);
  void OnBye();
  void OnFault(std::string_view text, Inbound::Verdict verdict);
  // The number that it went under; 0: it came before.
  std::uint64_t PassOn(std::uint64_t id, signaling::v1::UpFrame& frame, std::string_view text,
                       Inbound::Verdict verdict);
  // Reads from the client, or not, as the uplink can take more and the limits allow.
  void UpdateReading();
  // A message was handled: where the client is over its limit now, it is not read for a while.
  void CountMessage(Limit kind);
  void TickLimits(Instant now);

  // Down. Each of these may end the session.
  // Uplink::Owner:
  void OnOpened(const signaling::v1::Opened& opened) override;
  void OnMoved(const signaling::v1::Opened& opened, bool acknowledges) override;
  void OnDown(signaling::v1::DownFrame& frame) override;
  void OnClosed(const signaling::v1::Closed& closed) override;
  void OnCaughtUp() override;
  void OnUnavailable() override;
  void OnFailed(Reason reason, std::string_view message) override;

  void OnEvent(signaling::v1::DownFrame& frame);
  void TimeJoin(const signaling::v1::DownFrame& frame);
  // True where this verdict is on the one fault too many; then it says so.
  bool IsLastFault(signaling::v1::DownFrame& frame);
  void OnAcknowledged(std::uint64_t id);
  // One of its messages is refused here.
  void RefuseMessage(Reason reason, std::string_view message);
  // What was to be sent was not: the client takes too little.
  void EndUnless(bool sent);
  // True where this fault is the one too many.
  bool IsLastStrike(Reason reason);

  // The end: told in an error, then with a close frame.
  void Refuse(Reason reason, std::string_view message);  // where there is nothing to detach
  void Refuse(const Upgrade::Refusal& refusal);
  // What the hello asks for is not to be had now. Says nothing of the session that was to be resumed: it may wait still.
  void RefuseOpening(Reason reason, std::string_view message);
  void EndWith(Reason reason, std::string_view message, Cause cause);
  void EndWith(Reason reason, std::string_view message, Cause cause, CloseCode code);
  void EndAsSlow();
  // As the client wished.
  void Part();
  void Stop(CloseCode code, std::string_view reason, Cause cause);
  void Detach(Cause cause);

  // Constant after construction.
  SessionContext& context_;
  Socket& socket_;
  const Instant accepted_at_;
  const signaling::v1::SessionPath path_;
  const AddressKey address_;
  const Admission::Place socket_place_;

  Registry<Session>::Entry entry_;
  State state_ = State::kNew;
  bool resumes_ = false;        // the hello asks for a session that there may be
  bool paused_ = false;         // the client is not read
  bool probed_ = false;         // the service waits for a sign of life
  bool setup_counted_ = false;  // `connected` has been written
  bool told_to_go_ = false;     // the deadline says until when
  bool said_bye_ = false;       // likewise; what it said before has to go first
  std::uint8_t strikes_ = 0;
  CloseCode end_code_ = CloseCode::kNormal;
  std::string_view end_reason_;  // of the reason table, or empty
  Instant last_sign_;            // of life
  Instant last_ping_;
  Instant deadline_{};  // for the hello, to go, for a link after bye, or for the peer to close
  Downlink down_;
  Uplink uplink_;
  MessageLimiter limiter_;
  JoinTimer join_;
  SessionStory story_;
  SessionNames names_;
  Admission::Place waiting_;          // among those who wait for hello
  Admission::Seat seat_;              // among the sessions
  std::unique_ptr<Upgrade> upgrade_;  // until `open`
};

}  // namespace signaling::gateway
