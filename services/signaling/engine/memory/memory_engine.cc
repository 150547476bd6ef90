#include "services/signaling/engine/memory/memory_engine.h"

#include <string_view>
#include <utility>

#include "absl/hash/hash.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/core/access.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/renewal.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// A gateway stops reading at 128 KiB, which the message that reaches it may exceed.
constexpr std::size_t kMaxWaitingBytes = kMaxUnacknowledgedBytes + kMaxMessageBytes;

// Short enough to read aloud in a log, long enough never to meet another.
std::string NewClientId() { return "c-" + NewRandomId().substr(0, 12); }

std::size_t HashOf(const v1::Open& open, const Identity& identity) {
  return absl::HashOf(open.path(), open.client_id(), open.room(), identity.client_id);
}

}  // namespace

MemoryEngine::MemoryEngine(const EngineOptions& options, const Clock& clock,
                           EngineObserver& observer)
    : options_(options),
      back_office_(*this),
      state_(options_, clock, observer),
      commands_(state_),
      connections_(options_, state_.clock, state_.chronicle, state_.delivery) {}

Session* MemoryEngine::FindId(const SessionId& id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session* MemoryEngine::Find(const SessionRef& ref) {
  Session* session = FindId(ref.id);
  if (session == nullptr) return nullptr;
  const std::uint64_t epoch = ref.epoch != 0 ? ref.epoch : session->open_epoch;
  return epoch == session->epoch ? session : nullptr;
}

void MemoryEngine::Open(const SessionId& id, const v1::Open& open,
                        const absl::StatusOr<Identity>& identity, const Holder& holder) {
  MutexLock lock(mu_);
  v1::ResumeError resume_error = v1::RESUME_ERROR_UNSPECIFIED;
  if (open.has_resume()) resume_error = Resume(id, open, identity, holder);
  const bool resumed = open.has_resume() && resume_error == v1::RESUME_ERROR_UNSPECIFIED;
  if (!resumed && !connections_.RefuseEnded(id, holder)) {
    absl::Status refusal = identity.status();
    if (refusal.ok()) refusal = MayBeCalled(*identity, open.client_id());
    if (refusal.ok()) {
      OpenOrAgain(id, open, *identity, holder, resume_error);
    } else {
      RefuseOpening(id, identity.ok() ? identity->client_id : open.client_id(), MakeClosed(refusal),
                    holder);
    }
  }
  Settle();
}

void MemoryEngine::RefuseOpening(const SessionId& id, std::string_view client_id, v1::Closed closed,
                                 const Holder& holder) {
  state_.chronicle.OpeningRefused(id, client_id, closed.error().reason());
  holder.sink->OnClosed(holder.tag, std::move(closed));
}

void MemoryEngine::OpenOrAgain(const SessionId& id, const v1::Open& open, const Identity& identity,
                               const Holder& holder, v1::ResumeError resume_error) {
  Session* session = FindId(id);
  if (session == nullptr) {
    session = Make(id, open, identity, holder);
    if (absl::Status status = AddMetadata(identity, &session->metadata); !status.ok()) {
      return Close(session, v1::LEAVE_REASON_CLOSED, MakeClosed(status));
    }
    OpenNow(session, open.room_is_default() ? DefaultRoom(identity, open.room()) : open.room(),
            resume_error);
  } else if (session->outbox.acked_seq() > 0 || session->opening != HashOf(open, identity) ||
             state_.clock.Now() - session->opened_time > options_.resume_window) {
    holder.sink->OnClosed(holder.tag,
                          MakeClosed(Reason::kInvalidMessage, "this session_id is in use"));
    state_.chronicle.Note(
        session, {.kind = v1::STEP_KIND_REFUSED, .reason = v1::ERROR_REASON_INVALID_MESSAGE});
  } else {
    connections_.OpenAgain(session, open, holder, resume_error);
    ProbeWhereAwaited(session);
  }
}

v1::ResumeError MemoryEngine::Resume(const SessionId& opener, const v1::Open& open,
                                     const absl::StatusOr<Identity>& identity,
                                     const Holder& holder) {
  const std::optional<SessionId> id = SessionId::Parse(open.resume().session_id());
  if (!id) return v1::RESUME_ERROR_INVALID;
  Session* session = FindId(*id);
  if (session != nullptr && identity.ok() && identity->client_id != session->identity.client_id) {
    state_.chronicle.ResumeRefused(*id, session, v1::ERROR_REASON_UNAUTHENTICATED);
    return v1::RESUME_ERROR_INVALID;
  }
  // Called back at once, under the lock.
  const auto may_go_on = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::Status {
    // One that does not do is as if it were not there.
    if (identity.ok()) Renew(session, *identity, state_.rooms).IgnoreError();
    if (state_.clock.Now() < session->identity.expires + options_.token_grace)
      return absl::OkStatus();
    // A new one was shown, and may be good.
    if (RefusalReason(identity.status()) == Reason::kUnavailable) return identity.status();
    return Refusal(Reason::kTokenExpired, "the session's token has ended: a new one is needed");
  };
  const v1::ResumeError error = connections_.Resume(*id, session, opener, open, may_go_on, holder);
  if (session != nullptr) ProbeWhereAwaited(session);
  Settle();  // one that has lost events frees its seat for the one that is opened instead
  return error;
}

void MemoryEngine::Attach(const SessionId& id, const v1::Attach& attach, const Holder& holder) {
  MutexLock lock(mu_);
  Session* session = FindId(id);
  connections_.Attach(id, session, attach, holder);
  if (session != nullptr) ProbeWhereAwaited(session);
  Settle();
}

void MemoryEngine::Refresh(const SessionRef& ref, const Identity& identity) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr || session->holder.sink == nullptr) return;
  const absl::Status status = Renew(session, identity, state_.rooms);
  const auto& [sink, tag] = session->holder;
  if (status.ok()) {
    sink->OnRefreshed(tag, identity.expires);
  } else {
    sink->OnRefreshed(tag, status);
  }
  Settle();
}

