#include "gateway/ws/session.h"

#include <algorithm>
#include <utility>

#include "gateway/ws/errors.h"
#include "gateway/ws/session_log.h"
#include "services/common/ids.h"
#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr int kStrikes = 3;
constexpr std::chrono::seconds kCloseTimeout{3};
// A frame with numbers only.
constexpr std::size_t kSmallFrameBytes = 32;
// RFC 6455, section 7.1.5: a close frame without a code.
constexpr std::uint16_t kNoCode = 1005;

}  // namespace

Session::Session(SessionContext& context, Socket& socket, Upgrade upgrade)
    : context_(context),
      socket_(socket),
      accepted_at_(upgrade.accepted_at),
      path_(upgrade.path),
      socket_place_(std::move(upgrade.socket)),
      entry_(context.sessions, *this),
      last_sign_(context.clock.now()),
      last_ping_(context.clock.now()),
      down_(socket, context.probe, context.text),
      acks_(path_ == v1::SESSION_PATH_V1),
      upgrade_(std::make_unique<Upgrade>(std::move(upgrade))) {}

Session::~Session() {
  if (slot_ != 0) Detach(v1::Detach::CAUSE_BROKEN);
}

void Session::OnOpen() {
  context_.probe.ConnectionOpened();
  if (upgrade_->refusal) return Refuse(upgrade_->refusal->reason, upgrade_->refusal->message);
  if (context_.draining) return Refuse(Reason::kDraining, "this server is going away");
  if (path_ == v1::SESSION_PATH_PLAIN) return OpenSession(upgrade_->client_id, {});
  place_ = context_.admission.TakeWaiting();
  if (!place_) return Refuse(Reason::kTooManyConnections, "too many sessions on this server");
  state_ = State::kWaitsForHello;
  deadline_ = context_.clock.now() + context_.settings.handshake_timeout;
}

void Session::OpenSession(const std::string& client_id,
                          const std::map<std::string, std::string>& metadata) {
  place_ = context_.admission.TakeSession();
  if (!place_) return Refuse(Reason::kTooManyConnections, "too many sessions on this server");
  link_ = context_.links.Pick();
  if (link_ == nullptr) {
    return Refuse(Reason::kUnavailable, "the signaling service cannot be reached");
  }
  session_id_ = NewRandomId();
  slot_ = link_->Bind(*this);
  state_ = State::kOpening;
  v1::UpFrame& frame = link_->Next();
  v1::Open& open = *frame.mutable_open();
  open.set_session_id(session_id_);
  open.set_path(path_);
  open.set_client_id(client_id);
  if (path_ == v1::SESSION_PATH_PLAIN) open.set_room(upgrade_->room);
  open.set_remote_address(upgrade_->remote_address);
  open.mutable_metadata()->insert(metadata.begin(), metadata.end());
  upgrade_.reset();
  SendUp(frame, open.ByteSizeLong());
}

void Session::OnText(std::string_view text) {
  OnSignOfLife();
  if (!active()) return;
  ++received_;
  // The body is decoded into the batch itself.
  v1::UpFrame& frame = link_ != nullptr ? link_->Next() : context_.frame;
  if (!context_.decoder.Decode(text, &context_.message, &frame, &context_.fault)) {
    context_.probe.UnknownMessageReceived();
    return OnFault(text.size());
  }
  context_.probe.MessageReceived(context_.message.type);
  if (state_ == State::kWaitsForHello) return OnMessageBeforeHello();
  OnMessage(frame, text.size());
}

void Session::OnMessageBeforeHello() {
  switch (context_.message.type) {
    case MessageType::kHello:
      return OpenSession(context_.message.hello.client_id, context_.message.hello.metadata);
    case MessageType::kPing: return EndUnless(down_.Pong(context_.message.ping_t));
    default: return TellError(Reason::kHelloRequired, "the first message has to be a hello");
  }
}

