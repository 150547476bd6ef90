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

}  // namespace

Session::Session(SessionContext& context, Socket& socket, Upgrade upgrade)
    : context_(context),
      socket_(socket),
      accepted_at_(upgrade.accepted_at),
      path_(upgrade.path),
      address_(upgrade.remote_address),
      socket_place_(std::move(upgrade.socket)),
      entry_(context.sessions, *this),
      last_sign_(context.clock.now()),
      last_ping_(context.clock.now()),
      down_(socket, context.probe, context.text),
      uplink_(context, *this, path_ == v1::SESSION_PATH_V1),
      names_(upgrade.traceparent),
      upgrade_(std::make_unique<Upgrade>(std::move(upgrade))) {}

Session::~Session() = default;

void Session::OnOpen() {
  context_.probe.ConnectionOpened();
  context_.probe.HandshakeDone(absl::FromChrono(std::chrono::steady_clock::now() - accepted_at_));
  if (upgrade_->refusal) return Refuse(*upgrade_->refusal);
  if (context_.draining) return Refuse(Reason::kDraining, "this server is going away");
  if (path_ == v1::SESSION_PATH_PLAIN)
    return OpenSession({.client_id = upgrade_->client_id, .metadata = {}, .resume = {}});
  waiting_ = context_.admission.TakeWaiting();
  if (!waiting_) return Refuse(Reason::kTooManyConnections, "too many sessions on this server");
  state_ = State::kWaitsForHello;
  deadline_ = context_.clock.now() + context_.settings.handshake_timeout;
}

void Session::OpenSession(Hello hello) {
  const std::string session_id = NewRandomId();
  names_.set_session_id(session_id);
  seat_ = hello.resume ? context_.admission.TakeSession(session_id, hello.resume->session_id())
                       : context_.admission.TakeSession(session_id);
  resumes_ = hello.resume.has_value();
  if (!seat_) return RefuseOpening(Reason::kTooManyConnections, "too many sessions on this server");
  waiting_.Release();
  LogSessionOpening(names_, *upgrade_, hello);
  if (!uplink_.Open(MakeOpen(session_id, *upgrade_, hello))) {
    return RefuseOpening(Reason::kUnavailable, "the signaling service cannot be reached");
  }
  state_ = State::kOpening;
  upgrade_.reset();
  UpdateReading();
}

void Session::OnText(std::string_view text) {
  OnSignOfLife();
  if (!active() || said_bye_) return;
  ++story_.received;
  const Limit kind = Handle(text);
  if (active()) CountMessage(kind);
}

Limit Session::Handle(std::string_view text) {
  // The body is decoded into the batch itself.
  v1::UpFrame& frame = uplink_.Next();
  if (!context_.decoder.Decode(text, &context_.message, &frame, &context_.fault)) {
    context_.probe.UnknownMessageReceived();
    OnFault(text, Inbound::Verdict::kByContent);
    return Limit::kOther;
  }
  const MessageType type = context_.message.type;
  context_.probe.MessageReceived(type);
  story_.Received(type);
  if (state_ == State::kWaitsForHello) {
    OnMessageBeforeHello();
  } else {
    OnMessage(frame, text);
  }
  return LimitOf(type);
}

void Session::OnMessageBeforeHello() {
  switch (context_.message.type) {
    case MessageType::kHello: return OnHello(std::move(context_.message.hello));
    case MessageType::kPing: return EndUnless(down_.Pong(context_.message.ping_t));
    default: return RefuseMessage(Reason::kHelloRequired, "the first message has to be a hello");
  }
}

void Session::OnMessage(v1::UpFrame& frame, std::string_view text) {
  const ClientMessage& message = context_.message;
  if (message.ack_seq > uplink_.last_event()) {
    context_.fault = Uplink::FalseAck();
    context_.fault.id = message.id;
    return OnFault(text, Inbound::Verdict::kFalseAck);
  }
  if (message.ack_seq != 0) uplink_.AcknowledgedByClient(message.ack_seq);
  switch (message.type) {
    case MessageType::kHello:
      return RefuseMessage(Reason::kInvalidMessage, path_ == v1::SESSION_PATH_PLAIN
                                                        ? "hello: only on /v1"
                                                        : "hello: this session is open");
    case MessageType::kPing: EndUnless(down_.Pong(message.ping_t)); break;
    case MessageType::kBye: return OnBye();
    case MessageType::kRefresh:
      uplink_.Refresh(std::move(*frame.mutable_refresh()->mutable_token()));
      break;
    case MessageType::kReport: uplink_.TellReport(frame, text.size()); break;
    case MessageType::kAck: break;
    case MessageType::kJoin: {
      const std::uint64_t id = PassOn(message.id, frame, text, Inbound::Verdict::kByContent);
      if (id != 0) join_.Asked(id, std::chrono::steady_clock::now());
      break;
    }
    default: PassOn(message.id, frame, text, Inbound::Verdict::kByContent);
  }
  uplink_.TellIfDue();
}