Session* MemoryEngine::Make(const SessionId& id, const v1::Open& open, const Identity& identity,
                            const Holder& holder) {
  auto made = std::make_unique<Session>(id, ++last_number_, options_, &state_.outboxes);
  Session* session = made.get();
  sessions_.emplace(id, std::move(made));
  state_.sessions.emplace(session->number, session);
  session->holder = holder;
  session->opening = HashOf(open, identity);
  session->opener = id;
  session->attempt = open.attempt();
  session->plain = open.path() == v1::SESSION_PATH_PLAIN;
  session->resumable = !session->plain;
  session->may_adopt = session->plain && open.client_id().empty() && !identity.authenticated;
  session->identity = identity;
  session->client_id = identity.authenticated ? identity.client_id : open.client_id();
  if (session->client_id.empty()) session->client_id = NewClientId();
  session->metadata = open.metadata();
  session->opened_time = state_.clock.Now();
  session->opened_at = state_.clock.Uptime();
  KeepTrace(open, session);
  session->remote_address = open.remote_address();
  return session;
}

void MemoryEngine::OpenNow(Session* session, const std::string& room_name,
                           v1::ResumeError resume_error) {
  if (!room_name.empty()) {
    const Rooms::Admission admission = state_.rooms.Admit(*session, room_name);
    absl::Status refusal = admission.refusal;
    if (admission.must_knock) {
      refusal = Refusal(Reason::kPermissionDenied, "one knocks at this room, which / cannot do");
    }
    if (refusal.ok() && admission.rival != nullptr) {
      PendingClaim claim;
      claim.room = room_name;
      return Wait(session, admission.rival, std::move(claim));
    }
    if (refusal.ok()) {
      const absl::StatusOr<Room*> seat = state_.rooms.TakeSeat(session, room_name, {});
      if (seat.ok()) {
        session->opened_room = std::make_unique<v1::Joined>((*seat)->ViewOf(*session));
      }
      refusal = seat.status();
    }
    if (!refusal.ok()) return Close(session, v1::LEAVE_REASON_CLOSED, MakeClosed(refusal));
  }
  connections_.Open(session, resume_error);
  if (session->room != nullptr) state_.rooms.Announce(session);
}

void MemoryEngine::Detach(const SessionRef& ref, const SessionSink* holder, DetachCause cause) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr || session->holder.sink != holder) return;
  const bool gone = cause == DetachCause::kBroken && !(session->opened && session->resumable);
  if (cause == DetachCause::kBye) {
    Close(session, v1::LEAVE_REASON_LEFT, MakeNormalClosed());
  } else if (cause == DetachCause::kFault) {
    Close(session, v1::LEAVE_REASON_CLOSED, MakeNormalClosed());
  } else if (gone) {
    Close(session, v1::LEAVE_REASON_TIMEOUT, MakeNormalClosed());
  } else {
    connections_.LetGo(session, cause != DetachCause::kBroken);
    session->sent_away = cause == DetachCause::kDraining;
    // Nobody is there any more who could answer.
    for (Session* waiting : waiting_) {
      if (waiting->pending->incumbent == session) {
        waiting->pending->deadline = ProbeDeadline(*session);
      }
    }
  }
  Settle();
}

void MemoryEngine::SetResumable(const SessionRef& ref) {
  MutexLock lock(mu_);
  if (Session* session = Find(ref)) session->resumable = true;
}

