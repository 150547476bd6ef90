// What MemoryEngine keeps under its lock, but for the sessions' own lives: each part knows the parts above it.
#pragma once

#include "absl/container/btree_map.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/chronicle.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/event_log.h"
#include "services/signaling/engine/memory/kept_offers.h"
#include "services/signaling/engine/memory/mailbox.h"
#include "services/signaling/engine/memory/moderation.h"
#include "services/signaling/engine/memory/offers.h"
#include "services/signaling/engine/memory/request_log.h"
#include "services/signaling/engine/memory/rooms.h"
#include "services/signaling/engine/memory/router.h"
#include "services/signaling/engine/memory/setups.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
struct MemoryState {
  MemoryState(const EngineOptions& options, const Clock& real_clock, EngineObserver& observer)
      : clock(real_clock),
        chronicle(clock, observer),
        delivery(chronicle),
        log(options.max_events, clock),
        setups(chronicle),
        offers(options, clock, chronicle, delivery, log),
        mailbox(options, chronicle, offers, delivery),
        kept(options, chronicle, offers, delivery),
        rooms(options, clock, chronicle, setups, delivery, log, kept),
        moderation(options, rooms, delivery),
        router(chronicle, setups, delivery, kept),
        requests(clock) {}

  OperationClock clock;
  OutboxTotals outboxes;
  Chronicle chronicle;
  Delivery delivery;
  EventLog log;
  Setups setups;
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