void Session::OnMessage(v1::UpFrame& frame, std::size_t bytes) {
  const ClientMessage& message = context_.message;
  if (message.ack_seq > acks_.sent()) {
    context_.fault = {.reason = Reason::kInvalidMessage,
                      .message = "ack: no event with this number has been sent",
                      .id = message.id};
    return OnFault(bytes);
  }
  if (message.ack_seq != 0) acks_.ByClient(message.ack_seq);
  switch (message.type) {
    case MessageType::kHello:
      return TellError(Reason::kInvalidMessage, path_ == v1::SESSION_PATH_PLAIN
                                                    ? "hello: only on /v1"
                                                    : "hello: this session is open");
    case MessageType::kPing: EndUnless(down_.Pong(message.ping_t)); break;
    case MessageType::kBye: return Stop(CloseCode::kNormal, {}, v1::Detach::CAUSE_BYE);
    case MessageType::kAck: break;
    default: return PassOn(message.id, frame, bytes);
  }
  if (acks_.due()) TellAcks();
}

void Session::OnFault(std::size_t bytes) {
  const DecodeFault& fault = context_.fault;
  const bool numbers_nothing = fault.numbered && fault.id == 0 && !inbound_.numbered();
  if (state_ == State::kWaitsForHello || fault.reason == Reason::kInvalidJson ||
      (fault.id == 0 && !numbers_nothing)) {
    return TellError(fault.reason, fault.message);
  }
  // The service makes the verdict an event, in order with the other answers.
  v1::UpFrame& frame = link_->Next();
  v1::Refused& refused = *frame.mutable_refused();
  refused.set_reason(static_cast<v1::ErrorReason>(fault.reason));
  refused.set_message(fault.message);
  PassOn(fault.id, frame, bytes);
}

void Session::PassOn(std::uint64_t id, v1::UpFrame& frame, std::size_t bytes) {
  Inbound::Numbers numbers;
  if (!inbound_.Number(id, &numbers)) return OnAcknowledged(inbound_.acknowledged());
  frame.set_id(numbers.id);
  frame.set_after_id(numbers.after_id);
  SendUp(frame, bytes);
  inbound_.PassedOn(numbers, bytes);
  if (!inbound_.full()) return;
  paused_ = true;
  socket_.PauseReading();
}

void Session::SendUp(v1::UpFrame& frame, std::size_t bytes) {
  frame.set_ack_seq(acks_.Take());
  link_->Send(slot_, bytes + kSmallFrameBytes);
}

void Session::TellAcks() {
  if (slot_ != 0) SendUp(link_->Next(), 0);
}

void Session::OnBinary() {
  if (!active()) return;
  EndWith(Reason::kInvalidMessage, "messages are text", v1::Detach::CAUSE_FAULT,
          CloseCode::kBinary);
}

void Session::OnTooLarge() {
  if (!active()) return;
  EndWith(Reason::kMessageTooLarge, "the message is larger than the limit",
          v1::Detach::CAUSE_FAULT);
}

void Session::OnSignOfLife() {
  last_sign_ = context_.clock.now();
  // The answers to its pings count too.
  if (active() && down_.clogged()) return EndAsSlow();
  if (!probed_ || slot_ == 0) return;
  probed_ = false;
  v1::UpFrame& frame = link_->Next();
  frame.mutable_alive();
  SendUp(frame, 0);
}

void Session::OnRoundTrip(Duration took) {
  if (state_ != State::kOpen || slot_ == 0) return;
  const auto ns = std::chrono::nanoseconds(took);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(ns);
  v1::UpFrame& frame = link_->Next();
  google::protobuf::Duration& duration = *frame.mutable_round_trip()->mutable_duration();
  duration.set_seconds(seconds.count());
  duration.set_nanos(static_cast<std::int32_t>((ns - seconds).count()));
  SendUp(frame, 0);
}

