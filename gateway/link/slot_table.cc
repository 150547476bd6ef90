#include "gateway/link/slot_table.h"

#include <utility>

namespace signaling::gateway {

std::uint32_t SlotTable::Bind(Link::Receiver& receiver) {
  ++size_;
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

void SlotTable::Unbind(std::uint32_t slot) { receivers_[slot] = nullptr; }

void SlotTable::Free(std::uint32_t slot) {
  receivers_[slot] = nullptr;
  taken_[slot] = false;
  free_.push_back(slot);
  --size_;
}

std::vector<Link::Receiver*> SlotTable::Clear() {
  std::vector<Link::Receiver*> listening;
  for (Link::Receiver* receiver : receivers_) {
    if (receiver != nullptr) listening.push_back(receiver);
  }
  receivers_.assign(1, nullptr);
  taken_.assign(1, false);
  free_.clear();
  size_ = 0;
  return listening;
}

}  // namespace signaling::gateway
