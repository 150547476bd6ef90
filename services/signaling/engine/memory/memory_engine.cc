#include "services/signaling/engine/memory/memory_engine.h"

#include <string_view>
#include <utility>

#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

v1::LeaveReason LeaveReasonOf(DetachCause cause) {
  switch (cause) {
    case DetachCause::kBye: return v1::LEAVE_REASON_LEFT;
    case DetachCause::kFault: return v1::LEAVE_REASON_CLOSED;
    default: return v1::LEAVE_REASON_TIMEOUT;
  }
}

// A gateway stops reading at 128 KiB, which the message that reaches it may exceed.
constexpr std::size_t kMaxWaitingBytes = kMaxUnacknowledgedBytes + kMaxMessageBytes;

// Short enough to read aloud in a log, long enough never to meet another.
std::string NewClientId() { return "c-" + NewRandomId().substr(0, 12); }

}  // namespace

MemoryEngine::MemoryEngine(const EngineOptions& options, const Clock& clock)
    : options_(options), clock_(clock), back_office_(*this), state_(options_, clock) {}

MemoryEngine::~MemoryEngine() = default;

Session* MemoryEngine::Find(const SessionRef& ref) {
  const auto found = sessions_.find(ref.id);
  if (found == sessions_.end()) return nullptr;
  // Nothing raises a session's epoch here, so the one it was opened with is the only one.
  if (ref.epoch != 0 && ref.epoch != found->second->epoch) return nullptr;
  return found->second.get();
}

void MemoryEngine::Open(const SessionId& id, const v1::Open& open, const Holder& holder) {
  MutexLock lock(mu_);
  SessionSink* const sink = holder.sink;
  const std::uint64_t tag = holder.tag;
  if (const auto found = sessions_.find(id); found != sessions_.end()) {
    const Session& session = *found->second;
    if (session.sink == sink && session.tag == tag) return;
    return sink->OnClosed(tag, MakeClosed(Reason::kInvalidMessage, "this session_id is in use"));
  }
  auto made = std::make_unique<Session>(id, ++last_epoch_, options_);
  Session* session = made.get();
  sessions_.emplace(id, std::move(made));
  state_.sessions.emplace(session->epoch, session);
  session->sink = sink;
  session->tag = tag;
  session->plain = open.path() == v1::SESSION_PATH_PLAIN;
  session->may_adopt = session->plain && open.client_id().empty();
  session->client_id = open.client_id().empty() ? NewClientId() : open.client_id();
  session->metadata = open.metadata();
  session->opened_time = clock_.Now();
  session->remote_address = open.remote_address();
  OpenNow(session, open.room());
  Settle();
}

void MemoryEngine::OpenNow(Session* session, const std::string& room_name) {
  v1::Opened opened;
  opened.set_session_id(session->id.ToString());
  opened.set_epoch(session->epoch);
  opened.set_client_id(session->client_id);
  opened.set_relay_only(options_.relay_only);
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
      if (seat.ok()) *opened.mutable_room() = (*seat)->ViewOf(*session);
      refusal = seat.status();
    }
    if (!refusal.ok()) return Close(session, v1::LEAVE_REASON_CLOSED, MakeClosed(refusal));
  }
  session->opened = true;
  session->sink->OnOpened(session->tag, std::move(opened));
  if (session->room != nullptr) state_.rooms.Announce(session);
}

void MemoryEngine::Attach(const SessionId&, const v1::Attach&, const Holder& holder) {
  holder.sink->OnClosed(holder.tag, MakeClosed(Reason::kUnavailable, "the session is not known"));
}

void MemoryEngine::SetResumable(const SessionRef&) {}

void MemoryEngine::Detach(const SessionRef& ref, const SessionSink* holder, DetachCause cause) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr || session->sink != holder) return;
  Close(session, LeaveReasonOf(cause), MakeNormalClosed());
  Settle();
}

void MemoryEngine::Apply(const SessionRef& ref, v1::UpFrame* frame) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr) return;
  if (session->pending == nullptr) {
    ApplyNow(session, frame);
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
  if (id <= session->last_id) return session->sink->OnApplied(session->tag, session->last_id);
  if (frame->after_id() > session->last_id)
    return session->sink->OnGap(session->tag, session->last_id);
  const Outcome outcome = Execute(session, frame);
  if (outcome.rival == nullptr) return Processed(session, id);
  PendingClaim claim;
  claim.frames.emplace_back().Swap(frame);
  Wait(session, outcome.rival, std::move(claim));
}

void MemoryEngine::Processed(Session* session, std::uint64_t id) {
  session->last_id = id;
  session->sink->OnApplied(session->tag, id);
}

