// What MemoryEngine keeps under its lock, but for the sessions' own lives: each part knows the parts above it.
#pragma once

#include "absl/container/btree_map.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/event_log.h"
#include "services/signaling/engine/memory/kept_offers.h"
#include "services/signaling/engine/memory/mailbox.h"
#include "services/signaling/engine/memory/moderation.h"
#include "services/signaling/engine/memory/offers.h"
#include "services/signaling/engine/memory/request_log.h"
#include "services/signaling/engine/memory/rooms.h"
#include "services/signaling/engine/memory/router.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
struct MemoryState {
  MemoryState(const EngineOptions& options, const Clock& clock)
      : log(options.max_events, clock),
        offers(options, clock, delivery, log),
        mailbox(options, offers, delivery),
        kept(options, offers, delivery),
        rooms(options, clock, delivery, log, kept),
        moderation(options, rooms, delivery),
        router(delivery, kept),
        requests(clock) {}

  Delivery delivery;
  EventLog log;
  Offers offers;
  Mailbox mailbox;
  KeptOffers kept;
  Rooms rooms;
  Moderation moderation;
  Router router;
  RequestLog requests;
  absl::btree_map<std::uint64_t, Session*> sessions;  // by number
};

}  // namespace signaling
