#include "services/signaling/engine/memory/memory_engine.h"

#include <string_view>
#include <utility>

#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

v1::LeaveReason LeaveReasonOf(v1::Detach::Cause cause) {
  switch (cause) {
    case v1::Detach::CAUSE_BYE: return v1::LEAVE_REASON_LEFT;
    case v1::Detach::CAUSE_FAULT: return v1::LEAVE_REASON_CLOSED;
    default: return v1::LEAVE_REASON_TIMEOUT;
  }
}

// Short enough to read aloud in a log, long enough never to meet another.
std::string NewClientId() { return "c-" + NewRandomId().substr(0, 12); }

}  // namespace

MemoryEngine::MemoryEngine(const EngineOptions& options, const Clock& clock)
    : options_(options), clock_(clock), router_(options_, delivery_) {}

MemoryEngine::~MemoryEngine() = default;

Session* MemoryEngine::Find(const SessionRef& ref) {
  const auto found = sessions_.find(ref.id);
  if (found == sessions_.end()) return nullptr;
  // Nothing raises a session's epoch here, so the one it was opened with is the only one.
  if (ref.epoch != 0 && ref.epoch != found->second->epoch) return nullptr;
  return found->second.get();
}

void MemoryEngine::Open(const SessionId& id, const v1::Open& open, SessionSink* sink,
                        std::uint64_t tag) {
  MutexLock lock(mu_);
  if (const auto found = sessions_.find(id); found != sessions_.end()) {
    const Session& session = *found->second;
    if (session.sink == sink && session.tag == tag) return;
    return sink->OnClosed(tag, MakeClosed(Reason::kInvalidMessage, "this session_id is in use"));
  }
  auto made = std::make_unique<Session>(id, ++last_epoch_, options_);
  Session* session = made.get();
  sessions_.emplace(id, std::move(made));
  session->sink = sink;
  session->tag = tag;
  session->plain = open.path() == v1::SESSION_PATH_PLAIN;
  session->may_adopt = session->plain && open.client_id().empty();
  session->client_id = open.client_id().empty() ? NewClientId() : open.client_id();
  session->metadata = open.metadata();
  OpenNow(session, open.room());
  Settle();
}

void MemoryEngine::OpenNow(Session* session, const std::string& room_name) {
  v1::Opened opened;
  opened.set_session_id(session->id.ToString());
  opened.set_epoch(session->epoch);
  opened.set_client_id(session->client_id);
  if (!room_name.empty()) {
    if (Room* room = FindRoom(room_name)) {
      if (Session* rival = room->Find(session->client_id)) {
        PendingClaim claim;
        claim.room = room_name;
        return Wait(session, rival, std::move(claim));
      }
    }
    const Room* room = TakeSeat(session, room_name);
    if (room == nullptr) {
      return Close(session, v1::LEAVE_REASON_CLOSED,
                   MakeClosed(Reason::kRoomFull, "the room is full"));
    }
    *opened.mutable_room() = room->ViewOf(*session);
  }
  session->opened = true;
  session->sink->OnOpened(session->tag, std::move(opened));
  if (session->room != nullptr) Announce(session);
}

void MemoryEngine::End(const SessionId& id, const SessionSink* holder, v1::Detach::Cause cause) {
  MutexLock lock(mu_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->sink != holder) return;
  Close(found->second.get(), LeaveReasonOf(cause), MakeNormalClosed());
  Settle();
}

void MemoryEngine::Apply(const SessionRef& ref, v1::UpFrame* frame) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr) return;
  if (session->pending == nullptr) {
    ApplyNow(session, frame);
  } else if (session->pending->frames.size() < kMaxUnacknowledgedMessages) {
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
      if (frame->room().has_update()) Update(session, frame);
      return {};
    case v1::UpFrame::kRefused:
      delivery_.Refuse(session, frame->id(), static_cast<Reason>(frame->refused().reason()),
                       frame->refused().message());
      return {};
    default: break;
  }
  if (session->room == nullptr) {
    delivery_.Refuse(session, frame->id(), Reason::kNotInRoom, "join a room first");
    return {};
  }
  if (frame->has_signal()) return Signal(session, frame);
  if (frame->has_app()) router_.App(session, frame);
  return {};
}

MemoryEngine::Outcome MemoryEngine::Join(Session* session, const v1::UpFrame& frame) {
  const v1::Join& join = frame.room().join();
  if (session->room != nullptr) {
    delivery_.Refuse(session, frame.id(), Reason::kAlreadyInRoom,
                     "leave the room first: one at a time");
    return {};
  }
  if (Room* room = FindRoom(join.room())) {
    if (Session* rival = room->Find(session->client_id)) {
      if (!join.keep_existing()) return {.rival = rival};
      delivery_.Refuse(session, frame.id(), Reason::kClientIdTaken,
                       "another session is here under this client_id");
      return {};
    }
  }
  const Room* room = TakeSeat(session, join.room());
  if (room == nullptr) {
    delivery_.Refuse(session, frame.id(), Reason::kRoomFull, "the room is full");
    return {};
  }
  if (!join.metadata().empty()) session->metadata = join.metadata();
  v1::DownFrame answer;
  *answer.mutable_room()->mutable_joined() = room->ViewOf(*session);
  delivery_.Answer(session, frame.id(), std::move(answer));
  Announce(session);
  return {};
}

