// How a session ends, whoever ends it.
#include <algorithm>

#include "gateway/ws/errors.h"
#include "gateway/ws/session.h"
#include "gateway/ws/session_log.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::seconds kCloseTimeout{3};
// Beyond the time after which a client was told to connect elsewhere.
constexpr std::chrono::seconds kGoTimeout{1};
// RFC 6455, section 7.1.5: a close frame without a code.
constexpr std::uint16_t kNoCode = 1005;

}  // namespace

void Session::OnClosed(const v1::Closed& closed) {
  std::string_view reason;
  if (closed.has_error()) {
    v1::Error error = closed.error();
    error.set_fatal(true);
    if (const auto known = KnownReason(error)) {
      reason = Info(*known).code;
      LogRefusal(names_, nullptr, *known, error.message(), true);
    }
    if (state_ == State::kOpening && error.reason() == v1::ERROR_REASON_UNAUTHENTICATED) {
      context_.addresses.OnFailedAuthentication(address_, context_.clock.now().time_since_epoch());
    }
    down_.Fatal(error);
  }
  const auto code = static_cast<std::uint16_t>(closed.close_code());
  Stop(code == 0 ? CloseCode::kNormal : static_cast<CloseCode>(code), reason,
       v1::Detach::CAUSE_UNSPECIFIED);
}

void Session::OnBye() {
  if (uplink_.passes()) return Part();
  // What is kept waits for a link, and so does this: nobody would send it otherwise.
  said_bye_ = true;
  const Instant latest = context_.clock.now() + context_.settings.handshake_timeout;
  deadline_ = told_to_go_ ? std::min(deadline_, latest) : latest;
  UpdateReading();
}

void Session::OnCaughtUp() {
  if (said_bye_) Part();
}

void Session::Part() { Stop(CloseCode::kNormal, {}, v1::Detach::CAUSE_BYE); }

void Session::Refuse(Reason reason, std::string_view message) {
  EndWith(reason, message, v1::Detach::CAUSE_UNSPECIFIED);
}

void Session::Refuse(const Upgrade::Refusal& refusal) {
  LogRefusal(names_, upgrade_.get(), refusal.reason, refusal.message, true);
  v1::Error error = FatalError(refusal.reason, refusal.message);
  if (refusal.retry_after > Duration::zero()) SetRetryAfter(refusal.retry_after, &error);
  down_.Fatal(error);
  Stop(Info(refusal.reason).close_code, Info(refusal.reason).code, v1::Detach::CAUSE_UNSPECIFIED);
}

void Session::RefuseOpening(Reason reason, std::string_view message) {
  EndWith(reason, message, v1::Detach::CAUSE_BROKEN,
          resumes_ ? CloseCode::kTryAgainLater : Info(reason).close_code);
}

void Session::EndWith(Reason reason, std::string_view message, Cause cause) {
  EndWith(reason, message, cause, Info(reason).close_code);
}

void Session::EndWith(Reason reason, std::string_view message, Cause cause, CloseCode code) {
  if (!active()) return;
  LogRefusal(names_, upgrade_.get(), reason, message, true);
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
  seat_.Release();
  waiting_.Release();
  upgrade_.reset();
  uplink_.Detach(cause);
}

void Session::OnEnd(std::uint16_t code, CloseSide side) {
  if (state_ == State::kOver) return;
  if (state_ == State::kClosing) {
    code = static_cast<std::uint16_t>(end_code_);
    side = CloseSide::kServer;
  } else if (side == CloseSide::kServer) {
    Detach(v1::Detach::CAUSE_FAULT);
  } else {
    const bool normal = code == static_cast<std::uint16_t>(CloseCode::kNormal) || code == kNoCode;
    const bool bye = said_bye_ || (side == CloseSide::kClient && normal);
    Detach(bye ? v1::Detach::CAUSE_BYE : v1::Detach::CAUSE_BROKEN);
  }
  state_ = State::kOver;
  deadline_ = context_.clock.now() + kCloseTimeout;
  context_.probe.ConnectionClosed(code, side);
  LogSessionEnd(names_, {.path = path_ == v1::SESSION_PATH_PLAIN ? "/" : "/v1",
                         .reason = end_reason_,
                         .close_code = code,
                         .side = side,
                         .lasted = std::chrono::steady_clock::now() - accepted_at_,
                         .sent = down_.sent(),
                         .story = story_});
}

void Session::Drain() {
  if (state_ == State::kWaitsForHello) Leave();
}

bool Session::GoAway(Duration reconnect_after) {
  if (told_to_go_ || said_bye_ || (state_ != State::kOpening && state_ != State::kOpen))
    return false;
  told_to_go_ = true;
  // It has not heard of a session that it could go on with elsewhere.
  if (state_ == State::kOpening) {
    Leave();
    return true;
  }
  deadline_ = context_.clock.now() + reconnect_after + kGoTimeout;
  LogSessionSentAway(names_, reconnect_after);
  EndUnless(down_.GoAway(absl::FromChrono(reconnect_after)));
  return true;
}

void Session::Leave() {
  if (state_ == State::kNew) return;  // told in OnOpen
  if (said_bye_ && active()) return Part();
  GoAway(Duration::zero());
  EndWith(Reason::kDraining, "this server is going away", v1::Detach::CAUSE_BROKEN);
}

}  // namespace signaling::gateway
