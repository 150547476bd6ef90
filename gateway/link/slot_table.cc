#include "gateway/link/slot_table.h"

namespace signaling::gateway {

std::uint32_t SlotTable::Bind(Link::Receiver& receiver) {
  ++size_;
  ++bound_;
  if (free_.empty()) {
    receivers_.push_back(&receiver);
    taken_.push_back(true);
    return static_cast<std::uint32_t>(receivers_.size() - 1);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  receivers_[slot] = &receiver;
  taken_[slot] = true;
  return slot;
}

void SlotTable::Unbind(std::uint32_t slot) {
  if (receivers_[slot] == nullptr) return;
  receivers_[slot] = nullptr;
  --bound_;
}

void SlotTable::Free(std::uint32_t slot) {
  Unbind(slot);
  taken_[slot] = false;
  free_.push_back(slot);
  --size_;
}

}  // namespace signaling::gateway