void MemoryEngine::Leave(Session* session, const v1::UpFrame& frame) {
  if (session->room == nullptr) {
    return delivery_.Refuse(session, frame.id(), Reason::kNotInRoom, "there is no room to leave");
  }
  FreeSeat(session, v1::LEAVE_REASON_LEFT);
  v1::DownFrame answer;
  answer.mutable_room()->mutable_left()->set_reason(v1::LEAVE_REASON_LEFT);
  delivery_.Answer(session, frame.id(), std::move(answer));
  ResolveWaitersOf(session, /*taken=*/false);
}

void MemoryEngine::Update(Session* session, v1::UpFrame* frame) {
  session->metadata.swap(*frame->mutable_room()->mutable_update()->mutable_metadata());
  if (session->room == nullptr) return;
  delivery_.Tell(*session->room, session, [&](const Session& other, v1::RoomEvent* event) {
    event->mutable_participant_updated()->set_client_id(session->client_id);
    *event->mutable_participant_updated()->mutable_participant() = ParticipantView(*session, other);
  });
}

MemoryEngine::Outcome MemoryEngine::Signal(Session* session, v1::UpFrame* frame) {
  const std::string& named = frame->signal().client_id();
  const bool may_adopt = session->may_adopt;
  if (!named.empty() && named != session->client_id) {
    if (!session->may_adopt) {
      delivery_.Refuse(session, frame->id(), Reason::kClientIdMismatch,
                       "client_id is not this session's");
      return {};
    }
    if (Session* rival = session->room->Find(named)) return {.rival = rival};
    Adopt(session, named);
  }
  if (!named.empty()) session->may_adopt = false;
  router_.Signal(session, frame);
  // Those who want the name it had before can have it.
  if (may_adopt && !session->may_adopt) ResolveWaitersOf(session, /*taken=*/false);
  return {};
}

void MemoryEngine::Adopt(Session* session, const std::string& client_id) {
  const std::string before = std::exchange(session->client_id, client_id);
  delivery_.Tell(*session->room, session, [&](const Session& other, v1::RoomEvent* event) {
    event->mutable_participant_updated()->set_client_id(before);
    *event->mutable_participant_updated()->mutable_participant() = ParticipantView(*session, other);
  });
}

Room* MemoryEngine::FindRoom(const std::string& name) {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

Room* MemoryEngine::TakeSeat(Session* session, const std::string& name) {
  Room* room = FindRoom(name);
  if (room == nullptr) {
    room = rooms_.emplace(name, std::make_unique<Room>(name, options_.max_participants))
               .first->second.get();
  }
  if (room->full()) return nullptr;
  room->Add(session, ++last_join_order_, clock_.Now());
  ++participants_;
  return room;
}

void MemoryEngine::Announce(Session* newcomer) {
  delivery_.Tell(*newcomer->room, newcomer, [&](const Session& other, v1::RoomEvent* event) {
    *event->mutable_participant_joined()->mutable_participant() = ParticipantView(*newcomer, other);
  });
  router_.DeliverKept(newcomer);
}

void MemoryEngine::FreeSeat(Session* session, v1::LeaveReason reason) {
  Room* room = session->room;
  if (room == nullptr) return;
  room->Remove(session);
  --participants_;
  delivery_.Tell(*room, session, [&](const Session&, v1::RoomEvent* event) {
    event->mutable_participant_left()->set_client_id(session->client_id);
    event->mutable_participant_left()->set_reason(reason);
  });
  if (room->empty()) rooms_.erase(rooms_.find(room->name()));
}

void MemoryEngine::Close(Session* session, v1::LeaveReason reason, v1::Closed closed) {
  const auto found = sessions_.find(session->id);
  if (found == sessions_.end()) return;  // ended already in this operation
  ended_.push_back(std::move(found->second));
  sessions_.erase(found);
  std::erase(waiting_, session);
  session->overflowed = true;  // nothing more for it
  FreeSeat(session, reason);
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
  if (session->overflowed) return;
  constexpr std::string_view kTaken = "another session is here under this client_id";
  if (!claim->room.empty()) {
    if (taken) {
      return Close(session, v1::LEAVE_REASON_CLOSED, MakeClosed(Reason::kClientIdTaken, kTaken));
    }
    OpenNow(session, claim->room);
    if (session->overflowed) return;  // the room was full
  } else if (taken) {
    const std::uint64_t id = claim->frames.front().id();
    delivery_.Refuse(session, id, Reason::kClientIdTaken, kTaken);
    Processed(session, id);
    claim->frames.pop_front();
  }
  while (!claim->frames.empty() && session->pending == nullptr) {
    ApplyNow(session, &claim->frames.front());
    claim->frames.pop_front();
  }
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
  const absl::Duration now = clock_.Uptime();
  const std::vector<Session*> candidates = waiting_;
  for (const Session* session : candidates) {
    // Acting for one may have ended or decided another.
    if (session->overflowed || session->pending == nullptr || session->pending->deadline > now)
      continue;
    Close(session->pending->incumbent, v1::LEAVE_REASON_REPLACED,
          MakeClosed(Reason::kSessionReplaced,
                     "another session took this client_id, and nobody answered here"));
  }
  Settle();
}

void MemoryEngine::Settle() {
  for (std::vector<Session*> overflowed = delivery_.TakeOverflowed(); !overflowed.empty();
       overflowed = delivery_.TakeOverflowed()) {
    for (Session* session : overflowed) {
      Close(session, v1::LEAVE_REASON_OVERFLOW,
            MakeClosed(Reason::kSlowConsumer, "too many unacknowledged events"));
    }
  }
  ended_.clear();
}

EngineStats MemoryEngine::Stats() const {
  MutexLock lock(mu_);
  return {.sessions = sessions_.size(), .rooms = rooms_.size(), .participants = participants_};
}

}  // namespace signaling
