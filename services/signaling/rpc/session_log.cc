#include "services/signaling/rpc/session_log.h"

#include <optional>
#include <string>
#include <vector>

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
    case DetachCause::kBye: return "bye";
    case DetachCause::kFault: break;
  }
  return "fault";
}

std::string_view CodeOf(const absl::Status& refusal) {
  return Info(RefusalReason(refusal).value_or(Reason::kInternal)).code;
}

void Write(std::string_view event, std::string_view traceparent, std::vector<log::Field> fields) {
  if (!traceparent.empty()) fields.emplace_back("traceparent", traceparent);
  log::Write(log::Level::kDebug, event, fields);
}

void LogOpened(std::string_view id, std::string_view traceparent, const v1::Opened& opened) {
  Write("session_opened", traceparent,
        {{"session_id", id},
         {"client_id", opened.client_id()},
         {"room", opened.room().room()},
         {"resumed", opened.resumed()},
         {"epoch", std::uint64_t{opened.epoch()}}});
}

void LogClosed(std::string_view id, std::string_view traceparent, const v1::Closed& closed) {
  Reason reason{};
  const bool known = FromProto(closed.error().reason(), &reason);
  Write("session_closed", traceparent,
        {{"session_id", id},
         {"reason", known ? Info(reason).code : std::string_view()},
         {"error", known ? LoggedText(reason, closed.error().message()) : std::string_view()},
         {"close_code", closed.close_code()}});
}

}  // namespace

bool LogsSessions() { return log::IsOn(log::Level::kDebug); }

void LogOpening(const SessionId& id, const v1::Open& open) {
  if (!LogsSessions()) return;
  const std::string name = id.ToString();
  Write("session_opening", open.traceparent(),
        {{"session_id", name},
         {"client_id", open.client_id()},
         {"room", open.room()},
         {"resumes", open.has_resume()},
         {"remote_address", open.remote_address()}});
}

void LogNotAuthenticated(const SessionName& session, std::string_view remote_address,
                         const absl::Status& refusal) {
  if (!LogsSessions()) return;
  const std::string id = session.id.ToString();
  const std::string error(refusal.message());
  Write("not_authenticated", session.traceparent,
        {{"session_id", id},
         {"reason", CodeOf(refusal)},
         {"error", error},
         {"remote_address", remote_address}});
}

void LogDetached(const SessionName& session, DetachCause cause) {
  if (!LogsSessions()) return;
  const std::string id = session.id.ToString();
  Write("session_detached", session.traceparent, {{"session_id", id}, {"cause", CauseName(cause)}});
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
      return Write("message_refused", session.traceparent,
                   {{"session_id", id}, {"reason", Info(reason).code}});
    }
    case v1::DownFrame::kRoom:
      if (frame.room().has_joined()) {
        Write("joined", session.traceparent,
              {{"session_id", id}, {"room", frame.room().joined().room()}});
      } else if (frame.room().has_left()) {
        Write("left", session.traceparent, {{"session_id", id}});
      }
      return;
    default: return;
  }
}

void LogPeer(const v1::Open& open, std::string_view peer) {
  if (!LogsSessions() || !SessionId::Parse(open.session_id())) return;
  Write("connect_opening", IsTraceparent(open.traceparent()) ? open.traceparent() : std::string(),
        {{"session_id", open.session_id()}, {"peer", peer}});
}

void LogCallRefused(std::string_view peer, const absl::Status& refusal) {
  if (!LogsSessions()) return;
  log::Debug(
      "call_refused",
      {{"reason", CodeOf(refusal)}, {"error", std::string(refusal.message())}, {"peer", peer}});
}

}  // namespace signaling
