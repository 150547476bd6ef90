#include "gateway/link/batcher.h"

#include <utility>

#include "services/common/limits.h"

namespace signaling::gateway {

using signaling::v1::UpFrame;

Batcher::Batcher() : open_(Make()) {}

UpFrame& Batcher::Next() {
  auto& frames = *open_->mutable_batch()->mutable_frames();
  if (!uncommitted_) {
    uncommitted_ = true;
    return *frames.Add();
  }
  UpFrame& frame = *frames.Mutable(frames.size() - 1);
  frame.Clear();
  return frame;
}

void Batcher::Commit(std::uint32_t slot, std::size_t bytes) {
  auto& frames = *open_->mutable_batch()->mutable_frames();
  frames.Mutable(frames.size() - 1)->set_slot(slot);
  uncommitted_ = false;
  open_bytes_ += bytes;
  if (open_bytes_ < kFullBytes &&
      static_cast<std::size_t>(open_->batch().frames_size()) < kMaxBatchFrames) {
    return;
  }
  sealed_.push_back(std::exchange(open_, Make()));
  open_bytes_ = 0;
}

const Batcher::Request& Batcher::Take() {
  Recycle(std::move(taken_));
  if (sealed_.empty()) {
    if (std::exchange(uncommitted_, false)) open_->mutable_batch()->mutable_frames()->RemoveLast();
    taken_ = std::exchange(open_, Make());
    open_bytes_ = 0;
  } else {
    taken_ = std::move(sealed_.front());
    sealed_.pop_front();
  }
  return *taken_;
}

void Batcher::Clear() {
  sealed_.clear();
  open_->mutable_batch()->clear_frames();
  uncommitted_ = false;
  open_bytes_ = 0;
}

std::unique_ptr<Batcher::Request> Batcher::Make() {
  return spare_ != nullptr ? std::move(spare_) : std::make_unique<Request>();
}

void Batcher::Recycle(std::unique_ptr<Request> request) {
  if (request == nullptr || spare_ != nullptr) return;
  request->mutable_batch()->clear_frames();
  spare_ = std::move(request);
}

}  // namespace signaling::gateway
