// StreamSessions, where it matters who a client is: openings wait for that, and tokens end.
#include <optional>
#include <string>
#include <utility>

#include "services/common/limits.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/session_log.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Behind an opening: a sender's window, and what is not numbered between.
constexpr std::size_t kMaxHeldFrames = 4 * kMaxUnacknowledgedMessages;
constexpr std::size_t kMaxHeldBytes = 2 * kMaxUnacknowledgedBytes;

}  // namespace

v1::Closed StreamSessions::HeldTooMuch() {
  return MakeClosed(Reason::kInvalidMessage, "too many messages before the session is open");
}

void StreamSessions::Hold(std::uint32_t number, Slot& slot, v1::UpFrame* frame) {
  HeldOpening& held = *slot.held;
  if (held.too_much) return;
  held.bytes += frame->ByteSizeLong();
  if (held.frames.size() < kMaxHeldFrames && held.bytes <= kMaxHeldBytes) {
    held.frames.emplace_back().Swap(frame);
    return;
  }
  // Of this client alone: the stream is others' too.
  if (!held.handed_over) return Close(number, slot, HeldTooMuch());
  // The engine would go on with a session that has no slot; ActOnHeld ends it there.
  held.too_much = true;
  held.frames.clear();
}

void StreamSessions::OpenAs(std::uint32_t number, const SessionId& id, const v1::Open& open,
                            const absl::StatusOr<Identity>& identity) {
  LogOpening(id, open);
  if (!identity.ok()) {
    LogNotAuthenticated({id, open.traceparent()}, open.remote_address(), identity.status());
  }
  {
    MutexLock door(door_mu_);
    {
      MutexLock lock(mu_);
      Slot* slot = FindHeld(number, id);
      if (slot == nullptr) return;
      if (takes_no_more_ || detached_all_) {
        return Close(number, *slot, detached_all_ ? MakeNormalClosed() : ServiceGoes());
      }
      slot->held->handed_over = true;
    }
    engine_.Open(id, open, identity, {this, number});
  }
  ActOnHeld(number, id);
}

Slot* StreamSessions::FindHeld(std::uint32_t number, const SessionId& opened_as) {
  Slot* slot = slots_.Find(number);
  const bool waits =
      slot != nullptr && !slot->closed && slot->held != nullptr && slot->opened_as == opened_as;
  return waits ? slot : nullptr;
}

void StreamSessions::ActOnHeld(std::uint32_t number, const SessionId& opened_as) {
  for (;;) {
    std::vector<v1::UpFrame> frames;
    SessionRef session;
    bool too_much = false;
    {
      MutexLock lock(mu_);
      Slot* slot = FindHeld(number, opened_as);
      if (slot == nullptr) return;
      HeldOpening& held = *slot->held;
      too_much = held.too_much;
      if (held.frames.empty() && !too_much) return slot->held.reset();
      frames.swap(held.frames);
      held.bytes = 0;
      session = {slot->id, slot->epoch};
    }
    if (too_much) return engine_.Detach(session, this, DetachCause::kFault);
    for (v1::UpFrame& frame : frames) Act(number, session, &frame);
  }
}

void StreamSessions::Refresh(std::uint32_t number, const SessionRef& session,
                             const std::string& token) {
  {
    MutexLock lock(mu_);
    Slot* slot = slots_.Find(number);
    if (slot == nullptr || slot->closed || !(slot->id == session.id)) return;
    if (std::exchange(slot->token.refreshing, true)) {
      // Of a longer one, enough to be refused for it.
      slot->token.next = token.substr(0, kMaxTokenBytes + 1);
      return;
    }
  }
  authenticator_.Authenticate(
      token, [this, stream = stream_, number, session](const absl::StatusOr<Identity>& identity) {
        const auto alive = stream.lock();
        if (alive != nullptr) RefreshAs(number, session, identity);
      });
}

void StreamSessions::RefreshAs(std::uint32_t number, const SessionRef& session,
                               const absl::StatusOr<Identity>& identity) {
  if (identity.ok()) {
    engine_.Refresh(session, *identity);
  } else {
    LogNotAuthenticated({session.id, LoggedTrace(number)}, {}, identity.status());
  }
  std::optional<std::string> next;
  {
    MutexLock lock(mu_);
    Slot* slot = slots_.Find(number);
    if (slot == nullptr || slot->closed || !(slot->id == session.id)) return;
    if (!identity.ok()) TellRefused(number, *slot, identity.status());
    slot->token.refreshing = false;
    next.swap(slot->token.next);
  }
  if (next) Refresh(number, session, *next);
}

void StreamSessions::OnRefreshed(std::uint64_t tag, absl::StatusOr<absl::Time> expires) {
  MutexLock lock(mu_);
  const auto number = static_cast<std::uint32_t>(tag);
  Slot* slot = slots_.Find(number);
  if (slot == nullptr) return;
  if (expires.ok()) return token_times_.Set(number, *expires);
  TellRefused(number, *slot, expires.status());
}

// The session goes on with the token that it has: nothing is to be done until that ends.
void StreamSessions::TellRefused(std::uint32_t number, Slot& slot, const absl::Status& refusal) {
  if (std::exchange(slot.token.refusal_waits, true)) return;
  v1::Error error = MakeError(refusal);
  error.set_action(v1::ERROR_ACTION_NONE);
  *slots_.AddControl(number).mutable_error() = std::move(error);
  NoteStream();
}

void StreamSessions::TellTokens() {
  std::vector<SessionRef> over;
  {
    MutexLock lock(mu_);
    for (const TokenTimes::Due& due : token_times_.Take(clock_.Now())) {
      Slot* slot = slots_.Find(due.slot);
      if (due.over) {
        slot->token.ended = true;
        over.push_back({slot->id, slot->epoch});
      } else if (!std::exchange(slot->token.expiring_waits, true)) {
        SetTime(due.expires, slots_.AddControl(due.slot)
                                 .mutable_notice()
                                 ->mutable_token_expiring()
                                 ->mutable_expire_time());
      }
    }
    NoteStream();
  }
  for (const SessionRef& session : over) engine_.Detach(session, this, DetachCause::kBroken);
}

}  // namespace signaling
