#include "gateway/ws/uplink.h"

#include <utility>

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

// A frame with numbers only.
constexpr std::size_t kSmallFrameBytes = 32;
// A message that was on its way when as many streams broke may be what breaks them.
constexpr int kMostBreaks = 2;
// What was sent so long ago on a link that still stands has arrived: its keepalive (link/replica.cc) takes less.
constexpr std::chrono::seconds kArrivedAfter{60};
// A move takes less; what takes longer the client should know.
constexpr std::chrono::seconds kQuietFor{2};

Duration ToDuration(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

}  // namespace

Uplink::~Uplink() { Detach(v1::Detach::CAUSE_BROKEN); }

bool Uplink::Open(std::unique_ptr<v1::Open> open) {
  open_ = std::move(open);
  if (!Connect()) {
    open_.reset();
    state_ = State::kIdle;
    return false;
  }
  lost_at_ = context_.clock.now();
  holds_back_ = open_->has_resume();
  passes_ = !holds_back_;
  return true;
}

bool Uplink::Connect() {
  link_ = context_.links.Pick();
  if (link_ == nullptr) {
    state_ = State::kWaiting;
    return false;
  }
  slot_ = link_->Bind(*this);
  v1::UpFrame& frame = link_->Next();
  std::size_t bytes = kSmallFrameBytes;
  if (open_) {
    state_ = State::kOpening;
    open_->set_attempt(++attempt_);
    *frame.mutable_open() = *open_;
    bytes += open_->ByteSizeLong();
  } else {
    state_ = State::kAttaching;
    // Whatever the last link was told of them, this one is told here.
    acks_.Take();
    hold_.set_attempt(++attempt_);
    hold_.set_received_seq(acks_.sent());
    hold_.set_acked_seq(acks_.known());
    *frame.mutable_attach() = hold_;
    bytes += hold_.ByteSizeLong();
  }
  link_->Send(slot_, bytes);
  return true;
}

void Uplink::Detach(v1::Detach::Cause cause) {
  if (slot_ != 0) {
    v1::UpFrame& frame = link_->Next();
    frame.mutable_detach()->set_cause(cause);
    Send(frame, 0);
    link_->Unbind(slot_);
  }
  Forget();
}

void Uplink::Forget() {
  state_ = State::kIdle;
  passes_ = false;
  link_ = nullptr;
  slot_ = 0;
}

v1::UpFrame& Uplink::Next() { return passes_ ? link_->Next() : context_.frame; }

void Uplink::Pass(const Inbound::Numbers& numbers, std::string_view text, Inbound::Verdict verdict,
                  v1::UpFrame& frame) {
  inbound_.Keep(numbers, text, verdict);
  if (!passes_) return;
  frame.set_id(numbers.id);
  frame.set_after_id(numbers.after_id);
  Send(frame, text.size());
  inbound_.Sent();
}

void Uplink::SendKept() {
  for (; const Inbound::Kept* kept = inbound_.NextToSend(); inbound_.Sent()) {
    if (kept->breaks >= kMostBreaks) {
      return owner_.OnFailed(Reason::kInternal,
                             "a message of this session was on its way on two streams that broke");
    }
    if (kept->was_sent) context_.probe.MessageResent();
    v1::UpFrame& frame = link_->Next();
    if (kept->verdict == Inbound::Verdict::kFalseAck) {
      Refuse(FalseAck(), &frame);
    } else if (!context_.decoder.Decode(inbound_.TextOf(*kept), &context_.message, &frame,
                                        &context_.fault)) {
      Refuse(context_.fault, &frame);
    }
    frame.set_id(kept->numbers.id);
    frame.set_after_id(kept->numbers.after_id);
    Send(frame, kept->bytes);
  }
}

DecodeFault Uplink::FalseAck() {
  return {.reason = Reason::kInvalidMessage,
          .message = "ack: no event with this number has been sent",
          .numbered = false,
          .id = 0};
}

void Uplink::Refuse(const DecodeFault& fault, v1::UpFrame* frame) {
  v1::Refused& refused = *frame->mutable_refused();
  refused.set_reason(static_cast<v1::ErrorReason>(fault.reason));
  refused.set_message(fault.message);
}

void Uplink::Send(v1::UpFrame& frame, std::size_t bytes) {
  frame.set_ack_seq(acks_.Take());
  link_->Send(slot_, bytes + kSmallFrameBytes);
}

void Uplink::AcknowledgedByClient(std::uint64_t seq) {
  // Told later: the frame of the message that brings it may be in the making.
  if (!acks_.by_client()) resumable_due_ = true;
  acks_.ByClient(seq);
}

void Uplink::AcknowledgedBySocket(std::uint64_t seq) {
  acks_.BySocket(seq);
  TellIfDue();
}

