// A link's numbers for sessions. A slot is used again only after the service has closed it. Not thread-safe; owned by
// the link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/link/link.h"

namespace signaling::gateway {

class SlotTable {
 public:
  std::uint32_t Bind(Link::Receiver& receiver);
  // Nobody listens any more; the service has still to close it.
  void Unbind(std::uint32_t slot);
  // The service has closed it.
  void Free(std::uint32_t slot);

  // Null where nobody listens.
  Link::Receiver* Find(std::uint32_t slot) const {
    return slot < receivers_.size() ? receivers_[slot] : nullptr;
  }
  bool IsTaken(std::uint32_t slot) const { return slot < taken_.size() && taken_[slot]; }

  // Slots that somebody listens to.
  std::size_t bound() const { return bound_; }
  // Slots that the service has not closed.
  std::size_t size() const { return size_; }

  // `visit(slot, receiver)` for each that listens. It may unbind any slot, but bind none.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (std::uint32_t slot = 1; slot < receivers_.size(); ++slot) {
      if (receivers_[slot] != nullptr) visit(slot, *receivers_[slot]);
    }
  }

 private:
  std::vector<Link::Receiver*> receivers_{nullptr};  // slot 0 is none
  std::vector<bool> taken_{false};
  std::vector<std::uint32_t> free_;
  std::size_t bound_ = 0;
  std::size_t size_ = 0;
};

}  // namespace signaling::gateway
