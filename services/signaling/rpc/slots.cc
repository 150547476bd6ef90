#include "services/signaling/rpc/slots.h"

#include <algorithm>
#include <utility>

namespace signaling {

Slot* Slots::Find(std::uint64_t number) {
  const auto found = slots_.find(static_cast<std::uint32_t>(number));
  return found == slots_.end() ? nullptr : &found->second;
}

Slot& Slots::Bind(std::uint32_t number, Binding binding, const SessionId& id) {
  Slot& slot = slots_[number];
  slot.id = id;
  slot.opened_as = id;
  slot.binding = binding;
  slot.bound_at = std::chrono::steady_clock::now();
  return slot;
}

v1::DownFrame& Slots::AddControl(std::uint64_t number) {
  v1::DownFrame& frame = controls_.emplace_back();
  frame.set_slot(static_cast<std::uint32_t>(number));
  return frame;
}

void Slots::AddToLive(const v1::Notice& notice) {
  ForEachLive(
      [&](std::uint32_t number, const Slot&) { *AddControl(number).mutable_notice() = notice; });
}

void Slots::MarkDirty(std::uint32_t number, Slot& slot) {
  if (slot.dirty) return;
  slot.dirty = true;
  dirty_.push_back(number);
}

void Slots::DelayAcknowledgement(std::uint32_t number, Slot& slot) {
  if (slot.ack_waiting) return;
  slot.ack_waiting = true;
  ack_waiting_.push_back(number);
}

void Slots::Tick() {
  for (const std::uint32_t number : ack_waiting_) {
    Slot* slot = Find(number);
    if (slot == nullptr) continue;
    slot->ack_waiting = false;
    if (slot->acked_id < slot->last_id) MarkDirty(number, *slot);
  }
  ack_waiting_.clear();
}

void Slots::TakeControls(std::size_t opened_bytes, PullBudget* budget, v1::DownBatch* batch) {
  std::size_t taken = 0;
  for (; taken < controls_.size() && budget->frames > 0; ++taken) {
    v1::DownFrame& frame = controls_[taken];
    const std::size_t bytes = frame.ByteSizeLong() + (frame.has_opened() ? opened_bytes : 0);
    if (taken > 0 && bytes > budget->bytes) break;
    budget->bytes -= std::min(budget->bytes, bytes);
    --budget->frames;
    if (frame.has_closed()) {
      slots_.erase(frame.slot());
    } else if (Slot* slot = Find(frame.slot())) {
      if (frame.has_opened()) slot->told = true;
      // The newest word, where it was said more than once meanwhile.
      if (frame.has_gap() && slot->gap) frame.mutable_gap()->set_last_id(*slot->gap);
      if (frame.has_gap()) slot->gap.reset();
      if (frame.has_error()) slot->token.refusal_waits = slot->report_refusal_waits = false;
      if (frame.notice().has_token_expiring()) slot->token.expiring_waits = false;
    }
    *batch->add_frames() = std::move(frame);
  }
  controls_.erase(controls_.begin(), controls_.begin() + static_cast<std::ptrdiff_t>(taken));
}

std::vector<SessionName> Slots::ControlNames() const {
  std::vector<SessionName> names;
  names.reserve(controls_.size());
  for (const v1::DownFrame& frame : controls_) names.push_back(NameOf(frame.slot()));
  return names;
}

SessionName Slots::NameOf(std::uint32_t number) const {
  const auto found = slots_.find(number);
  if (found == slots_.end()) return {};
  return {found->second.id, found->second.traceparent};
}

void Slots::TakeDirty(std::size_t max, std::vector<Dirty>* taken) {
  const std::size_t count = std::min(dirty_.size(), max);
  for (std::size_t i = 0; i < count; ++i) {
    Slot* slot = Find(dirty_[i]);
    // Of a session that ended meanwhile, or noted twice because its slot was used again.
    if (slot == nullptr || !slot->dirty) continue;
    slot->dirty = false;
    taken->push_back({dirty_[i], {slot->id, slot->epoch}, slot->sent_seq});
  }
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace signaling