void Uplink::TellIfDue() {
  if (!live()) return;
  if (resumable_due_) TellResumable();
  if (token_due_) TellToken();
  if (acks_.due()) Send(link_->Next(), 0);
}

void Uplink::TellResumable() {
  resumable_due_ = false;
  v1::UpFrame& frame = link_->Next();
  frame.mutable_resumable();
  Send(frame, 0);
}

void Uplink::Refresh(std::string token) {
  token_ = std::move(token);
  token_due_ = true;
}

void Uplink::TellToken() {
  token_due_ = false;
  token_told_at_ = context_.clock.now();
  v1::UpFrame& frame = link_->Next();
  frame.mutable_refresh()->set_token(token_);
  Send(frame, token_.size());
}

void Uplink::TellAlive() {
  if (!live()) return;
  v1::UpFrame& frame = link_->Next();
  frame.mutable_alive();
  Send(frame, 0);
}

void Uplink::TellRoundTrip(Duration took) {
  if (!live()) return;
  const auto ns = std::chrono::nanoseconds(took);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(ns);
  v1::UpFrame& frame = link_->Next();
  google::protobuf::Duration& duration = *frame.mutable_round_trip()->mutable_duration();
  duration.set_seconds(seconds.count());
  duration.set_nanos(static_cast<std::int32_t>((ns - seconds).count()));
  Send(frame, 0);
}

void Uplink::TellReport(v1::UpFrame& frame, std::size_t bytes) {
  if (passes_) Send(frame, bytes);
}

void Uplink::Tick(Instant now) {
  inbound_.Rest();
  TellIfDue();
  if (live() && acks_.waiting()) Send(link_->Next(), 0);
  if (live() && !token_.empty() && now - token_told_at_ >= kArrivedAfter) {
    std::string().swap(token_);
  }
  if (state_ != State::kOpening && state_ != State::kWaiting) return;
  const Duration lost = now - *lost_at_;
  if (lost >= (open_ ? context_.settings.handshake_timeout : window_)) {
    return owner_.OnFailed(Reason::kUnavailable, state_ == State::kOpening
                                                     ? "the signaling service does not answer"
                                                     : "the signaling service cannot be reached");
  }
  if (open_ || told_unavailable_ || lost < kQuietFor) return;
  told_unavailable_ = true;
  owner_.OnUnavailable();
}

void Uplink::OnLinkReady() {
  if (state_ == State::kWaiting) Connect();
}

void Uplink::OnLinkBroken() {
  inbound_.StreamBroke();
  Lost();
}

void Uplink::OnLinkGoesAway() {
  link_->Unbind(slot_);
  inbound_.Rewind();
  Lost();
}

void Uplink::Lost() {
  Forget();
  if (!lost_at_) lost_at_ = context_.clock.now();
  Connect();
}

void Uplink::OnFrame(v1::DownFrame& frame) {
  switch (frame.body_case()) {
    case v1::DownFrame::kOpened: return OnOpened(frame.opened());
    case v1::DownFrame::kClosed: Forget(); return owner_.OnClosed(frame.closed());
    case v1::DownFrame::kGap:
      inbound_.Acknowledged(frame.gap().last_id());
      if (live()) {
        inbound_.Rewind();
        SendKept();
      }
      break;
    default: break;
  }
  if (frame.ack_id() != 0) inbound_.Acknowledged(frame.ack_id());
  owner_.OnDown(frame);
}

void Uplink::OnOpened(const v1::Opened& opened) {
  if (state_ != State::kOpening && state_ != State::kAttaching) return;
  const bool moved = state_ == State::kAttaching;
  state_ = State::kLive;
  lost_at_.reset();
  told_unavailable_ = false;
  if (moved && opened.last_id() < inbound_.acknowledged()) {
    return owner_.OnFailed(Reason::kUnavailable, "the signaling service has lost its state");
  }
  const bool news = opened.last_id() > inbound_.acknowledged();
  if (opened.resumed()) {
    inbound_.Resume(opened.last_id());
    acks_.Resume(open_->resume().last_seq());
  } else {
    inbound_.Acknowledged(opened.last_id());
  }
  if (moved) {
    // Should it have been told on the link that was lost, it does no harm.
    resumable_due_ = plain_ && acks_.by_client();
    token_due_ = !token_.empty();
    owner_.OnMoved(opened, news);
  } else {
    hold_.set_session_id(opened.session_id());
    hold_.set_epoch(opened.epoch());
    window_ = ToDuration(opened.resume_window());
    open_.reset();
    holds_back_ = false;
    owner_.OnOpened(opened);
  }
  if (!live()) return;
  TellIfDue();
  if (passes_) return;
  passes_ = true;
  SendKept();
  if (passes_) owner_.OnCaughtUp();
}

}  // namespace signaling::gateway
