// One session's way to the service, over whichever link there is. Opens the session, and attaches it to another link
// when one breaks or goes away; keeps what the client sends until the service has it, and sends it again, in order and
// under the same numbers. Not thread-safe; owned by the session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/instant.h"
#include "gateway/link/link.h"
#include "gateway/ws/inbound.h"
#include "gateway/ws/received_acks.h"
#include "gateway/ws/session_context.h"
#include "services/common/reason.h"

namespace signaling::gateway {

class Uplink final : public Link::Receiver {
 public:
  // Each call may end the session, and detach it here.
  class Owner {
   public:
    virtual ~Owner() = default;
    // The session is open or resumed. Once.
    virtual void OnOpened(const signaling::v1::Opened& opened) = 0;
    // It is on another link. `acknowledges`: more of what the client sent is processed than was known.
    virtual void OnMoved(const signaling::v1::Opened& opened, bool acknowledges) = 0;
    // What was kept has been sent: from now on what the client says goes at once.
    virtual void OnCaughtUp() = 0;
    // Everything but opened and closed. What the frame acknowledges has been taken note of.
    virtual void OnDown(signaling::v1::DownFrame& frame) = 0;
    // The service ended it; there is nothing to detach.
    virtual void OnClosed(const signaling::v1::Closed& closed) = 0;
    // There has been no link for so long that the client should know. Once each time.
    virtual void OnUnavailable() = 0;
    // It cannot go on.
    virtual void OnFailed(Reason reason, std::string_view message) = 0;
  };

  Uplink(SessionContext& context, Owner& owner, bool client_acknowledges)
      : context_(context),
        owner_(owner),
        plain_(!client_acknowledges),
        acks_(client_acknowledges) {}
  ~Uplink() override;
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  // False where there is no link: then nothing happens.
  bool Open(std::unique_ptr<signaling::v1::Open> open);
  void Detach(signaling::v1::Detach::Cause cause);

  // The numbers of what the client sends. False: the message came before.
  bool Number(std::uint64_t id, Inbound::Numbers* numbers) { return inbound_.Number(id, numbers); }
  // A frame to decode into: in the batch of the link, where what is decoded can go at once.
  signaling::v1::UpFrame& Next();
  // Keeps the message that was numbered, and sends `frame`, which Next returned and it was decoded into.
  void Pass(const Inbound::Numbers& numbers, std::string_view text, Inbound::Verdict verdict,
            signaling::v1::UpFrame& frame);

  // The client has every event up to `seq`.
  void AcknowledgedByClient(std::uint64_t seq);
  // The socket has taken them.
  void AcknowledgedBySocket(std::uint64_t seq);
  // An event was given to the socket.
  void EventSent(std::uint64_t seq, std::size_t bytes) { acks_.Sent(seq, bytes); }
  // Tells the service of it, where that should not wait for the tick.
  void TellIfDue();

  // A new token for the session: the newest is told as soon as it is open on a link, and again on the next link, should
  // it have been lost with the one before.
  void Refresh(std::string token);

  // These are for now or never: told where the session is open on a link.
  void TellAlive();
  void TellRoundTrip(Duration took);
  // Sends the report in `frame`, which Next returned and it was decoded into from as many bytes.
  void TellReport(signaling::v1::UpFrame& frame, std::size_t bytes);

  // Keeps the deadlines of a session that is not open on a link.
  void Tick(Instant now);
  // There is a link again.
  void OnLinkReady();

  // The session is open, and on a link.
  bool live() const { return state_ == State::kLive; }
  // What the client says goes to the service at once.
  bool passes() const { return passes_; }
  // The client is not to be read: nothing more can be kept, or it is not known yet where a resumed session goes on.
  bool full() const { return holds_back_ || inbound_.full(); }
  const Inbound& inbound() const { return inbound_; }
  // The last event that the socket was given.
  std::uint64_t last_event() const { return acks_.sent(); }

  // The fault of a client whose `ack` names an event that it cannot have.
  static DecodeFault FalseAck();
  // Makes the body of `frame` that verdict.
  static void Refuse(const DecodeFault& fault, signaling::v1::UpFrame* frame);

  // Link::Receiver:
  void OnFrame(signaling::v1::DownFrame& frame) override;
  void OnLinkBroken() override;
  void OnLinkGoesAway() override;

 private:
  enum class State : std::uint8_t {
    kIdle,       // before the opening, and after the end
    kWaiting,    // for a link
    kOpening,    // `open` is sent
    kAttaching,  // `attach` is sent
    kLive,
  };

  bool Connect();
  void Lost();
  void OnOpened(const signaling::v1::Opened& opened);
  void SendKept();
  void TellResumable();
  void TellToken();
  void Send(signaling::v1::UpFrame& frame, std::size_t bytes);
  // No longer bound to a link.
  void Forget();

  // Constant after construction.
  SessionContext& context_;
  Owner& owner_;
  const bool plain_;

  State state_ = State::kIdle;
  bool passes_ = false;  // what the client sends goes to the link at once
  bool holds_back_ = false;
  bool told_unavailable_ = false;
  bool resumable_due_ = false;  // the client has begun to acknowledge
  bool token_due_ = false;
  Instant token_told_at_{};
  std::string token_;  // the newest, until it is known to have arrived
  Link* link_ = nullptr;
  std::uint32_t slot_ = 0;                     // 0: none
  std::uint32_t attempt_ = 0;                  // to open or attach
  std::unique_ptr<signaling::v1::Open> open_;  // until the service has opened it
  signaling::v1::Attach hold_;                 // the session, once it is open
  Duration window_{};                          // for which the session waits at the service
  std::optional<Instant> lost_at_;  // since when it is not open on a link; none before Open
  Inbound inbound_;
  ReceivedAcks acks_;
};

}  // namespace signaling::gateway
