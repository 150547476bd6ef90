// Who of a room receives a signal or an application's message.
#pragma once

#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/kept_offers.h"
#include "services/signaling/engine/memory/session.h"
#include "services/signaling/engine/memory/setups.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Router {
 public:
  Router(Chronicle& chronicle, Setups& setups, Delivery& delivery, KeptOffers& kept)
      : chronicle_(chronicle), setups_(setups), delivery_(delivery), kept_(kept) {}

  // `from` is in a room. The contents of `frame` are taken.
  void Signal(Session* from, signaling::v1::UpFrame* frame);
  void App(Session* from, signaling::v1::UpFrame* frame);

  // A back end's message: to how many it went.
  std::size_t Broadcast(const Room& room, const signaling::v1::DownFrame& event,
                        const Session* except);

 private:
  // Null: refused, and the sender has its verdict.
  Session* Receiver(Session* from, const signaling::v1::UpFrame& frame);
  // A plain session that is alone: true where its offer, or a candidate of it, is kept.
  bool Keep(Session* from, signaling::v1::UpFrame* frame);
  // What the signal means for the set-up between the two, and for the offers that are kept in this room.
  void Note(Session* from, Session* receiver, const signaling::v1::Signal& signal);

  // Constant after construction.
  Chronicle& chronicle_;
  Setups& setups_;
  Delivery& delivery_;
  KeptOffers& kept_;
};

}  // namespace signaling
