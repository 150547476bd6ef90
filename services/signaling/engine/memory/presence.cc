#include "services/signaling/engine/memory/presence.h"

#include <algorithm>

namespace signaling {
namespace {

// A gateway's move takes less, and is nobody's business.
constexpr absl::Duration kUntold = absl::Seconds(1);

}  // namespace

void Presence::Leave(Session* session, absl::Duration window) {
  const absl::Duration now = clock_.Uptime();
  session->away_until = now + window;
  deadlines_.Set(session, std::min(now + kUntold, session->away_until));
}

void Presence::Return(Session* session) {
  Forget(session);
  if (session->told_away) Tell(session, true);
}

void Presence::Forget(Session* session) { deadlines_.Clear(session); }

Session* Presence::Expire() {
  const absl::Duration now = clock_.Uptime();
  while (Session* session = deadlines_.Next(now)) {
    if (session->away_until <= now) return session;
    deadlines_.Set(session, session->away_until);
    Tell(session, false);
  }
  return nullptr;
}

void Presence::Tell(Session* session, bool connected) {
  session->told_away = !connected;
  if (session->room == nullptr) return;
  delivery_.Tell(*session->room, session, [&](const Session&, signaling::v1::RoomEvent* event) {
    event->mutable_participant_connection()->set_client_id(session->client_id);
    event->mutable_participant_connection()->set_connected(connected);
  });
}

}  // namespace signaling