void Session::OnFault(std::string_view text, Inbound::Verdict verdict) {
  const DecodeFault& fault = context_.fault;
  const bool numbers_nothing = fault.numbered && fault.id == 0 && !uplink_.inbound().numbered();
  if (state_ == State::kWaitsForHello || fault.reason == Reason::kInvalidJson ||
      (fault.id == 0 && !numbers_nothing)) {
    return RefuseMessage(fault.reason, fault.message);
  }
  // The service makes the verdict an event, in order with the other answers.
  v1::UpFrame& frame = uplink_.Next();
  Uplink::Refuse(fault, &frame);
  PassOn(fault.id, frame, text, verdict);
}

std::uint64_t Session::PassOn(std::uint64_t id, v1::UpFrame& frame, std::string_view text,
                              Inbound::Verdict verdict) {
  Inbound::Numbers numbers;
  if (!uplink_.Number(id, &numbers)) {
    OnAcknowledged(uplink_.inbound().acknowledged());
    return 0;
  }
  uplink_.Pass(numbers, text, verdict, frame);
  UpdateReading();
  return numbers.id;
}

void Session::UpdateReading() {
  const bool pause = uplink_.full() || limiter_.empty() || said_bye_;
  if (!active() || paused_ == pause) return;
  paused_ = !paused_;
  if (paused_) return socket_.PauseReading();
  last_sign_ = context_.clock.now();
  socket_.ResumeReading();
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
  if (!probed_ || !uplink_.live()) return;
  probed_ = false;
  uplink_.TellAlive();
}

void Session::OnRoundTrip(Duration took) {
  context_.probe.RoundTrip(absl::FromChrono(took));
  story_.round_trip_ms = CeilMilliseconds(took);
  if (active()) uplink_.TellRoundTrip(took);
}

void Session::OnWritten(std::uint64_t seq) {
  if (state_ == State::kOpen && !setup_counted_) {
    setup_counted_ = true;
    const Duration took = std::chrono::steady_clock::now() - accepted_at_;
    context_.probe.SetupDone(absl::FromChrono(took));
    story_.setup_ms = CeilMilliseconds(took);
  }
  uplink_.AcknowledgedBySocket(seq);
}

void Session::OnDown(v1::DownFrame& frame) {
  UpdateReading();
  switch (frame.body_case()) {
    case v1::DownFrame::kRoom:
    case v1::DownFrame::kSignal:
    case v1::DownFrame::kApp:
    case v1::DownFrame::kOffer:
    case v1::DownFrame::kError:
      // Events that were on their way when the link was lost come again.
      if (frame.seq() == 0 || frame.seq() > uplink_.last_event()) return OnEvent(frame);
      break;
    case v1::DownFrame::kProbe:
      probed_ = true;
      socket_.Ping();
      break;
    case v1::DownFrame::kNotice: EndUnless(down_.Notice(frame.notice())); break;
    default: break;
  }
  OnAcknowledged(frame.ack_id());
}

void Session::OnAcknowledged(std::uint64_t id) {
  if (id == 0 || !active() || !uplink_.inbound().numbered()) return;
  EndUnless(down_.Ack(id));
}

void Session::OnOpened(const v1::Opened& opened) {
  state_ = State::kOpen;
  const std::string asked_as(names_.session_id());
  names_.set_session_id(opened.session_id());
  names_.set_client_id(opened.client_id());
  if (opened.has_room()) names_.set_room(opened.room().room());
  story_.resumed = opened.resumed();
  LogSessionOpened(names_, asked_as, opened.resumed());
  // Who claimed to resume another session, and got one of its own, needs a place of its own.
  if (!seat_.Settle(opened.session_id())) {
    return EndWith(Reason::kTooManyConnections, "too many sessions on this server",
                   v1::Detach::CAUSE_FAULT);
  }
  EndUnless(down_.Connected(opened, context_.settings.connected));
  UpdateReading();
}

