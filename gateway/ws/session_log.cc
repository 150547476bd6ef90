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

}  // namespace

void LogSessionEnd(const SessionEnd& end) {
  const auto level = end.session_id.empty() ? log::Level::kDebug : log::Level::kInfo;
  log::Write(level, "session_end",
             {{"session_id", end.session_id},
              {"path", end.path},
              {"reason", end.reason},
              {"close_code", end.close_code},
              {"side", CloseSideName(end.side)},
              {"duration_ms", Milliseconds(end.lasted)},
              {"received", end.received},
              {"sent", end.sent}});
}

void LogSessionOpening(std::string_view session_id, const Upgrade& upgrade, const Hello& hello) {
  log::Debug("session_opening", {{"session_id", session_id},
                                 {"path", PathName(upgrade.path)},
                                 {"client_id", hello.client_id},
                                 {"room", upgrade.room},
                                 {"resumes", hello.resume.has_value()},
                                 {"remote_address", upgrade.remote_address}});
}

void LogSessionOpened(std::string_view asked_as, const v1::Opened& opened) {
  log::Debug("session_opened", {{"session_id", opened.session_id()},
                                {"asked_as", asked_as},
                                {"client_id", opened.client_id()},
                                {"room", opened.room().room()},
                                {"resumed", opened.resumed()}});
}

void LogSessionMoved(std::string_view session_id) {
  log::Debug("session_moved", {{"session_id", session_id}});
}

void LogSessionCutOff(std::string_view session_id) {
  log::Debug("session_cut_off", {{"session_id", session_id}});
}

void LogSessionSentAway(std::string_view session_id, Duration reconnect_after) {
  log::Debug("session_sent_away",
             {{"session_id", session_id}, {"reconnect_after_ms", Milliseconds(reconnect_after)}});
}

void LogRefusal(std::string_view session_id, const Upgrade* upgrade, Reason reason,
                std::string_view message, bool fatal) {
  log::Debug(
      fatal ? "session_refused" : "message_refused",
      {{"session_id", session_id},
       {"reason", Info(reason).code},
       {"error", LoggedText(reason, message)},
       {"remote_address", upgrade != nullptr ? upgrade->remote_address : std::string_view()}});
}

void LogRoom(std::string_view session_id, const v1::RoomEvent& event) {
  if (event.has_joined()) {
    log::Debug("joined", {{"session_id", session_id}, {"room", event.joined().room()}});
  } else if (event.has_left()) {
    log::Debug("left", {{"session_id", session_id}});
  }
}

void LogRateLimited(std::string_view session_id, Limit limit) {
  log::Debug("rate_limited", {{"session_id", session_id}, {"limit", LimitName(limit)}});
}

}  // namespace signaling::gateway
