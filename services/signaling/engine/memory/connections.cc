#include "services/signaling/engine/memory/connections.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "services/common/ids.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// To a client that comes back, at a time: what it acknowledges at once, and well under a gateway's queue.
constexpr std::size_t kPortionEvents = 64;
constexpr std::size_t kPortionBytes = std::size_t{64} * 1024;

// A client that has not come back by then has forgotten, too.
constexpr absl::Duration kEndingsKept = absl::Minutes(5);

v1::Closed TakenOver() {
  return MakeClosed(Reason::kSessionReplaced, "the session goes on at another connection");
}

// Why a resume came to nothing, in the words of histories.
v1::ErrorReason ReasonOf(v1::ResumeError error) {
  switch (error) {
    case v1::RESUME_ERROR_EVENTS_LOST: return v1::ERROR_REASON_SLOW_CONSUMER;
    case v1::RESUME_ERROR_INVALID: return v1::ERROR_REASON_UNAUTHENTICATED;
    default: return v1::ERROR_REASON_SESSION_NOT_FOUND;
  }
}

}  // namespace

void KeepTrace(const v1::Open& open, Session* session) {
  if (open.traceparent().empty()) return;
  session->traceparent = std::make_unique<const std::string>(open.traceparent());
}

Connections::Connections(const EngineOptions& options, const Clock& clock, Chronicle& chronicle,
                         Delivery& delivery)
    : options_(options),
      chronicle_(chronicle),
      delivery_(delivery),
      presence_(clock, delivery),
      endings_(clock, kEndingsKept) {}

v1::Opened Connections::OpenedOf(const Session& session) const {
  v1::Opened opened;
  opened.set_session_id(session.id.ToString());
  opened.set_epoch(session.epoch);
  opened.set_client_id(session.client_id);
  opened.set_last_id(session.last_id);
  opened.set_relay_only(options_.relay_only);
  SetDuration(options_.resume_window, opened.mutable_resume_window());
  if (session.identity.expires != absl::InfiniteFuture()) {
    SetTime(session.identity.expires, opened.mutable_token_expire_time());
  }
  return opened;
}

void Connections::Tell(Session* session, v1::Opened opened, std::uint64_t received_seq) {
  const auto& [sink, tag] = session->holder;
  session->replay_from = received_seq;
  session->replay_to = session->outbox.last_seq();
  // Its link broke while it waited for its opening: it will be opened again.
  if (sink == nullptr) return;
  sink->OnOpened(tag, std::move(opened), TraceOf(*session));
  if (received_seq < session->outbox.last_seq()) sink->OnUnsent(tag);
}

void Connections::TellOpen(Session* session, v1::ResumeError resume_error) {
  v1::Opened opened = OpenedOf(*session);
  if (session->opened_room != nullptr) *opened.mutable_room() = *session->opened_room;
  opened.set_resume_error(resume_error);
  opened.set_resume_token(NewRandomId());
  session->tokens.Issue(opened.resume_token(), {});
  Tell(session, std::move(opened), 0);
}

void Connections::Open(Session* session, v1::ResumeError resume_error) {
  session->opened = true;
  if (resume_error != v1::RESUME_ERROR_UNSPECIFIED) {
    chronicle_.Note(session,
                    {.kind = v1::STEP_KIND_RESUME_REFUSED, .reason = ReasonOf(resume_error)});
  }
  chronicle_.Note(session, {.kind = v1::STEP_KIND_OPENED});
  TellOpen(session, resume_error);
}

void Connections::OpenAgain(Session* session, const v1::Open& open, const Holder& holder,
                            v1::ResumeError resume_error) {
  if (session->holder.sink == holder.sink && session->holder.tag == holder.tag) return;
  if (open.attempt() <= session->attempt) {
    return holder.sink->OnClosed(holder.tag, TakenOver());
  }
  session->attempt = open.attempt();
  Take(session, holder);
  if (!session->opened) return;  // the new holder will be told
  chronicle_.Note(session, {.kind = v1::STEP_KIND_ATTACHED});
  session->open_epoch = ++session->epoch;
  TellOpen(session, resume_error);
}

