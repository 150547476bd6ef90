#include "services/signaling/rpc/session_log.h"

#include <optional>
#include <string>

#include "services/common/log.h"
#include "services/common/logged_text.h"
#include "services/common/reason.h"
#include "services/common/traceparent.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

std::string_view CauseName(DetachCause cause) {
  switch (cause) {
    case DetachCause::kBroken: return "broken";
    case DetachCause::kLinkBroken: return "link_broken";
    case DetachCause::kDraining: return "draining";
    case DetachCause::kBye: return "bye";
    case DetachCause::kFault: break;
  }
  return "fault";
}

std::string_view CodeOf(const absl::Status& refusal) {
  return Info(RefusalReason(refusal).value_or(Reason::kInternal)).code;
}

void LogOpened(std::string_view id, std::string_view traceparent, const v1::Opened& opened) {
  log::Debug("session_opened", {{"session_id", id},
                                {"client_id", opened.client_id()},
                                {"room", opened.room().room()},
                                {"resumed", opened.resumed()},
                                {"epoch", std::uint64_t{opened.epoch()}},
                                log::IfAny("traceparent", traceparent)});
}

void LogClosed(std::string_view id, std::string_view traceparent, const v1::Closed& closed) {
  Reason reason{};
  const bool known = FromProto(closed.error().reason(), &reason);
  log::Debug("session_closed",
             {{"session_id", id},
              {"reason", known ? Info(reason).code : std::string_view()},
              {"error", known ? LoggedText(reason, closed.error().message()) : std::string_view()},
              {"close_code", closed.close_code()},
              log::IfAny("traceparent", traceparent)});
}

}  // namespace

bool LogsSessions() { return log::IsOn(log::Level::kDebug); }

void LogOpening(const SessionId& id, const v1::Open& open) {
  if (!LogsSessions()) return;
  const std::string name = id.ToString();
  log::Debug("session_opening", {{"session_id", name},
                                 {"client_id", open.client_id()},
                                 {"room", open.room()},
                                 {"resumes", open.has_resume()},
                                 {"remote_address", open.remote_address()},
                                 log::IfAny("traceparent", open.traceparent())});
}

void LogNotAuthenticated(const SessionName& session, std::string_view remote_address,
                         const absl::Status& refusal) {
  if (!LogsSessions()) return;
  const std::string id = session.id.ToString();
  const std::string error(refusal.message());
  log::Debug("not_authenticated", {{"session_id", id},
                                   {"reason", CodeOf(refusal)},
                                   {"error", error},
                                   {"remote_address", remote_address},
                                   log::IfAny("traceparent", session.traceparent)});
}

void LogDetached(const SessionName& session, DetachCause cause) {
  if (!LogsSessions()) return;
  const std::string id = session.id.ToString();
  log::Debug("session_detached", {{"session_id", id},
                                  {"cause", CauseName(cause)},
                                  log::IfAny("traceparent", session.traceparent)});
}

void LogAllDetached(std::size_t sessions, DetachCause cause) {
  log::Debug("stream_ended", {{"sessions", std::uint64_t{sessions}}, {"cause", CauseName(cause)}});
}

void LogTold(const SessionName& session, const v1::DownFrame& frame) {
  const std::string id = session.id.ToString();
  switch (frame.body_case()) {
    case v1::DownFrame::kOpened: return LogOpened(id, session.traceparent, frame.opened());
    case v1::DownFrame::kClosed: return LogClosed(id, session.traceparent, frame.closed());
    case v1::DownFrame::kError: {
      // Without the words, which may be those of a client that refuses for itself.
      Reason reason{};
      if (!FromProto(frame.error().reason(), &reason)) return;
      return log::Debug("message_refused", {{"session_id", id},
                                            {"reason", Info(reason).code},
                                            log::IfAny("traceparent", session.traceparent)});
    }
    case v1::DownFrame::kRoom:
      if (frame.room().has_joined()) {
        log::Debug("joined", {{"session_id", id},
                              {"room", frame.room().joined().room()},
                              log::IfAny("traceparent", session.traceparent)});
      } else if (frame.room().has_left()) {
        log::Debug("left", {{"session_id", id}, log::IfAny("traceparent", session.traceparent)});
      }
      return;
    default: return;
  }
}

void LogPeer(const v1::Open& open, std::string_view peer) {
  if (!LogsSessions() || !SessionId::Parse(open.session_id())) return;
  log::Debug("connect_opening",
             {{"session_id", open.session_id()},
              {"peer", peer},
              log::IfAny("traceparent", WellFormedTraceparent(open.traceparent()))});
}

void LogCallRefused(std::string_view peer, const absl::Status& refusal) {
  if (!LogsSessions()) return;
  log::Debug(
      "call_refused",
      {{"reason", CodeOf(refusal)}, {"error", std::string(refusal.message())}, {"peer", peer}});
}

}  // namespace signaling