MemoryEngine::Outcome MemoryEngine::Execute(Session* session, v1::UpFrame* frame) {
  switch (frame->body_case()) {
    case v1::UpFrame::kRoom:
      if (frame->room().has_join()) return Join(session, *frame);
      if (frame->room().has_leave()) Leave(session, *frame);
      if (frame->room().has_update()) {
        session->metadata.swap(*frame->mutable_room()->mutable_update()->mutable_metadata());
        state_.rooms.TellUpdated(session, session->client_id);
      }
      return {};
    case v1::UpFrame::kSignal: return Signal(session, frame);
    case v1::UpFrame::kApp:
      if (session->room == nullptr) {
        Refuse(session, frame->id(), Refusal(Reason::kNotInRoom, "join a room first"));
      } else {
        state_.router.App(session, frame);
      }
      return {};
    case v1::UpFrame::kOffer: Offer(session, frame); return {};
    case v1::UpFrame::kModerate: state_.moderation.Execute(session, *frame); return {};
    case v1::UpFrame::kRefused:
      state_.delivery.Refuse(session, frame->id(), static_cast<Reason>(frame->refused().reason()),
                             frame->refused().message());
      return {};
    default: return {};
  }
}

void MemoryEngine::Refuse(Session* session, std::uint64_t id, const absl::Status& refusal) {
  state_.delivery.Refuse(session, id, refusal);
}

MemoryEngine::Outcome MemoryEngine::Join(Session* session, const v1::UpFrame& frame) {
  const v1::Join& join = frame.room().join();
  Rooms& rooms = state_.rooms;
  if (session->room != nullptr || session->knocking != nullptr) {
    Refuse(session, frame.id(),
           Refusal(Reason::kAlreadyInRoom, "leave the room first: one at a time"));
    return {};
  }
  const Rooms::Admission admission = rooms.Admit(*session, join.room());
  absl::Status refusal = admission.refusal;
  if (refusal.ok() && admission.rival != nullptr) {
    if (!join.keep_existing()) return {.rival = admission.rival};
    refusal = Refusal(Reason::kClientIdTaken, "another session is here under this client_id");
  }
  if (refusal.ok()) {
    const auto accept = [&] {
      if (!join.metadata().empty()) session->metadata = join.metadata();
    };
    if (admission.must_knock) {
      refusal = rooms.Knock(session, rooms.Find(join.room()), frame.id());
      if (refusal.ok()) return accept(), Outcome{};
    } else {
      const absl::StatusOr<Room*> seat = rooms.TakeSeat(session, join.room(), join.options());
      if (seat.ok()) {
        accept();
        v1::DownFrame answer;
        *answer.mutable_room()->mutable_joined() = (*seat)->ViewOf(*session);
        state_.delivery.Answer(session, frame.id(), std::move(answer));
        rooms.Announce(session);
        return {};
      }
      refusal = seat.status();
    }
  }
  Refuse(session, frame.id(), refusal);
  return {};
}

void MemoryEngine::Leave(Session* session, const v1::UpFrame& frame) {
  if (session->room == nullptr && session->knocking == nullptr) {
    return Refuse(session, frame.id(), Refusal(Reason::kNotInRoom, "there is no room to leave"));
  }
  // The name that it may take is the one it has in the room that it opened into.
  session->may_adopt = false;
  state_.rooms.StopKnocking(session);
  state_.rooms.FreeSeat(session, v1::LEAVE_REASON_LEFT);
  v1::DownFrame answer;
  answer.mutable_room()->mutable_left()->set_reason(v1::LEAVE_REASON_LEFT);
  state_.delivery.Answer(session, frame.id(), std::move(answer));
  ResolveWaitersOf(session, /*taken=*/false);
}

void MemoryEngine::Offer(Session* session, v1::UpFrame* frame) {
  switch (frame->offer().command_case()) {
    case v1::OfferCommand::kCreate: return state_.mailbox.Create(session, frame);
    case v1::OfferCommand::kClaim: return state_.mailbox.Claim(session, *frame);
    case v1::OfferCommand::kWithdraw: return state_.mailbox.Withdraw(session, *frame);
    case v1::OfferCommand::COMMAND_NOT_SET: return;
  }
}

MemoryEngine::Outcome MemoryEngine::Signal(Session* session, v1::UpFrame* frame) {
  const bool by_offer = !frame->signal().offer_id().empty();
  if (!by_offer && session->room == nullptr) {
    Refuse(session, frame->id(), Refusal(Reason::kNotInRoom, "join a room first"));
    return {};
  }
  const std::string& named = frame->signal().client_id();
  const bool may_adopt = session->may_adopt;
  if (!named.empty() && named != session->client_id) {
    if (!may_adopt) {
      Refuse(session, frame->id(),
             Refusal(Reason::kClientIdMismatch, "client_id is not this session's"));
      return {};
    }
    if (Session* rival = Adopt(session, named)) return {.rival = rival};
    if (session->ending) return {};
  }
  if (!named.empty()) session->may_adopt = false;
  if (by_offer) {
    state_.mailbox.Signal(session, frame);
  } else {
    state_.router.Signal(session, frame);
  }
  // Those who want the name it had before can have it.
  if (may_adopt && !session->may_adopt) ResolveWaitersOf(session, /*taken=*/false);
  return {};
}