void Session::OnWritten(std::uint64_t seq) {
  if (state_ == State::kOpen && !setup_counted_) {
    setup_counted_ = true;
    context_.probe.SetupDone(absl::FromChrono(std::chrono::steady_clock::now() - accepted_at_));
  }
  acks_.BySocket(seq);
  if (acks_.due()) TellAcks();
}

void Session::OnFrame(v1::DownFrame& frame) {
  if (frame.ack_id() != 0) inbound_.Acknowledged(frame.ack_id());
  if (paused_ && !inbound_.full()) {
    paused_ = false;
    last_sign_ = context_.clock.now();
    socket_.ResumeReading();
  }
  switch (frame.body_case()) {
    case v1::DownFrame::kOpened: return OnOpened(frame.opened());
    case v1::DownFrame::kClosed: return OnClosed(frame.closed());
    case v1::DownFrame::kRoom:
    case v1::DownFrame::kSignal:
    case v1::DownFrame::kApp:
    case v1::DownFrame::kOffer:
    case v1::DownFrame::kError: return OnEvent(frame);
    case v1::DownFrame::kProbe:
      probed_ = true;
      socket_.Ping();
      break;
    case v1::DownFrame::kNotice: EndUnless(down_.Notice(frame.notice())); break;
    case v1::DownFrame::kGap:
    case v1::DownFrame::BODY_NOT_SET: break;
  }
  OnAcknowledged(frame.ack_id());
}

void Session::OnAcknowledged(std::uint64_t id) {
  if (id == 0 || !inbound_.numbered()) return;
  EndUnless(down_.Ack(id));
}

void Session::OnOpened(const v1::Opened& opened) {
  if (state_ != State::kOpening) return;
  state_ = State::kOpen;
  EndUnless(down_.Connected(opened, context_.settings.connected));
}

void Session::OnEvent(v1::DownFrame& frame) {
  const std::optional<Reason> reason =
      frame.has_error() ? KnownReason(frame.error()) : std::nullopt;
  const bool last = reason && IsLastStrike(*reason);
  if (last) {
    frame.mutable_error()->set_fatal(true);
    frame.mutable_error()->set_action(v1::ERROR_ACTION_CLOSE);
  }
  if (reason) context_.probe.ErrorSent(*reason);
  const EncodeOptions options = {.numbered = inbound_.numbered(),
                                 .ack_id = inbound_.numbered() ? frame.ack_id() : 0};
  const bool sent = down_.Event(frame, options);
  if (frame.seq() != 0) acks_.Sent(frame.seq(), down_.newest_bytes());
  EndUnless(sent);
  if (last && active()) {
    Stop(CloseCode::kProtocolError, Info(*reason).code, v1::Detach::CAUSE_FAULT);
  }
}

void Session::OnClosed(const v1::Closed& closed) {
  slot_ = 0;
  std::string_view reason;
  if (closed.has_error()) {
    v1::Error error = closed.error();
    error.set_fatal(true);
    if (const auto known = KnownReason(error)) reason = Info(*known).code;
    down_.Fatal(error);
  }
  const auto code = static_cast<std::uint16_t>(closed.close_code());
  Stop(code == 0 ? CloseCode::kNormal : static_cast<CloseCode>(code), reason,
       v1::Detach::CAUSE_UNSPECIFIED);
}

void Session::OnLinkBroken() {
  slot_ = 0;
  Refuse(Reason::kUnavailable, "the signaling service went away");
}

void Session::OnLinkGoesAway() {}

void Session::EndUnless(bool sent) {
  if (!sent) EndAsSlow();
}

bool Session::IsLastStrike(Reason reason) { return IsStrike(reason) && ++strikes_ >= kStrikes; }

void Session::TellError(Reason reason, std::string_view message) {
  if (IsLastStrike(reason)) {
    return EndWith(reason, message, v1::Detach::CAUSE_FAULT, CloseCode::kProtocolError);
  }
  EndUnless(down_.Error(reason, message));
}

