#include "services/signaling/engine/memory/presence.h"

#include <algorithm>
#include <utility>

#include "services/signaling/engine/memory/stored_offer.h"

namespace signaling {
namespace {

// A gateway's move takes less, and is nobody's business.
constexpr absl::Duration kUntold = absl::Seconds(1);

std::size_t BytesOf(const Session& session) {
  std::size_t bytes = session.outbox.bytes();
  for (const StoredOffer* offer : session.made) {
    bytes += offer->bytes + offer->candidates.bytes + offer->early.bytes;
  }
  return bytes;
}

}  // namespace

void Presence::Leave(Session* session, absl::Duration window) {
  const absl::Duration now = clock_.Uptime();
  session->away_since = now;
  session->away_until = now + window;
  deadlines_.Set(session, std::min(now + kUntold, session->away_until));
  session->away_number = ++last_number_;
  session->away_bytes = BytesOf(*session);
  bytes_ += session->away_bytes;
  by_leaving_.emplace(session->away_number, session);
}

void Presence::Return(Session* session) {
  Forget(session);
  if (session->told_away) Tell(session, true);
}

void Presence::Forget(Session* session) {
  if (by_leaving_.erase(std::exchange(session->away_number, 0)) == 0) return;
  deadlines_.Clear(session);
  bytes_ -= session->away_bytes;
}

Session* Presence::TakeLongest() {
  Session* session = by_leaving_.begin()->second;
  Forget(session);
  return session;
}

Session* Presence::Expire() {
  const absl::Duration now = clock_.Uptime();
  while (Session* session = deadlines_.Next(now)) {
    if (session->away_until <= now) {
      Forget(session);
      return session;
    }
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