Session* MemoryEngine::Adopt(Session* session, const std::string& client_id) {
  if (state_.rooms.bans().Has(session->room->name(), client_id)) {
    state_.delivery.End(session, v1::LEAVE_REASON_KICKED,
                        MakeClosed(Reason::kBanned, "this client_id was removed from the room"));
    state_.rooms.FreeSeat(session, v1::LEAVE_REASON_KICKED);
    return nullptr;
  }
  if (Session* rival = session->room->Find(client_id)) return rival;
  const std::string before = std::exchange(session->client_id, client_id);
  state_.offers.Renamed(session);
  state_.rooms.TellUpdated(session, before);
  return nullptr;
}

void MemoryEngine::Close(Session* session, v1::LeaveReason reason, v1::Closed closed) {
  const auto found = sessions_.find(session->id);
  if (found == sessions_.end()) return;  // ended already in this operation
  ended_.push_back(std::move(found->second));
  sessions_.erase(found);
  state_.sessions.erase(session->epoch);
  std::erase(waiting_, session);
  session->ending = true;
  state_.rooms.StopKnocking(session);
  state_.rooms.FreeSeat(session, reason);
  state_.offers.SessionEnded(session);
  session->sink->OnClosed(session->tag, std::move(closed));
  ResolveWaitersOf(session, /*taken=*/false);
}

void MemoryEngine::Alive(const SessionRef& ref) {
  MutexLock lock(mu_);
  const Session* session = Find(ref);
  if (session == nullptr) return;
  ResolveWaitersOf(session, /*taken=*/true);
  Settle();
}

void MemoryEngine::Measured(const SessionRef& ref, absl::Duration round_trip) {
  MutexLock lock(mu_);
  if (Session* session = Find(ref)) session->round_trip = round_trip;
}

void MemoryEngine::Wait(Session* session, Session* rival, PendingClaim claim) {
  claim.incumbent = rival;
  claim.deadline = clock_.Uptime() + options_.probe_timeout;
  session->pending = std::make_unique<PendingClaim>(std::move(claim));
  waiting_.push_back(session);
  rival->sink->OnProbe(rival->tag);
}

void MemoryEngine::ResolveWaitersOf(const Session* rival, bool taken) {
  const std::vector<Session*> candidates = waiting_;
  for (Session* session : candidates) {
    // Resolving one may end or re-queue another.
    if (session->pending != nullptr && session->pending->incumbent == rival)
      Resolve(session, taken);
  }
}

void MemoryEngine::Resolve(Session* session, bool taken) {
  const std::unique_ptr<PendingClaim> claim = std::move(session->pending);
  std::erase(waiting_, session);
  if (session->ending) return;
  session->replaces = claim->replaces;
  constexpr std::string_view kTaken = "another session is here under this client_id";
  if (!claim->room.empty()) {
    if (taken) {
      return Close(session, v1::LEAVE_REASON_CLOSED, MakeClosed(Reason::kClientIdTaken, kTaken));
    }
    OpenNow(session, claim->room);
    if (session->ending) return;  // the room did not take it
  } else if (taken) {
    const std::uint64_t id = claim->frames.front().id();
    state_.delivery.Refuse(session, id, Reason::kClientIdTaken, kTaken);
    Processed(session, id);
    claim->frames.pop_front();
  }
  while (!claim->frames.empty() && session->pending == nullptr && !session->ending) {
    ApplyNow(session, &claim->frames.front());
    claim->frames.pop_front();
    session->replaces = false;
  }
  session->replaces = false;
  if (session->ending) return;
  for (v1::UpFrame& frame : claim->frames) session->pending->frames.push_back(std::move(frame));
}

void MemoryEngine::Acknowledge(const SessionRef& ref, std::uint64_t seq) {
  MutexLock lock(mu_);
  if (Session* session = Find(ref)) session->outbox.Acknowledge(seq);
}

PullResult MemoryEngine::Pull(const SessionRef& ref, std::uint64_t after_seq, std::uint32_t slot,
                              PullBudget* budget, v1::DownBatch* batch) {
  MutexLock lock(mu_);
  const Session* session = Find(ref);
  if (session == nullptr) return {.last_seq = after_seq, .more = false};
  return session->outbox.Pull(after_seq, slot, budget, batch);
}

void MemoryEngine::Expire() {
  MutexLock lock(mu_);
  state_.offers.Expire();
  state_.rooms.Expire();
  const absl::Duration now = clock_.Uptime();
  const std::vector<Session*> candidates = waiting_;
  for (Session* session : candidates) {
    // Acting for one may have ended or decided another.
    if (session->ending || session->pending == nullptr || session->pending->deadline > now)
      continue;
    session->pending->replaces = true;
    Close(session->pending->incumbent, v1::LEAVE_REASON_REPLACED,
          MakeClosed(Reason::kSessionReplaced,
                     "another session took this client_id, and nobody answered here"));
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
}

EngineStats MemoryEngine::Stats() const {
  MutexLock lock(mu_);
  return {.sessions = sessions_.size(),
          .rooms = state_.rooms.by_name().size(),
          .participants = state_.rooms.participants(),
          .offers = state_.offers.size()};
}

}  // namespace signaling
