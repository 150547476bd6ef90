// StreamSessions, where it matters who a client is: openings wait for that, and tokens end.
#include <utility>

#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/session_log.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

}  // namespace

void StreamSessions::OpenAs(std::uint32_t number, const SessionId& id, const v1::Open& open,
                            const absl::StatusOr<Identity>& identity) {
  LogOpening(id, open);
  if (!identity.ok()) LogNotAuthenticated(id, open.remote_address(), identity.status());
  {
    MutexLock door(door_mu_);
    {
      MutexLock lock(mu_);
      Slot* slot = FindHeld(number, id);
      if (slot == nullptr) return;
      if (takes_no_more_ || detached_all_) {
        return Close(number, *slot, detached_all_ ? MakeNormalClosed() : ServiceGoes());
      }
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
    {
      MutexLock lock(mu_);
      Slot* slot = FindHeld(number, opened_as);
      if (slot == nullptr) return;
      if (slot->held->empty()) return slot->held.reset();
      frames.swap(*slot->held);
      session = {slot->id, slot->epoch};
    }
    for (v1::UpFrame& frame : frames) Act(number, session, &frame);
  }
}

void StreamSessions::Refresh(std::uint32_t number, const SessionRef& session,
                             const std::string& token) {
  authenticator_.Authenticate(
      token, [this, stream = stream_, number, session](const absl::StatusOr<Identity>& identity) {
        const auto alive = stream.lock();
        if (alive == nullptr) return;
        if (identity.ok()) return engine_.Refresh(session, *identity);
        LogNotAuthenticated(session.id, {}, identity.status());
        MutexLock lock(mu_);
        const Slot* slot = slots_.Find(number);
        if (slot == nullptr || slot->closed || !(slot->id == session.id)) return;
        TellRefused(number, identity.status());
      });
}

void StreamSessions::OnRefreshed(std::uint64_t tag, absl::StatusOr<absl::Time> expires) {
  MutexLock lock(mu_);
  const auto number = static_cast<std::uint32_t>(tag);
  if (slots_.Find(number) == nullptr) return;
  if (expires.ok()) return token_times_.Set(number, *expires);
  TellRefused(number, expires.status());
}

// The session goes on with the token that it has: nothing is to be done until that ends.
void StreamSessions::TellRefused(std::uint32_t number, const absl::Status& refusal) {
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
        slot->token_ended = true;
        over.push_back({slot->id, slot->epoch});
      } else {
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