void Session::OnMoved(const v1::Opened& opened, bool acknowledges) {
  context_.probe.SessionMoved();
  ++story_.moved;
  LogSessionMoved(names_);
  probed_ = false;
  UpdateReading();
  if (acknowledges) OnAcknowledged(opened.last_id());
  if (!active() || !opened.ice_servers().has_expire_time()) return;
  v1::Notice notice;
  *notice.mutable_ice_servers() = opened.ice_servers();
  EndUnless(down_.Notice(notice));
}

void Session::OnUnavailable() {
  LogSessionCutOff(names_);
  EndUnless(down_.Error(Reason::kUnavailable, "the signaling service is away"));
}

void Session::OnFailed(Reason reason, std::string_view message) {
  if (said_bye_) return Part();
  if (state_ == State::kOpening) return RefuseOpening(reason, message);
  EndWith(reason, message, v1::Detach::CAUSE_BROKEN);
}

bool Session::IsLastFault(v1::DownFrame& frame) {
  const std::optional<Reason> reason = KnownReason(frame.error());
  if (!reason) return false;
  context_.probe.ErrorSent(*reason);
  LogRefusal(names_, nullptr, *reason, frame.error().message(), false);
  story_.Refused(*reason);
  if (*reason == Reason::kUnauthenticated) {
    // A refresh that was refused.
    context_.addresses.OnFailedAuthentication(address_, context_.clock.now().time_since_epoch());
  }
  // What is told again was a fault in a connection before.
  const bool old = frame.reply_to() != 0 && frame.reply_to() <= uplink_.inbound().resumed_from();
  if (old || !IsLastStrike(*reason)) return false;
  frame.mutable_error()->set_fatal(true);
  frame.mutable_error()->set_action(v1::ERROR_ACTION_CLOSE);
  return true;
}

void Session::OnEvent(v1::DownFrame& frame) {
  if (frame.has_room()) LogRoom(names_, frame.room());
  if (frame.has_room() && frame.room().has_joined()) names_.set_room(frame.room().joined().room());
  if (join_.running()) TimeJoin(frame);
  const bool last = frame.has_error() && IsLastFault(frame);
  const bool numbered = uplink_.inbound().numbered();
  // What is no event carries no acknowledgement: that follows alone.
  const bool acknowledges = numbered && frame.seq() != 0;
  const EncodeOptions options = {.numbered = numbered, .ack_id = acknowledges ? frame.ack_id() : 0};
  const bool sent = down_.Event(frame, options);
  if (sent && frame.seq() != 0) uplink_.EventSent(frame.seq(), down_.newest_bytes());
  EndUnless(sent);
  if (frame.seq() == 0) OnAcknowledged(frame.ack_id());
  if (!last || !active()) return;
  Stop(CloseCode::kProtocolError, Info(static_cast<Reason>(frame.error().reason())).code,
       v1::Detach::CAUSE_FAULT);
}

void Session::TimeJoin(const v1::DownFrame& frame) {
  const auto took = join_.Answered(frame, std::chrono::steady_clock::now());
  if (took) context_.probe.Joined(absl::FromChrono(*took));
}

void Session::EndUnless(bool sent) {
  if (!sent) EndAsSlow();
}

bool Session::IsLastStrike(Reason reason) { return IsStrike(reason) && ++strikes_ >= kStrikes; }

void Session::RefuseMessage(Reason reason, std::string_view message) {
  story_.Refused(reason);
  if (IsLastStrike(reason)) {
    return EndWith(reason, message, v1::Detach::CAUSE_FAULT, CloseCode::kProtocolError);
  }
  LogRefusal(names_, upgrade_.get(), reason, message, false);
  EndUnless(down_.Error(reason, message));
}

void Session::Tick() {
  const Instant now = context_.clock.now();
  TickLimits(now);
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
  if ((told_to_go_ || said_bye_) && now >= deadline_) return Leave();
  uplink_.Tick(now);
  // Who is not read cannot be heard.
  if (!active() || paused_) return;
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
