// Who receives a signal or an application's message.
#pragma once

#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Router {
 public:
  Router(const EngineOptions& options, Delivery& delivery)
      : options_(options), delivery_(delivery) {}

  // `from` is in a room. The contents of `frame` are taken.
  void Signal(Session* from, signaling::v1::UpFrame* frame);
  void App(Session* from, signaling::v1::UpFrame* frame);

  // Gives `newcomer`, who has just taken a seat, every offer that waited in its room for somebody.
  void DeliverKept(Session* newcomer);

 private:
  // Null: refused, and the sender has its verdict.
  Session* Receiver(Session* from, const signaling::v1::UpFrame& frame);
  bool Keep(Session* from, signaling::v1::UpFrame* frame);

  const EngineOptions& options_;
  Delivery& delivery_;
};

}  // namespace signaling