bool Connections::RefuseEnded(const SessionId& id, const Holder& holder) const {
  const EndedSessions::Ending* ending = endings_.Find(id);
  if (ending == nullptr) return false;
  holder.sink->OnClosed(holder.tag, ending->closed);
  return true;
}

v1::ResumeError Connections::Resume(const SessionId& id, Session* session, const SessionId& opener,
                                    const v1::Open& open,
                                    absl::FunctionRef<absl::Status()> may_go_on,
                                    const Holder& holder) {
  const v1::Resume& resume = open.resume();
  const auto refuse = [&](v1::ResumeError error) {
    chronicle_.ResumeRefused(id, session, ReasonOf(error));
    return error;
  };
  const auto refuse_opening = [&](v1::ErrorReason reason) {
    chronicle_.ResumeRefused(id, session, reason);
    chronicle_.OpeningRefused(opener, open.client_id(), reason);
  };
  if (const EndedSessions::Ending* ending = endings_.Find(id)) {
    if (!ending->tokens.Match(resume.token())) return refuse(v1::RESUME_ERROR_INVALID);
    if (ending->events_lost) return refuse(v1::RESUME_ERROR_EVENTS_LOST);
    refuse_opening(ending->closed.error().reason());
    holder.sink->OnClosed(holder.tag, ending->closed);
    return v1::RESUME_ERROR_UNSPECIFIED;
  }
  if (session == nullptr) return refuse(v1::RESUME_ERROR_SESSION_EXPIRED);
  if (!session->tokens.Match(resume.token())) return refuse(v1::RESUME_ERROR_INVALID);
  if (opener == session->opener && open.attempt() <= session->attempt) {
    holder.sink->OnClosed(holder.tag, TakenOver());
    return v1::RESUME_ERROR_UNSPECIFIED;
  }
  if (absl::Status status = may_go_on(); !status.ok()) {
    v1::Closed closed = MakeClosed(status);
    refuse_opening(closed.error().reason());
    // The session is there still, which the code of that reason denies.
    if (RefusalReason(status) == Reason::kUnavailable) {
      closed.set_close_code(static_cast<std::uint32_t>(CloseCode::kTryAgainLater));
    }
    holder.sink->OnClosed(holder.tag, std::move(closed));
    return v1::RESUME_ERROR_UNSPECIFIED;
  }
  if (resume.last_seq() < session->outbox.acked_seq() ||
      resume.last_seq() > session->outbox.last_seq()) {
    // So that it is remembered as one that lost events, should this answer not arrive.
    delivery_.End(session, v1::LEAVE_REASON_OVERFLOW,
                  MakeClosed(Reason::kSlowConsumer, "its client has not all of its events"));
    return refuse(v1::RESUME_ERROR_EVENTS_LOST);
  }
  ++session->counts.resumes;
  chronicle_.Note(session, {.kind = v1::STEP_KIND_RESUMED});
  KeepTrace(open, session);
  Take(session, holder);
  ++session->epoch;
  session->opener = opener;
  session->attempt = open.attempt();
  session->resumable = true;
  Acknowledge(session, resume.last_seq());
  v1::Opened opened = OpenedOf(*session);
  opened.set_resumed(true);
  opened.set_resume_token(NewRandomId());
  session->tokens.Issue(opened.resume_token(), resume.token());
  Tell(session, std::move(opened), resume.last_seq());
  return v1::RESUME_ERROR_UNSPECIFIED;
}

