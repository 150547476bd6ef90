#include "gateway/ws/session_log.h"

#include <chrono>

#include "services/common/log.h"
#include "services/common/logged_text.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

std::int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string_view PathName(v1::SessionPath path) {
  return path == v1::SESSION_PATH_PLAIN ? "/" : "/v1";
}

log::Field Trace(const SessionNames& names) {
  return log::IfAny("traceparent", names.traceparent());
}

}  // namespace

void LogSessionEnd(const SessionNames& names, const SessionEnd& end) {
  const auto level = names.session_id().empty() ? log::Level::kDebug : log::Level::kInfo;
  const SessionStory& story = end.story;
  const std::string_view refusal =
      story.last_refusal ? Info(*story.last_refusal).code : std::string_view();
  log::WriteBuffered(level, "session_end",
                     {{"session_id", names.session_id()},
                      log::IfAny("client_id", names.client_id()),
                      log::IfAny("room", names.room()),
                      {"path", end.path},
                      log::IfAny("reason", end.reason),
                      {"close_code", end.close_code},
                      {"side", CloseSideName(end.side)},
                      {"duration_ms", Milliseconds(end.lasted)},
                      log::IfAny("setup_ms", story.setup_ms),
                      {"received", story.received},
                      {"sent", end.sent},
                      log::IfAny("refused", story.refused),
                      log::IfAny("last_refusal", refusal),
                      log::IfAny("offers", story.offers),
                      log::IfAny("answers", story.answers),
                      log::IfAny("candidates", story.candidates),
                      log::IfAny("resumed", story.resumed),
                      log::IfAny("moved", story.moved),
                      log::IfAny("round_trip_ms", story.round_trip_ms),
                      log::IfAny("rate_limited", story.rate_limited),
                      Trace(names)});
}

void LogSessionOpening(const SessionNames& names, const Upgrade& upgrade, const Hello& hello) {
  log::Debug("session_opening", {{"session_id", names.session_id()},
                                 {"path", PathName(upgrade.path)},
                                 {"client_id", hello.client_id},
                                 {"room", upgrade.room},
                                 {"resumes", hello.resume.has_value()},
                                 {"remote_address", upgrade.remote_address},
                                 Trace(names)});
}

void LogSessionOpened(const SessionNames& names, std::string_view asked_as, bool resumed) {
  log::Debug("session_opened", {{"session_id", names.session_id()},
                                {"asked_as", asked_as},
                                {"client_id", names.client_id()},
                                {"room", names.room()},
                                {"resumed", resumed},
                                Trace(names)});
}

void LogSessionMoved(const SessionNames& names) {
  log::Debug("session_moved", {{"session_id", names.session_id()}, Trace(names)});
}

void LogSessionCutOff(const SessionNames& names) {
  log::Debug("session_cut_off", {{"session_id", names.session_id()}, Trace(names)});
}

void LogSessionSentAway(const SessionNames& names, Duration reconnect_after) {
  log::Debug("session_sent_away", {{"session_id", names.session_id()},
                                   {"reconnect_after_ms", Milliseconds(reconnect_after)},
                                   Trace(names)});
}

void LogRefusal(const SessionNames& names, const Upgrade* upgrade, Reason reason,
                std::string_view message, bool fatal) {
  log::Debug(fatal ? "session_refused" : "message_refused",
             {{"session_id", names.session_id()},
              {"reason", Info(reason).code},
              {"error", LoggedText(reason, message)},
              {"remote_address", upgrade != nullptr ? upgrade->remote_address : std::string_view()},
              Trace(names)});
}

void LogRoom(const SessionNames& names, const v1::RoomEvent& event) {
  if (event.has_joined()) {
    log::Debug("joined",
               {{"session_id", names.session_id()}, {"room", event.joined().room()}, Trace(names)});
  } else if (event.has_left()) {
    log::Debug("left", {{"session_id", names.session_id()}, Trace(names)});
  }
}

void LogRateLimited(const SessionNames& names, Limit limit) {
  log::Debug("rate_limited",
             {{"session_id", names.session_id()}, {"limit", LimitName(limit)}, Trace(names)});
}

}  // namespace signaling::gateway