void MemoryEngine::Apply(const SessionRef& ref, v1::UpFrame* frame) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr) return;
  session->tokens.Confirm();
  if (session->pending == nullptr) {
    ApplyNow(session, frame);
  } else if (!session->pending->frames.empty() &&
             frame->id() <= session->pending->frames.back().id()) {
    // Sent again after a move or a resume: it waits here already.
  } else if (session->pending->frames.size() < kMaxUnacknowledgedMessages &&
             session->pending->bytes < kMaxWaitingBytes) {
    session->pending->bytes += frame->ByteSizeLong();
    session->pending->frames.emplace_back().Swap(frame);
  } else {
    Close(session, v1::LEAVE_REASON_CLOSED,
          MakeClosed(Reason::kInvalidMessage, "too many unacknowledged messages"));
  }
  Settle();
}

void MemoryEngine::ApplyNow(Session* session, v1::UpFrame* frame) {
  const std::uint64_t id = frame->id();
  const auto& [sink, tag] = session->holder;
  if (id <= session->last_id) {
    if (sink != nullptr) sink->OnApplied(tag, session->last_id);
    return;
  }
  if (frame->after_id() > session->last_id) {
    if (sink != nullptr) sink->OnGap(tag, session->last_id);
    return;
  }
  const Commands::Outcome outcome = commands_.Execute(session, frame);
  if (outcome.rival != nullptr) {
    PendingClaim claim;
    claim.frames.emplace_back().Swap(frame);
    return Wait(session, outcome.rival, std::move(claim));
  }
  Processed(session, id);
  if (outcome.gave_up_name) ResolveWaitersOf(session, /*taken=*/false);
}

void MemoryEngine::Processed(Session* session, std::uint64_t id) {
  session->last_id = id;
  ++session->counts.received;
  const auto& [sink, tag] = session->holder;
  if (sink != nullptr) sink->OnApplied(tag, id);
}

void MemoryEngine::Close(Session* session, v1::LeaveReason reason, v1::Closed closed) {
  const auto found = sessions_.find(session->id);
  if (found == sessions_.end()) return;  // ended already in this operation
  ended_.push_back(std::move(found->second));
  sessions_.erase(found);
  state_.sessions.erase(session->number);
  std::erase(waiting_, session);
  session->ending = true;
  state_.rooms.StopKnocking(session);
  state_.rooms.FreeSeat(session, reason);
  state_.offers.SessionEnded(session);
  state_.chronicle.SessionEnded(session, reason, closed);
  connections_.End(session, std::move(closed));
  ResolveWaitersOf(session, /*taken=*/false);
}

void MemoryEngine::Measured(const SessionRef& ref, absl::Duration round_trip) {
  MutexLock lock(mu_);
  if (Session* session = Find(ref)) session->round_trip = round_trip;
}

void MemoryEngine::Acknowledge(const SessionRef& ref, std::uint64_t seq) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr) return;
  session->tokens.Confirm();
  connections_.Acknowledge(session, seq);
}

PullResult MemoryEngine::Pull(const SessionRef& ref, std::uint64_t after_seq, std::uint32_t slot,
                              PullBudget* budget, v1::DownBatch* batch) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr) return {.last_seq = after_seq, .more = false};
  const PullResult result = connections_.Pull(session, after_seq, slot, budget, batch);
  state_.clock.EndOperation();
  return result;
}

void MemoryEngine::Expire() {
  MutexLock lock(mu_);
  state_.clock.Synchronize();
  state_.chronicle.Expire();
  state_.offers.Expire();
  state_.rooms.Expire();
  while (Session* session = connections_.Expire()) {
    // Who was sent away could not come back.
    Close(session, v1::LEAVE_REASON_TIMEOUT,
          session->sent_away ? MakeClosed(Reason::kDraining, "the service stops")
                             : MakeNormalClosed());
  }
  const absl::Duration now = state_.clock.Uptime();
  const std::vector<Session*> candidates = waiting_;
  for (Session* session : candidates) {
    // Acting for one may have ended or decided another.
    if (session->ending || session->pending == nullptr || session->pending->deadline > now)
      continue;
    Replace(session);
  }
  Settle();
}

void MemoryEngine::Settle() {
  std::vector<Delivery::Ending> endings;
  do {
    endings = state_.delivery.TakeEndings();
    for (Delivery::Ending& ending : endings) {
      Close(ending.session, ending.reason, std::move(ending.closed));
    }
    if (endings.empty()) state_.rooms.Settle();
  } while (!endings.empty() || state_.delivery.has_endings());
  ended_.clear();
  state_.clock.EndOperation();
}

EngineStats MemoryEngine::Stats() const {
  MutexLock lock(mu_);
  return {.sessions = sessions_.size(),
          .detached = connections_.away(),
          .rooms = state_.rooms.by_name().size(),
          .participants = state_.rooms.participants(),
          .offers = state_.offers.size(),
          .outbox_events = state_.outboxes.events,
          .outbox_bytes = state_.outboxes.bytes};
}

}  // namespace signaling
