// The set-ups between participants of a room: how each goes, as far as it can be seen from here.
//
// An offer begins one between two participants, unless there is one; the other's answer settles it, and what they offer
// each other from then on is its renegotiation. It is over when one of them has left, said no to an offer, or reported
// that it failed. A stored offer's is in Offers.
#pragma once

#include "services/signaling/engine/memory/chronicle.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. What is known of a pair is kept by one of them (Session::setups): as many entries
// as it has offered to, while both are in the room.
class Setups {
 public:
  explicit Setups(Chronicle& chronicle) : chronicle_(chronicle) {}

  void Offered(Session* from, Session* to);
  // `kept`: it answers an offer that waited in the room, whose times are told there.
  void Answered(Session* from, Session* to, bool kept);
  void Rejected(Session* from, Session* to, const signaling::v1::Reject& reject);
  // Of who has its room still.
  void Left(Session* session);
  // What became of it is known: the next offer begins another one.
  void Failed(Session* a, Session* b);

 private:
  Chronicle& chronicle_;
};

// Why a set-up failed, from what ended it; nothing where that was no fault.
std::optional<SetupFault> FaultOf(signaling::v1::OfferReason reason);

}  // namespace signaling