void Connections::Attach(const SessionId& id, Session* session, const v1::Attach& attach,
                         const Holder& holder) {
  const auto refuse = [&](v1::Closed closed) {
    holder.sink->OnClosed(holder.tag, std::move(closed));
  };
  if (session == nullptr || !session->opened) {
    if (RefuseEnded(id, holder)) return;
    return refuse(MakeClosed(Reason::kUnavailable, "the session is not known here"));
  }
  if (attach.epoch() != session->epoch || attach.attempt() <= session->attempt) {
    return refuse(TakenOver());
  }
  if (attach.received_seq() < session->outbox.acked_seq() ||
      attach.received_seq() > session->outbox.last_seq()) {
    return refuse(MakeClosed(Reason::kInternal, "events of this session are missing"));
  }
  session->attempt = attach.attempt();
  chronicle_.Note(session, {.kind = v1::STEP_KIND_ATTACHED});
  Take(session, holder);
  Acknowledge(session, attach.acked_seq());
  Tell(session, OpenedOf(*session), attach.received_seq());
}

void Connections::Take(Session* session, const Holder& holder) {
  if (session->holder.sink != nullptr) {
    session->holder.sink->OnClosed(session->holder.tag, TakenOver());
  }
  session->holder = holder;
  session->link_broken = false;
  session->sent_away = false;
  // The new holder hears of events only after it is told that the session is open.
  session->replay_to = 0;
  presence_.Return(session);
}

void Connections::LetGo(Session* session, bool link_broken) {
  session->holder.sink->OnClosed(session->holder.tag, MakeNormalClosed());
  session->holder = {};
  session->link_broken = link_broken;
  ++session->counts.detaches;
  chronicle_.Note(session, {.kind = v1::STEP_KIND_DETACHED});
  absl::Duration window = session->resumable ? options_.resume_window : absl::ZeroDuration();
  // Its client may still be there, and knows nothing of it.
  if (link_broken) window = std::max(window, options_.attach_window);
  presence_.Leave(session, window);
  while (presence_.bytes() > options_.max_detached_bytes) {
    Session* longest = presence_.TakeLongest();
    delivery_.End(longest, v1::LEAVE_REASON_TIMEOUT, MakeNormalClosed());
  }
}

void Connections::End(Session* session, v1::Closed closed) {
  presence_.Forget(session);
  const bool events_lost = closed.error().reason() == v1::ERROR_REASON_SLOW_CONSUMER;
  if (session->opened && (events_lost || closed.error().action() == v1::ERROR_ACTION_CLOSE)) {
    endings_.Add(session->id, {session->tokens, closed, events_lost});
  }
  if (session->holder.sink != nullptr) {
    session->holder.sink->OnClosed(session->holder.tag, std::move(closed));
  }
}

Session* Connections::Expire() {
  endings_.Expire();
  return presence_.Expire();
}

void Connections::Acknowledge(Session* session, std::uint64_t seq) {
  session->outbox.Acknowledge(seq);
  if (session->outbox.acked_seq() > 0) session->opened_room.reset();
  // For the next portion.
  if (session->replay_to > session->outbox.acked_seq() && session->holder.sink != nullptr) {
    session->holder.sink->OnUnsent(session->holder.tag);
  }
}

PullResult Connections::Pull(Session* session, std::uint64_t after_seq, std::uint32_t slot,
                             PullBudget* budget, v1::DownBatch* batch) {
  const Outbox& outbox = session->outbox;
  const std::uint64_t until =
      after_seq < session->replay_to
          ? outbox.EndOfPortion(session->replay_from, kPortionEvents, kPortionBytes)
          : outbox.last_seq();
  const PullResult result = outbox.Pull(after_seq, until, slot, budget, batch);
  TellPulled(session, std::max(after_seq, outbox.acked_seq()), result.last_seq);
  return result;
}

void Connections::TellPulled(Session* session, std::uint64_t after_seq, std::uint64_t last_seq) {
  const std::uint64_t replayed = std::min(last_seq, session->replay_to);
  if (replayed > after_seq) chronicle_.observer().OnReplayed(replayed - after_seq);
  for (std::uint64_t seq = std::max(after_seq, session->replay_to) + 1; seq <= last_seq; ++seq) {
    const absl::Duration came = session->outbox.TakeTimeOf(seq);
    if (came == absl::InfiniteDuration()) continue;
    chronicle_.observer().OnRelayed(chronicle_.Uptime() - came);
  }
}

}  // namespace signaling