void Session::Refuse(Reason reason, std::string_view message) {
  EndWith(reason, message, v1::Detach::CAUSE_UNSPECIFIED);
}

void Session::EndWith(Reason reason, std::string_view message, Cause cause) {
  EndWith(reason, message, cause, Info(reason).close_code);
}

void Session::EndWith(Reason reason, std::string_view message, Cause cause, CloseCode code) {
  if (!active()) return;
  down_.Fatal(FatalError(reason, message));
  Stop(code, Info(reason).code, cause);
}

void Session::EndAsSlow() {
  EndWith(Reason::kSlowConsumer, "this client takes its messages too slowly",
          v1::Detach::CAUSE_BROKEN);
}

void Session::Stop(CloseCode code, std::string_view reason, Cause cause) {
  state_ = State::kClosing;
  end_code_ = code;
  end_reason_ = reason;
  deadline_ = context_.clock.now() + kCloseTimeout;
  Detach(cause);
  socket_.Close(code);
}

void Session::Detach(Cause cause) {
  place_.Release();
  upgrade_.reset();
  if (slot_ == 0) return;
  v1::UpFrame& frame = link_->Next();
  frame.mutable_detach()->set_cause(cause);
  SendUp(frame, 0);
  link_->Unbind(std::exchange(slot_, 0));
}

void Session::OnEnd(std::uint16_t code, CloseSide side) {
  if (state_ == State::kOver) return;
  if (state_ == State::kClosing) {
    code = static_cast<std::uint16_t>(end_code_);
    side = CloseSide::kServer;
  } else if (side == CloseSide::kServer) {
    Detach(v1::Detach::CAUSE_FAULT);
  } else {
    const bool bye = side == CloseSide::kClient &&
                     (code == static_cast<std::uint16_t>(CloseCode::kNormal) || code == kNoCode);
    Detach(bye ? v1::Detach::CAUSE_BYE : v1::Detach::CAUSE_BROKEN);
  }
  state_ = State::kOver;
  deadline_ = context_.clock.now() + kCloseTimeout;
  context_.probe.ConnectionClosed(code, side);
  LogSessionEnd({.session_id = session_id_,
                 .path = path_ == v1::SESSION_PATH_PLAIN ? "/" : "/v1",
                 .reason = end_reason_,
                 .close_code = code,
                 .side = side,
                 .lasted = std::chrono::steady_clock::now() - accepted_at_,
                 .received = received_,
                 .sent = down_.sent()});
}

void Session::Drain() {
  if (state_ == State::kNew) return;  // told in OnOpen
  EndWith(Reason::kDraining, "this server is going away", v1::Detach::CAUSE_BROKEN);
}

void Session::Tick() {
  const Instant now = context_.clock.now();
  switch (state_) {
    case State::kNew:
      if (now - last_sign_ >= context_.settings.handshake_timeout) socket_.Drop();
      return;
    case State::kWaitsForHello:
      if (now < deadline_) return;
      return EndWith(Reason::kHelloRequired, "no hello came in time", v1::Detach::CAUSE_UNSPECIFIED,
                     CloseCode::kHelloTimeout);
    case State::kClosing:
    case State::kOver:
      if (now >= deadline_) socket_.Drop();
      return;
    case State::kOpening:
    case State::kOpen: break;
  }
  if (acks_.waiting()) TellAcks();
  // Who is not read cannot be heard.
  if (paused_) return;
  const Duration timeout = context_.settings.timeout;
  if (now - last_sign_ >= timeout) {
    return Stop(CloseCode::kIdleTimeout, {}, v1::Detach::CAUSE_BROKEN);
  }
  // Also who is heard is asked, for the round trip.
  if (now - last_ping_ >= timeout / 3) {
    last_ping_ = now;
    socket_.Ping();
  }
}

}  // namespace signaling::gateway
