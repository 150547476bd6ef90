// The sockets of a worker that have something to send. They send when the current turn of the loop is over, so that
// what a batch of the link brings for one client leaves in one call. Not thread-safe; owned by the worker.
#pragma once

#include <memory>
#include <vector>

#include "gateway/net.h"

namespace signaling::gateway {

class Flusher {
 public:
  class Sender {
   public:
    virtual ~Sender() = default;
    virtual void Flush() = 0;
  };

  explicit Flusher(IoContext& io) : io_(io) {}

  void Add(std::shared_ptr<Sender> sender);

 private:
  void Run();

  IoContext& io_;
  std::vector<std::shared_ptr<Sender>> waiting_;
  std::vector<std::shared_ptr<Sender>> running_;  // kept for its memory
};

}  // namespace signaling::gateway
