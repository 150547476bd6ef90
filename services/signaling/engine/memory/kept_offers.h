// Offers of plain sessions that found nobody in their room: each waits there for whoever comes next. They go through the
// states of every stored offer, but are handed to newcomers instead of being claimed by id, and the rest of the talk
// goes through the room.
#pragma once

#include "services/signaling/engine/memory/offers.h"
#include "services/signaling/engine/memory/room.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class KeptOffers {
 public:
  KeptOffers(const EngineOptions& options, Chronicle& chronicle, Offers& offers, Delivery& delivery)
      : options_(options), chronicle_(chronicle), offers_(offers), delivery_(delivery) {}

  // `maker` is alone in its room. The newest offer wins. The contents of `offer` are taken.
  void Keep(Session* maker, signaling::v1::Description* offer);
  // With the maker's kept offer; false: there is none, or no space left.
  bool KeepCandidate(Session* maker, const signaling::v1::IceCandidate& candidate);
  // The maker's own new offer, or its leaving the room, makes the kept one void. It is not told what it knows.
  void Drop(Session* maker, signaling::v1::OfferState state, signaling::v1::OfferReason reason);

  // Gives `newcomer`, who has just taken a seat, every offer that waits in its room.
  void HandTo(Session* newcomer);

  // `from` answered, or rejected, `maker` in their room. Whether it was a kept offer that was answered.
  bool Answered(Session* maker, Session* from);
  void Rejected(Session* maker, const Session* from, const signaling::v1::Reject& reject);
  // `session` has left its room.
  void LeftRoom(Session* session);

 private:
  const EngineOptions& options_;
  Chronicle& chronicle_;
  Offers& offers_;
  Delivery& delivery_;
};

}  // namespace signaling
