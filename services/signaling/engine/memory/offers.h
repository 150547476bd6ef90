// The stored offers and their states (offer.proto). Each change tells both sides and the watchers.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/event_log.h"
#include "services/signaling/engine/memory/session.h"
#include "services/signaling/engine/memory/stored_offer.h"

namespace signaling {

// Who caused a change, and by which of its messages: its event answers that one. 0: by something else that it did, and it
// is not told.
struct Actor {
  Session* session = nullptr;
  std::uint64_t id = 0;
};

// Not thread-safe; owned by MemoryEngine.
class Offers {
 public:
  Offers(const EngineOptions& options, const Clock& clock, Chronicle& chronicle, Delivery& delivery,
         EventLog& log)
      : options_(options), clock_(clock), chronicle_(chronicle), delivery_(delivery), log_(log) {}

  // Queued, and no side told yet. `room` of one that waits in a room, else empty.
  StoredOffer* Add(Session* maker, const std::string& room, absl::Duration ttl);

  // A queued one begins anew, without contents.
  void Replace(StoredOffer* offer, absl::Duration ttl);

  // QUEUED to CLAIMED. The maker is told; the claimer gets the offer from the caller.
  void Claim(StoredOffer* offer, Session* claimer);

  // CLAIMED to QUEUED, or, where the time to live is over, to EXPIRED.
  void Release(StoredOffer* offer, signaling::v1::OfferReason reason, Actor actor = {});

  // CLAIMED to ANSWERED. The maker gets the answer from the caller.
  void Answer(StoredOffer* offer);
  // The same for one that waited in a room: its sides know each other now, and it has served.
  void AnswerInRoom(StoredOffer* offer);

  // To REJECTED, EXPIRED or WITHDRAWN. `offer` is remembered for a minute; its sides know it no more.
  void End(StoredOffer* offer, signaling::v1::OfferState state, signaling::v1::OfferReason reason,
           Actor actor = {});

  // Ends what the session made, gives back what it claimed.
  void SessionEnded(Session* session);
  // The session has another client_id.
  void Renamed(Session* session);
  void Expire();

  // Also one that has ended; null: there is none.
  StoredOffer* Find(const std::string& id);
  // By their numbers; the ended ones too.
  const absl::btree_map<std::uint64_t, StoredOffer*>& in_order() const { return in_order_; }
  // Those that have not ended.
  std::size_t size() const { return live_; }

  signaling::v1::Offer ToProto(const StoredOffer& offer) const;
  // The event that tells `to`, one of its sides, where the offer stands.
  signaling::v1::DownFrame EventFor(const StoredOffer& offer, const Session* to,
                                    signaling::v1::OfferReason reason) const;

 private:
  // End, but for the fault that it may be.
  void Finish(StoredOffer* offer, signaling::v1::OfferState state,
              signaling::v1::OfferReason reason, Actor actor);
  void Fail(const StoredOffer& offer, signaling::v1::OfferReason reason);
  // In its history and both sides'. `client_id`: whose doing it was.
  void Note(StoredOffer* offer, Session* claimer, signaling::v1::StepKind kind,
            const std::string& client_id, signaling::v1::OfferReason reason);
  void Drop(StoredOffer* offer);      // its contents
  void Erase(const std::string& id);  // the oldest that has ended
  void Forget(StoredOffer* offer, Session* claimer);
  void TellBoth(const StoredOffer& offer, Session* claimer, signaling::v1::OfferReason reason,
                Actor actor);
  void Log(const StoredOffer& offer, signaling::v1::OfferReason reason);

  // Constant after construction.
  const EngineOptions& options_;
  const Clock& clock_;
  Chronicle& chronicle_;
  Delivery& delivery_;
  EventLog& log_;

  absl::flat_hash_map<std::string, std::unique_ptr<StoredOffer>> offers_;
  absl::btree_map<std::uint64_t, StoredOffer*> in_order_;
  Deadlines<StoredOffer> deadlines_;
  std::deque<std::string> remembered_;  // that have ended, oldest first
  std::uint64_t last_number_ = 0;
  std::size_t live_ = 0;
};

// No session knows it any more.
bool HasEnded(const StoredOffer& offer);

signaling::v1::OfferReason ReasonOf(const signaling::v1::Reject& reject);

}  // namespace signaling
