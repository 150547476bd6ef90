// MemoryEngine, where a session wants a client_id that another one has in the room.
#include <utility>

#include "services/signaling/core/access.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/memory_engine.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

}  // namespace

void MemoryEngine::Alive(const SessionRef& ref) {
  MutexLock lock(mu_);
  const Session* session = Find(ref);
  if (session == nullptr) return;
  ResolveWaitersOf(session, /*taken=*/true);
  Settle();
}

void MemoryEngine::Wait(Session* session, Session* rival, PendingClaim claim) {
  claim.incumbent = rival;
  const auto& [sink, tag] = rival->holder;
  claim.deadline = ProbeDeadline(*rival);
  session->pending = std::make_unique<PendingClaim>(std::move(claim));
  waiting_.push_back(session);
  if (ReplacesNamesakes(session->identity)) return Replace(session);
  if (sink != nullptr) sink->OnProbe(tag);
}

void MemoryEngine::Replace(Session* session) {
  session->pending->replaces = true;
  Close(session->pending->incumbent, v1::LEAVE_REASON_REPLACED,
        MakeClosed(Reason::kSessionReplaced, "a newer session took this client_id"));
}

absl::Duration MemoryEngine::ProbeDeadline(const Session& rival) const {
  if (rival.holder.sink != nullptr) return state_.clock.Uptime() + options_.probe_timeout;
  // Where there is no connection nobody can answer. Where it is the gateway's that broke, the client is asked after the
  // move, for which a while is left.
  return rival.link_broken ? rival.away_since + options_.attach_window : state_.clock.Uptime();
}

void MemoryEngine::ProbeWhereAwaited(const Session* rival) {
  const auto& [sink, tag] = rival->holder;
  if (sink == nullptr) return;
  bool awaited = false;
  for (Session* session : waiting_) {
    if (session->pending->incumbent != rival) continue;
    session->pending->deadline = ProbeDeadline(*rival);
    awaited = true;
  }
  if (awaited) sink->OnProbe(tag);
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
    OpenNow(session, claim->room, v1::RESUME_ERROR_UNSPECIFIED);
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

}  // namespace signaling
