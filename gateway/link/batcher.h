// What waits for the link, gathered into batches that are filled in place. Bounded by the sessions' windows. Not
// thread-safe; owned by the link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

class Batcher {
 public:
  using Request = signaling::v1::MultiplexRequest;

  Batcher();

  // An empty frame at the end of the newest batch, to be kept by Commit or given up by the next call.
  signaling::v1::UpFrame& Next();
  // Keeps that frame for this slot; `bytes` is about its size, at most 256 KiB.
  void Commit(std::uint32_t slot, std::size_t bytes);

  bool empty() const { return sealed_.empty() && Committed() == 0; }

  // A batch is full and need not wait for more.
  bool full() const { return !sealed_.empty(); }

  // The oldest batch, to be written. It stays until the next call. Not when empty.
  const Request& Take();

  // Forgets everything but what Take returned.
  void Clear();

 private:
  // Beyond this a batch gets no more, so that it stays under kMaxBatchBytes with any last frame.
  static constexpr std::size_t kFullBytes = std::size_t{192} * 1024;

  int Committed() const { return open_->batch().frames_size() - (uncommitted_ ? 1 : 0); }
  std::unique_ptr<Request> Make();
  void Recycle(std::unique_ptr<Request> request);

  std::unique_ptr<Request> spare_;  // kept for its memory; first, for Make
  std::unique_ptr<Request> open_;
  bool uncommitted_ = false;  // the last frame of open_
  std::size_t open_bytes_ = 0;
  std::deque<std::unique_ptr<Request>> sealed_;
  std::unique_ptr<Request> taken_;
};

}  // namespace signaling::gateway
